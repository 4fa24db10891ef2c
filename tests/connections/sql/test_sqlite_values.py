import sqlite3
import uuid
from datetime import date, datetime
from datetime import time as clock
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dtserve.connections.base import ResultColumn
from dtserve.connections.errors import ValueNotStorable
from dtserve.connections.sql.sqlite_values import decode_column, decode_frame, encode_beside, encode_frame, encode_value
from dtserve.datatypes import DT, TypeSpec

GUID = TypeSpec(DT.GUID)
DAY, MOMENT, INT, TEXT = TypeSpec(DT.DBDATE), TypeSpec(DT.DBTIMESTAMP), TypeSpec(DT.I4), TypeSpec(DT.WSTR, 9)


@pytest.mark.parametrize(
    ("value", "kind", "stored"),
    [
        (True, None, 1), (5, None, 5), (Decimal("1.50"), None, "1.50"), (Decimal("5.00"), None, 5), (Decimal("-0.0001"), None, "-0.0001"),
        (date(2024, 1, 2), None, "2024-01-02"), (datetime(2024, 1, 2), None, "2024-01-02 00:00:00"), (datetime(2024, 1, 2, 3, 4, 5, 6), None, "2024-01-02 03:04:05.000006"),
        (clock(1, 2), None, "01:02:00"), ({"utc": datetime(2024, 1, 1), "offset": 90}, None, "2024-01-01 01:30:00+01:30"), ("{ab}", GUID, "AB"), ("{ab}", TEXT, "{ab}"),
        (uuid.UUID(int=10), None, "00000000-0000-0000-0000-00000000000A"), (bytearray(b"x"), None, b"x"), (None, None, None), (1.5, None, 1.5),
    ],
)  # fmt: skip
def test_stored_forms(value, kind, stored):
    assert encode_value(value, kind) == stored


@pytest.mark.parametrize(
    "value", [float("nan"), 2**63, Decimal("1234567890.1234567"), Decimal("NaN"), Decimal(10) ** 20]
)
def test_what_would_change_is_refused(value):
    with pytest.raises(ValueNotStorable, match="col"):
        encode_value(value, None, "col")


@pytest.mark.parametrize(
    ("value", "wanted", "stored"),
    [
        ("20240102", DAY, "2024-01-02"), ("20240102", MOMENT, "2024-01-02 00:00:00"), (date(2024, 1, 2), MOMENT, "2024-01-02 00:00:00"), (date(2024, 1, 2), DAY, "2024-01-02"),
        (datetime(2024, 1, 2), DAY, "2024-01-02"), (datetime(2024, 1, 2, 3), DAY, "2024-01-02 03:00:00"), ("5", INT, 5), ("true", TypeSpec(DT.BOOL), 1), (5, TEXT, "5"),
        (1.5, TEXT, "1.5"), ("x", TEXT, "x"), ("{ab}", GUID, "AB"),
    ],
)  # fmt: skip
def test_beside_a_column(value, wanted, stored):
    assert encode_beside(value, None, wanted) == stored
    with pytest.raises(ValueError, match="numeric"):
        encode_beside("x", None, INT)


COLUMNS = [
    ResultColumn("b", TypeSpec(DT.BOOL)), ResultColumn("n", TypeSpec(DT.NUMERIC, precision=12, scale=3)), ResultColumn("t", MOMENT), ResultColumn("d", DAY),
    ResultColumn("c", TypeSpec(DT.DBTIME2)), ResultColumn("g", GUID), ResultColumn("s", TEXT), ResultColumn("o", TypeSpec(DT.DBTIMESTAMPOFFSET)),
]  # fmt: skip
ROW = st.tuples(
    st.none() | st.booleans(), st.none() | st.decimals(-10**8, 10**8, places=3), st.none() | st.datetimes(), st.none() | st.dates(), st.none() | st.times(),
    st.none() | st.uuids().map(lambda u: f"{{{str(u).upper()}}}"), st.none() | st.text(max_size=5),
    st.none() | st.fixed_dictionaries({"utc": st.datetimes(datetime(1900, 1, 2), datetime(9998, 1, 1)), "offset": st.integers(-840, 840)}),
)  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(st.lists(ROW, max_size=6))
def test_frames_there_and_back(rows):
    frame = pl.DataFrame(
        [pl.Series(str(at), [row[at] for row in rows], dtype=column.type.polars()) for at, column in enumerate(COLUMNS)]
    )
    stored = list(zip(*encode_frame(frame, COLUMNS), strict=True)) if rows else []
    assert decode_frame(stored, COLUMNS).equals(frame)


def test_reading():
    assert decode_column("0", COLUMNS[2], ["2024-01-02", "2024-01-02T03:04:05.5", None]).to_list() == [
        datetime(2024, 1, 2),
        datetime(2024, 1, 2, 3, 4, 5, 500000),
        None,
    ]
    assert decode_column("0", COLUMNS[1], [1, 1.5, "2.125", None]).to_list() == [
        Decimal("1.000"),
        Decimal("1.500"),
        Decimal("2.125"),
        None,
    ]
    assert decode_column("0", COLUMNS[4], ["10:00", "1900-01-01 10:00:00"]).to_list() == [clock(10), clock(10)]
    for column, value in ((COLUMNS[2], 5), (COLUMNS[3], 5), (COLUMNS[1], "x"), (COLUMNS[4], 1.0)):
        with pytest.raises(ValueError, match=column.name):
            decode_column("0", column, [value])


@settings(max_examples=100, deadline=None)
@given(
    st.integers(0, 15).flatmap(
        lambda scale: st.tuples(st.just(scale), st.lists(st.none() | st.integers(-(10**17), 10**17)))
    )
)
def test_decimals_as_numbers_of_the_database(given_numbers):
    scale, numbers = given_numbers
    spec = TypeSpec(DT.NUMERIC, precision=38, scale=scale)
    column = ResultColumn("n", spec)
    for digits in (15, 18):
        values = [None if n is None else Decimal(int(str(n)[:digits])).scaleb(-scale) for n in numbers]
        frame = pl.DataFrame([pl.Series("0", values, dtype=spec.polars())])
        try:
            (stored,) = encode_frame(frame, [column], [spec])
        except ValueNotStorable:
            assert digits > 15
            assert scale
            continue
        database = sqlite3.connect(":memory:")
        database.execute("CREATE TABLE T (n DECIMAL(38, 9))")
        database.executemany("INSERT INTO T VALUES (?)", [(value,) for value in stored])
        back = [row[0] for row in database.execute("SELECT n FROM T ORDER BY rowid")]
        database.close()
        assert decode_column("0", column, back).to_list() == values


def test_decimals_in_columns_of_texts():
    number = TypeSpec(DT.NUMERIC, precision=9, scale=2)
    frame = pl.DataFrame({"0": pl.Series([Decimal("5"), None], dtype=number.polars())})
    assert encode_frame(frame, [ResultColumn("n", number)], [TEXT]) == [["5.00", None]]
