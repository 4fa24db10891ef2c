"""The configuration string of SQL Server configurations."""

import pytest

from dtserve.package.configurations.base import SqlLocation
from dtserve.package.configurations.sql_server import TABLE_DDL, parse_location


@pytest.mark.parametrize(
    ("text", "location"),
    [
        ('"CM";"[dbo].[SSIS Configurations]";"Load";', SqlLocation("CM", "[dbo].[SSIS Configurations]", "Load")),
        ('"C;M";"T";"a ""b""";', SqlLocation("C;M", "T", 'a "b"')), ("CM;T;F", SqlLocation("CM", "T", "F")), ('"CM";"T";"";', SqlLocation("CM", "T", "")),
        ('"CM";"T"', None), ("", None), ('"CM', None), ('"";"T";"F";', None), ('"a";"b";"c";"d";', None),
    ],
)  # fmt: skip
def test_locations(text: str, location: SqlLocation | None) -> None:
    assert parse_location(text) == location


def test_the_statement_takes_the_filter_as_parameter() -> None:
    statement = SqlLocation("CM", "[dbo].[T]", "x'; DROP TABLE T").statement
    assert statement.endswith("FROM [dbo].[T] WHERE ConfigurationFilter = ?")
    assert "ConfiguredValueType" in TABLE_DDL
