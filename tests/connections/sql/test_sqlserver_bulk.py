import datetime as dt

import pytest

from dtserve.connections.base import ResultColumn
from dtserve.connections.sql.catalog import CatalogColumn, CatalogTable
from dtserve.connections.sql.declared_types import from_declared
from dtserve.connections.sql.sqlserver_bulk import early_as_text, tds_columns

KINDS = [
    "bit",
    "tinyint",
    "smallint",
    "int",
    "bigint",
    "real",
    "float",
    "money",
    "decimal(9,2)",
    "char(3)",
    "varchar(9)",
    "varchar(max)",
    "nvarchar(9)",
    "nvarchar(max)",
    "varbinary(4)",
    "varbinary(max)",
    "date",
    "time(3)",
    "datetime",
    "datetime2(5)",
    "datetimeoffset(2)",
    "uniqueidentifier",
]


@pytest.mark.parametrize("kind", KINDS)
def test_every_type_is_declared_as_the_table_has_it(kind):
    spec = from_declared(kind)
    table = CatalogTable.of(
        "T", "[T]", (CatalogColumn("A", spec, kind, nullable=False), CatalogColumn("b", spec, kind))
    )
    first, second = tds_columns(table, [ResultColumn("a", spec), ResultColumn("b", spec)])
    assert (first.column_name, first.flags & first.fNullable, bool(second.flags & second.fNullable)) == ("A", 0, True)
    declared = first.type.get_declaration().lower().replace(" ", "")
    assert declared.startswith(
        kind.partition("(")[0].replace("char", "varchar") if kind.startswith("char") else kind.partition("(")[0]
    )


def test_early_dates_are_texts():
    assert early_as_text(dt.date(1752, 12, 31)) == "1752-12-31"
    assert early_as_text(dt.datetime(1, 1, 1, 10, 11, 12, 500000)) == "0001-01-01 10:11:12.500000"
    for value in (dt.date(1753, 1, 1), dt.time(1), 5, None, "1"):
        assert early_as_text(value) is value
