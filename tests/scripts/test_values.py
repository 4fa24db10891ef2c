"""Values on the line to scripts."""

import gc
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dtserve.datatypes import DT, TypeSpec
from dtserve.datatypes.recordset import DataSet, Recordset, RecordsetColumn
from dtserve.scripts.errors import ScriptObjectGone
from dtserve.scripts.values import Keeper, ScriptList, ScriptObject, ScriptTable, decode, encode, encode_table

SCALARS = st.one_of(
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.text(),
    st.floats(allow_nan=False),
    st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20, places=6),
    st.datetimes(),
    st.binary(),
    st.times(),
)


@given(SCALARS)
@settings(max_examples=200, deadline=None)
def test_scalars_of_objects_come_back(value: object) -> None:
    found, spec = decode(encode(value, 13, Keeper()), Keeper())
    assert found == value
    assert type(found) is type(value)
    assert spec is not None


TYPED = [
    (2, 5, "i2", TypeSpec(DT.I2)), (3, 5, "i4", TypeSpec(DT.I4)), (16, -5, "i1", TypeSpec(DT.I1)),
    (17, 5, "ui1", TypeSpec(DT.UI1)), (18, 65, "char", TypeSpec(DT.UI2)), (19, 5, "ui4", TypeSpec(DT.UI4)),
    (20, 5, "i8", TypeSpec(DT.I8)), (21, 5, "ui8", TypeSpec(DT.UI8)), (4, 1.5, "r4", TypeSpec(DT.R4)),
    (5, 1.5, "r8", TypeSpec(DT.R8)), (8, "é", "string", TypeSpec(DT.WSTR, length=1)), (11, True, "bool", TypeSpec(DT.BOOL)),
    (14, Decimal("1.50"), "decimal", TypeSpec(DT.DECIMAL, scale=2)),
]  # fmt: skip


@pytest.mark.parametrize(("vt", "value", "kind", "spec"), TYPED, ids=[row[2] for row in TYPED])
def test_variables_keep_their_type(vt: int, value: object, kind: str, spec: TypeSpec) -> None:
    coded = encode(value, vt, Keeper())
    assert coded["t"] == kind
    assert decode(coded, Keeper()) == (value, spec)


def test_numbers_that_are_none() -> None:
    assert encode(float("inf"), 5, Keeper()) == {"t": "r8", "v": "Infinity"}
    assert decode({"t": "r8", "v": "-Infinity"}, Keeper())[0] == float("-inf")
    assert encode(None, 8, Keeper()) is None
    assert decode(None, Keeper()) == (None, None)
    assert decode({"t": "dbnull", "v": ""}, Keeper()) == (None, None)


def test_moments() -> None:
    assert decode({"t": "date", "v": "2014-03-05T01:02:03.1234567"}, Keeper())[0] == datetime(
        2014, 3, 5, 1, 2, 3, 123456
    )
    zone = timezone(timedelta(hours=2))
    assert decode({"t": "dateoffset", "v": "2014-03-05T01:02:03.1234567+02:00"}, Keeper())[0] == datetime(
        2014, 3, 5, 1, 2, 3, 123456, zone
    )
    assert encode(datetime(2014, 3, 5, tzinfo=UTC), 13, Keeper())["t"] == "dateoffset"
    assert encode(date(2014, 3, 5), 13, Keeper()) == {"t": "date", "v": "2014-03-05"}
    assert decode({"t": "time", "v": "01:02:03.5000000"}, Keeper())[0] == time(1, 2, 3, 500000)


def test_what_only_one_side_can_hold_goes_by_number() -> None:
    keeper = Keeper()
    own = object()
    coded = encode(own, 13, keeper)
    assert coded["t"] == "foreign"
    assert decode(coded, keeper)[0] is own
    theirs, spec = decode({"t": "object", "id": 7, "v": "System.Uri"}, keeper)
    assert isinstance(theirs, ScriptObject)
    assert (str(theirs), spec) == ("System.Uri", None)
    assert encode(theirs, 13, keeper) == {"id": 7}


def test_lists() -> None:
    keeper = Keeper()
    assert encode([1, "a", None], 13, keeper) == {
        "t": "list",
        "v": [{"t": "i4", "v": "1"}, {"t": "string", "v": "a"}, None],
    }
    items, _ = decode({"t": "list", "id": 3, "v": [{"t": "i4", "v": "1"}, {"t": "dbnull", "v": ""}]}, keeper)
    assert items == [1, None]
    assert isinstance(items, ScriptList)
    assert encode(items, 13, keeper) == {"id": 3}


def test_tables() -> None:
    columns = (
        RecordsetColumn("n", TypeSpec(DT.I4)),
        RecordsetColumn("d", TypeSpec(DT.NUMERIC, precision=10, scale=2)),
        RecordsetColumn("t", TypeSpec(DT.DBTIMESTAMP)),
    )
    frame = pl.DataFrame(
        [
            pl.Series([1, None]),
            pl.Series([Decimal("1.50"), None], dtype=pl.Decimal(10, 2)),
            pl.Series([datetime(2014, 1, 2), None]),
        ]
    )
    table = Recordset(columns, (frame,))
    keeper = Keeper()
    coded = encode(table, 13, keeper)
    assert coded["t"] == "recordset"
    assert coded["columns"] == [["n", "i4"], ["d", "decimal"], ["t", "date"]]
    assert coded["rows"] == [["1", "1.50", "2014-01-02T00:00:00"], [None, None, None]]
    assert decode({"t": "foreign", "ref": coded["ref"]}, keeper)[0] is table
    found, _ = decode({**encode_table(table), "t": "table", "id": 5}, keeper)
    assert isinstance(found, ScriptTable)
    assert list(found.rows()) == list(table.rows())
    assert encode(found, 13, keeper) == {"id": 5}
    assert encode(DataSet((table,)), 13, keeper) == {"t": "set", "tables": [encode_table(table)]}
    several, _ = decode({"t": "set", "id": 9, "tables": [{**encode_table(table)}]}, keeper)
    assert list(several.tables[0].rows()) == list(table.rows())


def test_a_table_without_rows_or_columns() -> None:
    found, _ = decode({"t": "table", "id": 1, "columns": [["s", "string"], ["b", "bytes"]], "rows": []}, Keeper())
    assert list(found.rows()) == []
    assert [each.name for each in found.columns] == ["s", "b"]
    assert list(decode({"t": "table", "id": 1, "columns": [], "rows": []}, Keeper())[0].rows()) == []


def test_objects_that_are_not_used_any_more_are_told() -> None:
    free: list[int] = []
    keeper = Keeper(free.append)
    held = [
        decode(coded, keeper)[0]
        for coded in (
            {"t": "object", "id": 1, "v": "X"},
            {"t": "list", "id": 2, "v": []},
            {"t": "table", "id": 3, "columns": [], "rows": []},
        )
    ]
    assert len(held) == 3
    held.clear()
    gc.collect()
    assert sorted(free) == [1, 2, 3]


def test_an_object_of_an_earlier_execution_is_refused() -> None:
    coded = encode(object(), 13, Keeper())
    with pytest.raises(ScriptObjectGone):
        decode(coded, Keeper())
