"""The private database of a blocking component: rows in, rows out, nothing left behind."""

from __future__ import annotations

import polars as pl

from dtserve.dataflow.spilling import open_spill


def test_rows_go_in_and_come_out_in_their_types(tmp_path):
    spill = open_spill(tmp_path, 2**27)
    frame = pl.DataFrame({"k": pl.Series([1, 2, None], dtype=pl.Int16), "t": ["a", None, "b"]})
    spill.insert("kept", frame)
    spill.insert("kept", frame)
    found = list(spill.read("select k, t, count(*) as n from kept group by k, t order by k", {"k": pl.Int16()}))
    assert sorted(pl.concat(found).rows(), key=repr) == [(1, "a", 2), (2, None, 2), (None, "b", 2)]
    assert found[0].schema["k"] == pl.Int16
    spill.interrupt()
    spill.close()
    assert list(tmp_path.iterdir()) == []
