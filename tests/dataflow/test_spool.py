"""Rows that wait: in order, more than once, in memory and on disk, nothing left behind."""

from __future__ import annotations

import polars as pl
import pytest

from dtserve.dataflow.spool import Spool


@pytest.mark.parametrize(("memory", "spilled"), [(10**9, False), (1000, True), (0, True)])
def test_order(tmp_path, memory, spilled):
    spool = Spool(tmp_path, memory)
    for at in range(20):
        spool.add(pl.DataFrame({"n": [at] * 10, "t": ["x" * at] * 10}))
    spool.add(pl.DataFrame({"n": [], "t": []}))
    assert spool.spilled is spilled
    for _ in range(2):
        assert pl.concat(spool.frames())["n"].to_list() == [at for at in range(20) for _ in range(10)]
    spool.close()
    assert list(tmp_path.iterdir()) == []
    assert list(spool.frames()) == []
