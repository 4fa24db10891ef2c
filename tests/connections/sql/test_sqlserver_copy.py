"""What mssql-python's bulk copy is given: Arrow; the copies themselves are in test_sqlserver_attention.py."""

from __future__ import annotations

from decimal import Decimal

import polars as pl
import pytest

from dtserve.connections.base import BulkOptions, ResultColumn
from dtserve.connections.errors import SqlError
from dtserve.connections.sql.catalog import CatalogColumn, CatalogTable
from dtserve.connections.sql.sqlserver_copy import copy_frames, fits_arrow
from dtserve.datatypes import DT, TypeSpec
from dtserve.errors import Canceled

KINDS = {"a": DT.UI2, "b": DT.UI8, "g": DT.GUID, "t": DT.WSTR}
COLUMNS = [ResultColumn(name, TypeSpec(kind, length=5 if kind is DT.WSTR else 0)) for name, kind in KINDS.items()]
TABLE = CatalogTable.of("T", "[dbo].[T]", tuple(CatalogColumn(c.name, c.type) for c in COLUMNS))


class Cursor:
    def __init__(self, failure: BaseException | None = None) -> None:
        self.failure = failure

    def bulkcopy_arrow(self, path, source, **options):
        self.path, self.options = path, options
        try:
            self.table = source.read_all()
        except Exception as error:  # as the driver does
            raise ValueError(f"the source failed: {error}") from None
        if self.failure is not None:
            raise self.failure


def frame(rows):
    return pl.DataFrame(
        [pl.Series(str(at), [row[at] for row in rows], dtype=c.type.polars()) for at, c in enumerate(COLUMNS)]
    )


def test_types_that_sql_server_lacks_become_wider_and_braces_go():
    cursor = Cursor()
    guid = "{6F9619FF-8B86-D011-B42D-00C04FC964FF}"
    frames = [frame([(65535, 2**64 - 1, guid, "x")]), frame([]), frame([(None, None, None, None)])]
    assert copy_frames(cursor, TABLE, COLUMNS, frames, BulkOptions(timeout=7, keep_identity=True)) == 2
    assert [tuple(row.values()) for row in cursor.table.to_pylist()] == [
        (65535, Decimal(2**64 - 1), guid.strip("{}"), "x"), (None, None, None, None)
    ]  # fmt: skip
    assert [str(kind) for kind in cursor.table.schema.types][:2] == ["int32", "decimal128(20, 0)"]
    assert (cursor.path, cursor.options["timeout"], cursor.options["keep_identity"]) == ("[dbo].[T]", 7, True)
    assert cursor.options["column_mappings"] == ["a", "b", "g", "t"]
    assert cursor.options["use_internal_transaction"]


def test_what_the_frames_raise_comes_back_as_it_was():
    def frames():
        yield frame([(1, 1, None, "x")])
        raise Canceled

    with pytest.raises(Canceled):
        copy_frames(Cursor(), TABLE, COLUMNS, frames(), BulkOptions())


def test_the_drivers_own_failures_are_the_databases():
    with pytest.raises(SqlError, match="Violation of PRIMARY KEY"):
        copy_frames(Cursor(RuntimeError("Violation of PRIMARY KEY")), TABLE, COLUMNS, [], BulkOptions())
    panic = type("PanicException", (BaseException,), {})("index out of range")
    with pytest.raises(SqlError, match="bulk copy failed: index out of range"):
        copy_frames(Cursor(panic), TABLE, COLUMNS, [], BulkOptions())


@pytest.mark.parametrize(
    ("source", "target", "fits"),
    [
        (DT.I4, DT.I8, True),
        (DT.NUMERIC, DT.CY, True),
        (DT.WSTR, DT.I4, False),
        (DT.DBDATE, DT.DBDATE, True),
        (DT.DBTIMESTAMP, DT.DBDATE, False),
        (DT.DBTIMESTAMPOFFSET, DT.DBTIMESTAMPOFFSET, False),
    ],
)
def test_what_arrow_can_say(source, target, fits):
    table = CatalogTable.of("T", "T", (CatalogColumn("A", TypeSpec(target)),))
    assert fits_arrow(table, [ResultColumn("a", TypeSpec(source))]) is fits
