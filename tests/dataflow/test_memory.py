"""The allocator's setting is made before Polars is loaded, and only then."""

import gc
import sys

import pytest

from dtserve.dataflow.memory import SETTING, VALUE, YOUNG_OBJECTS, calm_collector, hold_pages


@pytest.mark.parametrize(("loaded", "before", "after"), [(False, None, VALUE), (False, "x", "x"), (True, None, None)])
def test_hold_pages(loaded, before, after, monkeypatch):
    import os

    import polars

    if before is None:
        monkeypatch.delenv(SETTING, raising=False)
    else:
        monkeypatch.setenv(SETTING, before)
    if loaded:
        monkeypatch.setitem(sys.modules, "polars", polars)
    else:
        monkeypatch.delitem(sys.modules, "polars", raising=False)
    hold_pages()
    assert os.environ.get(SETTING) == after
    monkeypatch.delenv(SETTING, raising=False)


def test_the_collector_is_calm_until_the_last_flow_has_ended():
    before = gc.get_threshold()
    frozen = gc.get_freeze_count()
    with calm_collector():
        assert gc.get_threshold()[0] == YOUNG_OBJECTS
        assert gc.get_freeze_count() > frozen
        with pytest.raises(ValueError, match="inner"), calm_collector():
            raise ValueError("inner")
        assert gc.get_threshold()[0] == YOUNG_OBJECTS
    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0
