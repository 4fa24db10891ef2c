"""The allocator's setting is made before Polars is loaded, and only then."""

import sys

import pytest

from dtserve.dataflow.memory import SETTING, VALUE, hold_pages


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
