from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest

from dtserve.connections.base import ResultColumn
from dtserve.connections.sql.sqlserver_arrow import frame_of_arrow
from dtserve.datatypes import DT, TypeSpec

G = "3f2504e0-4f89-11d3-9a0c-0305e82c3301"


def test_batches_get_the_physical_forms():
    batch = pa.RecordBatch.from_pydict(
        {
            "a": pa.array([1, None], pa.int64()), "n": pa.array([Decimal("1.50"), None], pa.decimal128(9, 2)), "g": pa.array([G, None]), "d": pa.array([date(2024, 1, 2), None]),
            "t": pa.array([datetime(2024, 1, 2, 3), None], pa.timestamp("ns")), "s": pa.array(["x", None], pa.large_string()), "b": pa.array([b"y", None], pa.large_binary()),
        }
    )  # fmt: skip
    columns = [
        ResultColumn("a", TypeSpec(DT.I4)), ResultColumn("a", TypeSpec(DT.NUMERIC, precision=18, scale=4)), ResultColumn("g", TypeSpec(DT.GUID)), ResultColumn("d", TypeSpec(DT.DBDATE)),
        ResultColumn("t", TypeSpec(DT.DBTIMESTAMP)), ResultColumn("s", TypeSpec(DT.WSTR, 5)), ResultColumn("b", TypeSpec(DT.BYTES, 5)),
    ]  # fmt: skip
    frame = frame_of_arrow(batch, columns)
    assert frame.rows() == [
        (1, Decimal("1.5000"), f"{{{G.upper()}}}", date(2024, 1, 2), datetime(2024, 1, 2, 3), "x", b"y"),
        (None,) * 7,
    ]
    assert frame.dtypes == [column.type.polars() for column in columns]


def test_what_does_not_fit_is_an_error():
    batch = pa.RecordBatch.from_pydict({"a": pa.array([2**40])})
    with pytest.raises(ValueError, match='column "x"'):
        frame_of_arrow(batch, [ResultColumn("x", TypeSpec(DT.I4))])
