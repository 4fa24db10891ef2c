"""Settings made before Polars and numpy are loaded, and only then; the collector while data flows run."""

import gc
import os
import subprocess
import sys
from types import ModuleType

import pytest

from dtserve.dataflow import memory
from dtserve.dataflow.memory import (
    ARROW_SETTING,
    ARROW_TIGHT,
    SETTING,
    TIGHT,
    VALUE,
    YOUNG_OBJECTS,
    calm_collector,
    hold_pages,
)


def loaded(monkeypatch, name, there):
    if there:
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    else:
        monkeypatch.delitem(sys.modules, name, raising=False)


@pytest.mark.parametrize(
    ("module", "setting", "value"), [("polars", SETTING, VALUE), ("numpy", "OPENBLAS_NUM_THREADS", "1")]
)
@pytest.mark.parametrize("before", [None, "x"])
@pytest.mark.parametrize("there", [False, True])
def test_hold_pages(module, setting, value, before, there, monkeypatch):
    monkeypatch.setattr(os, "environ", {} if before is None else {setting: before})
    loaded(monkeypatch, "polars", there=True)
    loaded(monkeypatch, "numpy", there=True)
    loaded(monkeypatch, module, there)
    hold_pages()
    assert os.environ.get(setting) == (before or (None if there else value))


def test_with_a_limit_pages_go_back_soon(monkeypatch):
    monkeypatch.setattr(os, "environ", {})
    loaded(monkeypatch, "polars", there=False)
    loaded(monkeypatch, "pyarrow", there=False)
    given = []
    monkeypatch.setattr(memory, "_give_back", lambda: given.append(True))
    hold_pages(2**30)
    assert os.environ[SETTING] == TIGHT != VALUE
    assert os.environ[ARROW_SETTING] == ARROW_TIGHT
    assert given == [True] * (sys.platform == "linux")


def test_arrow_keeps_its_own_memory_without_a_limit_and_what_was_set_outside(monkeypatch):
    monkeypatch.setattr(os, "environ", {})
    loaded(monkeypatch, "pyarrow", there=False)
    hold_pages()
    assert ARROW_SETTING not in os.environ
    os.environ[ARROW_SETTING] = "mimalloc"
    hold_pages(2**30)
    assert os.environ[ARROW_SETTING] == "mimalloc"


def test_the_c_library_is_told_how_to_give_memory_back():
    script = "from dtserve.dataflow.memory import _give_back; _give_back(); print('told')"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("told\n", "")


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
