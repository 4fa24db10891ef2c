from datetime import date, datetime
from datetime import time as clock
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dtserve.connections.base import ResultColumn
from dtserve.connections.sql.postgres_types import frame_to_csv, read_csv, spec_of_oid
from dtserve.datatypes import DT, TypeSpec


@pytest.mark.parametrize(
    ("oid", "modifier", "kind"),
    [
        (23, -1, "DT_I4"), (1700, (18 << 16 | 4) + 4, "DT_NUMERIC(18,4)"), (1700, -1, "DT_NUMERIC(38,10)"), (1700, (5 << 16 | 2046) + 4, "DT_NUMERIC(7,0)"), (1043, 54, "DT_WSTR(50)"),
        (1043, -1, "DT_NTEXT"), (1042, 7, "DT_WSTR(3)"), (1114, 3, "DT_DBTIMESTAMP2"), (1184, -1, "DT_DBTIMESTAMPOFFSET"), (16, -1, "DT_BOOL"), (17, -1, "DT_IMAGE"), (99999, -1, "DT_NTEXT"),
    ],
)  # fmt: skip
def test_types(oid, modifier, kind):
    assert str(spec_of_oid(oid, modifier)) == kind


def test_what_the_statement_says_goes_before():
    assert spec_of_oid(20, -1, TypeSpec(DT.I4)) == TypeSpec(DT.I4)
    assert spec_of_oid(25, -1, TypeSpec(DT.WSTR, 5)) == TypeSpec(DT.WSTR, 5)
    assert spec_of_oid(25, -1, TypeSpec(DT.I4)) == TypeSpec(DT.NTEXT)


COLUMNS = [
    ResultColumn("i", TypeSpec(DT.I4)), ResultColumn("n", TypeSpec(DT.NUMERIC, precision=12, scale=3)), ResultColumn("s", TypeSpec(DT.WSTR, 9)), ResultColumn("b", TypeSpec(DT.BYTES, 9)),
    ResultColumn("t", TypeSpec(DT.DBTIMESTAMP2)), ResultColumn("d", TypeSpec(DT.DBDATE)), ResultColumn("f", TypeSpec(DT.R8)),
]  # fmt: skip
ROW = st.tuples(
    st.none() | st.integers(-(2**31), 2**31 - 1), st.none() | st.decimals(-10**8, 10**8, places=3),
    st.none() | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=6), st.none() | st.binary(max_size=6), st.none() | st.datetimes(), st.none() | st.dates(),
    st.none() | st.floats(allow_nan=False, allow_infinity=False),
)  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(st.lists(ROW, min_size=1, max_size=6))
def test_csv_there_and_back(rows):
    frame = pl.DataFrame(
        [pl.Series(str(at), [row[at] for row in rows], dtype=c.type.polars()) for at, c in enumerate(COLUMNS)]
    )
    assert read_csv(frame_to_csv(frame, COLUMNS), COLUMNS, [0] * len(COLUMNS)).equals(frame)


def test_special_forms():
    columns = [
        ResultColumn("b", TypeSpec(DT.BOOL)),
        ResultColumn("g", TypeSpec(DT.GUID)),
        ResultColumn("t", TypeSpec(DT.DBTIME2)),
        ResultColumn("o", TypeSpec(DT.DBTIMESTAMPOFFSET)),
        ResultColumn("m", TypeSpec(DT.CY)),
    ]
    data = b'f,3f2504e0-4f89-11d3-9a0c-0305e82c3301,10:20:30.5+02,2024-01-01 10:00:00-03:30,"$1,234.50"\n,,,,\n'
    found = read_csv(data, columns, [16, 2950, 1266, 1184, 790])
    assert found.rows() == [
        (
            False,
            "{3F2504E0-4F89-11D3-9A0C-0305E82C3301}",
            clock(10, 20, 30, 500000),
            {"utc": datetime(2024, 1, 1, 13, 30), "offset": -210},
            Decimal("1234.5000"),
        ),
        (None, None, None, None, None),
    ]
    frame = found[:, [3]]
    assert frame_to_csv(frame, [columns[3]]) == b"2024-01-01 10:00:00.000000-03:30\n\n"
    with pytest.raises(ValueError, match=r"\S"):
        read_csv(b"x\n", [ResultColumn("d", TypeSpec(DT.DBDATE))], [1082])
    assert date(2024, 1, 1)


def test_a_lone_text_column_is_quoted():
    assert frame_to_csv(pl.DataFrame({"a": ["\\.", None]}), [ResultColumn("a", TypeSpec(DT.WSTR, 5))]) == b'"\\."\n\n'
