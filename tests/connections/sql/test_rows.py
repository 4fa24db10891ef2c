import uuid
from datetime import UTC, date, datetime, timedelta, timezone
from datetime import time as clock
from decimal import Decimal

import pytest

from dtserve.connections.base import ResultColumn
from dtserve.connections.sql.rows import aware, batched_frames, frame_of, guess_type, plain_rows, series_of
from dtserve.datatypes import DT, TypeSpec

N = TypeSpec(DT.NUMERIC, precision=10, scale=2)
G = "{3F2504E0-4F89-11D3-9A0C-0305E82C3301}"


@pytest.mark.parametrize(
    ("kind", "values", "stored"),
    [
        (TypeSpec(DT.I4), [1, "2", Decimal("3"), 4.0, None, True], [1, 2, 3, 4, None, 1]),
        (N, [Decimal("1.005"), 2.675, 3, "4.1", None], [Decimal("1.01"), Decimal("2.68"), Decimal("3.00"), Decimal("4.10"), None]),
        (TypeSpec(DT.CY), ["1.23456"], [Decimal("1.2346")]),
        (TypeSpec(DT.BOOL), [1, 0, "t", b"\x00", b"\x01", None], [True, False, True, False, True, None]),
        (TypeSpec(DT.R8), [Decimal("1.5"), 2], [1.5, 2.0]),
        (TypeSpec(DT.WSTR, 10), ["a", b"b", 5, True, None], ["a", "b", "5", "1", None]),
        (TypeSpec(DT.GUID), [uuid.UUID(G), uuid.UUID(G).bytes, G.strip("{}").lower(), None], [G, G, G, None]),
        (TypeSpec(DT.BYTES, 4), [memoryview(b"x"), bytearray(b"y"), "z"], [b"x", b"y", b"z"]),
        (TypeSpec(DT.DBDATE), [date(2024, 1, 2), datetime(2024, 1, 2, 3), "2024-01-02"], [date(2024, 1, 2)] * 3),
        (TypeSpec(DT.DBTIME2), [clock(1, 2), timedelta(hours=1, minutes=2), "01:02:00", datetime(2024, 1, 1, 1, 2)], [clock(1, 2)] * 4),
        (TypeSpec(DT.DBTIMESTAMP), [datetime(2024, 1, 2), date(2024, 1, 2), "2024-01-02 00:00:00", datetime(2024, 1, 2, tzinfo=UTC)], [datetime(2024, 1, 2)] * 4),
    ],
)  # fmt: skip
def test_series(kind, values, stored):
    found = series_of("x", kind, values)
    assert found.dtype == kind.polars()
    assert found.to_list() == stored


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (TypeSpec(DT.I4), 2**31),
        (TypeSpec(DT.I4), 1.5),
        (TypeSpec(DT.UI1), -1),
        (TypeSpec(DT.DBTIMESTAMP), "no"),
        (TypeSpec(DT.I2), "x"),
    ],
)
def test_what_does_not_fit(kind, value):
    with pytest.raises(ValueError, match=r"\S"):
        series_of("x", kind, [value])


def test_offsets_both_ways():
    moment = datetime(2024, 1, 1, 10, tzinfo=timezone(timedelta(hours=-3)))
    column = ResultColumn("o", TypeSpec(DT.DBTIMESTAMPOFFSET))
    frame = frame_of([(moment,), (None,), ("2024-01-01 10:00:00",)], [column])
    assert frame["0"].to_list()[0] == {"utc": datetime(2024, 1, 1, 13), "offset": -180}
    assert [row[0] for row in plain_rows(frame, [column])][:2] == [moment, None]
    assert aware(moment) is moment


def test_frames_and_batches():
    columns = [ResultColumn("a", TypeSpec(DT.I4)), ResultColumn("a", TypeSpec(DT.WSTR, 5))]
    assert frame_of([], columns).schema == frame_of([(1, "x")], columns).schema
    rows = iter([[(1, "x"), (2, "y")], [(3, None)], []])
    assert [frame.height for frame in batched_frames(lambda size: next(rows), columns, 2)] == [2, 1]
    assert list(plain_rows(frame_of([(1, "x")], columns), columns)) == [(1, "x")]


@pytest.mark.parametrize(
    ("values", "streaming", "kind"),
    [
        ([None, 1], False, "DT_I4"), ([1, 2**40], False, "DT_I8"), ([1], True, "DT_I8"), ([1, 2.5], False, "DT_R8"), (["a", 1], False, "DT_WSTR(4000)"),
        (["a"], True, "DT_NTEXT"), ([], False, "DT_WSTR(4000)"), ([True], False, "DT_BOOL"), ([Decimal("1.25")], False, "DT_NUMERIC(38,6)"),
        ([date(2024, 1, 1)], False, "DT_DBDATE"), ([datetime(2024, 1, 1)], False, "DT_DBTIMESTAMP2"), ([datetime(2024, 1, 1, tzinfo=UTC)], False, "DT_DBTIMESTAMPOFFSET"),
        ([clock(1)], False, "DT_DBTIME2"), ([uuid.UUID(G)], False, "DT_GUID"), ([b"x"], False, "DT_IMAGE"), ([object()], False, "DT_NTEXT"),
    ],
)  # fmt: skip
def test_guesses(values, streaming, kind):
    assert str(guess_type(values, streaming=streaming)) == kind
