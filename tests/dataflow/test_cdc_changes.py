"""Captured changes: what SQL Server is asked, net changes against a plain model, columns that are computed."""

from __future__ import annotations

import sys

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dtserve.connections.base import ResultColumn, ResultSet
from dtserve.connections.sql import open_session, parse_url
from dtserve.dataflow.cdc_changes import (
    ALL,
    ALL_WITH_OLD_VALUES,
    NET,
    NET_WITH_MASK,
    NET_WITH_MERGE,
    Range,
    _one_per_key,
    read_changes,
    with_columns,
)
from dtserve.datatypes import DT, TypeSpec
from support.scripted_sql_server import URL, scripted_driver

SPAN = Range(bytes(9) + b"\xff", bytes(8) + b"\2\0")
NAMES = {"__$start_lsn": "0", "__$operation": "1", "__$update_mask": "2", "id": "3", "v": "4"}
SCHEMA = {"0": pl.Binary, "1": pl.Int32, "2": pl.Binary, "3": pl.Int32, "4": pl.Int32}


@pytest.mark.parametrize(
    ("mode", "text"),
    [
        (ALL, "fn_cdc_get_all_changes_dbo_T]]x](0x{}, 0x{}, N'all') ORDER BY [__$start_lsn], [__$seqval]"),
        (ALL_WITH_OLD_VALUES, "fn_cdc_get_all_changes_dbo_T]]x](0x{}, 0x{}, N'all update old') ORDER BY"),
        (NET, "fn_cdc_get_net_changes_dbo_T]]x](0x{}, 0x{}, N'all') ORDER BY [__$start_lsn]"),
        (NET_WITH_MASK, "fn_cdc_get_net_changes_dbo_T]]x](0x{}, 0x{}, N'all with mask')"),
        (NET_WITH_MERGE, "fn_cdc_get_net_changes_dbo_T]]x](0x{}, 0x{}, N'all with merge')"),
    ],
)
def test_what_sql_server_is_asked(monkeypatch, mode, text):
    driver = scripted_driver({"fn_cdc_get": [[b"\1", 2]]})
    monkeypatch.setitem(sys.modules, "pytds", driver)
    with open_session(parse_url(URL)) as session:
        found = read_changes(session, "dbo_T]x", mode, SPAN, rows=10, timeout=5)
        assert [frame.rows() for frame in found.batches] == [[(b"\1", 2)]]
    (sent,) = [sql for sql, _ in driver.sent() if "cdc" in sql]
    assert sent.startswith("SELECT * FROM [cdc].[" + text.format("00000000000000000100", "00000000000000000200"))


def test_ranges():
    assert SPAN.first.hex() == "00000000000000000100"
    assert not SPAN.empty
    assert Range(SPAN.end, SPAN.end).empty
    assert Range(b"\xff" * 10, b"\xff" * 10).first == bytes(10)


STEPS = st.lists(st.tuples(st.integers(1, 3), st.booleans(), st.integers(0, 9)), max_size=25)


def history(start, steps):
    """Rows of a change table of what steps do to a table: key and value or (False) a delete."""
    table, rows = dict(start), []
    for at, (key, keep, value) in enumerate(steps, start=1):
        lsn = at.to_bytes(10, "big")
        if keep and key in table:
            rows.append((lsn, 4, b"\2" if table[key] != value else b"\0", key, value))
            table[key] = value
        elif keep:
            rows.append((lsn, 2, b"\3", key, value))
            table[key] = value
        elif key in table:
            rows.append((lsn, 1, b"\3", key, table.pop(key)))
    return table, rows


@given(
    st.dictionaries(st.integers(1, 3), st.integers(0, 9)), STEPS, st.sampled_from([NET, NET_WITH_MASK, NET_WITH_MERGE])
)
def test_net_changes_lead_from_before_to_after(start, steps, mode):
    after, rows = history(start, steps)
    frame = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    net = _one_per_key(frame, ["3"], NAMES, mode)
    made = dict(start)
    for _, operation, mask, key, value in net.select(*"01234").rows():
        if operation == 1:
            assert made.pop(key) is not None
        elif operation == 2:
            assert key not in made
            made[key] = value
        elif operation == 4:
            assert key in made
            if mode == NET_WITH_MASK and mask == b"\0":
                assert made[key] == value
            made[key] = value
        else:
            assert (operation, mode) == (5, NET_WITH_MERGE)
            made[key] = value
        assert (mask is None) or mode == NET_WITH_MASK
    assert made == after
    assert net["3"].n_unique() == net.height


def test_computed_columns():
    columns = (
        ResultColumn("__$update_mask", TypeSpec(DT.BYTES, length=128)),
        *(ResultColumn(n, TypeSpec(DT.I4)) for n in "abcdefghi"),
    )
    frame = pl.DataFrame({"0": [b"\1\2", None, b""]}).with_columns(pl.lit(0).alias(str(at)) for at in range(1, 10))
    wanted = ["__$a__Changed", "__$b__Changed", "__$i__Changed", "__$reprocessing", "a"]
    found = with_columns(ResultSet(columns, batches=[frame]), wanted, True)
    assert [c.name for c in found.columns[-4:]] == wanted[:4]
    (made,) = found.batches
    assert made.select("10", "11", "12", "13").rows() == [(False, True, True, True), *[(False, False, False, True)] * 2]
    bare = ResultSet(columns[1:], batches=[frame.drop("0")])
    assert with_columns(bare, ["a"], True) is bare
