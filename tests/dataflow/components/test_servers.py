"""The cases of every component that talks to a database, once more over servers.

They run over SQLite in ``test_components.py``; here over PostgreSQL, MariaDB and the test double of SQL Server's wire.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.database_servers import SERVERS, empty_database
from support.flow_cases import load_cases, run_case

CASES = Path(__file__).resolve().parents[1] / "cases"
PARTS = {
    "adonet_destination", "adonet_source", "lookup", "odbc_destination", "odbc_source", "oledb_command", "oledb_destination",
    "oledb_source", "slowly_changing_dimension", "sql_server_destination",
}  # fmt: skip
TEXT_PARTS = {"cdc_source", "fuzzy_lookup", "term_extraction", "term_lookup"}
"""They only read; SQL Server's own functions for changes are not in the double."""
_DESTINATION = "oledb_destination/oledb_destination: "
DIFFERENT: dict[tuple[str, str], str] = {
    ("postgres", f"{_DESTINATION}without CHECK_CONSTRAINTS they are not"): "its constraints are always checked",
    ("mariadb", f"{_DESTINATION}without CHECK_CONSTRAINTS they are not"): "its constraints are always checked",
    **{
        ("tds", f"oledb_command/oledb_command: a {what} that is not there is found by the validation"): (
            "it cannot look at a statement without running it"
        )
        for what in ("table", "column")
    },
    (
        "tds",
        f"{_DESTINATION}values that do not fit the column are redirected with its number",
    ): "metadata out of step is told",
    ("tds", f"{_DESTINATION}texts are converted to the numbers of the column"): "metadata of another type is not valid",
}
"""Server and case whose outcome is another one there, with the reason."""


def chosen() -> list[object]:
    found = []
    for name, document, case in load_cases(CASES):
        part = name.partition("/")[0]
        if part in PARTS | TEXT_PARTS and (document.get("database") or case.get("database")):
            for server in SERVERS if part in PARTS else SERVERS[:2]:
                if (server, name) not in DIFFERENT:
                    found.append(pytest.param(server, document, case, id=f"{server}-{name}"))
    return found


@pytest.fixture
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with empty_database(request.param, tmp_path) as found:
        yield found


@pytest.mark.parametrize(("url", "document", "case"), chosen(), indirect=["url"])
def test_case(url: str, document: dict[str, object], case: dict[str, object], tmp_path: Path) -> None:
    run_case(document, {**case, "url": url}, tmp_path)


def test_no_exception_is_left_over() -> None:
    names = {name for name, _, _ in load_cases(CASES)}
    assert all(name in names and server in SERVERS for server, name in DIFFERENT)
