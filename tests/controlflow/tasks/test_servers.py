"""The cases of the tasks that talk to databases, once more over PostgreSQL, MariaDB and the double of SQL Server's wire."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.control_flow import check_case, load_cases
from support.database_servers import SERVERS, empty_database

PARTS = ("bulk_insert_task", "execute_sql_task")
_BULK = "bulk_insert_task: "
DIFFERENT = {
    ("tds", f"{_BULK}a character file into a mapped database: types, NULLs, first row, a row that does not convert"),
    ("tds", f"{_BULK}too many rows in error, and rows of the wrong shape"),
}
"""Server and case that is not run there: the double does not execute SQL Server's own BULK INSERT."""

CASES = [
    (server, name, case)
    for name, case in load_cases(Path(__file__).parent / "cases")
    if name.partition(":")[0] in PARTS and case.find("sql") is not None
    for server in SERVERS
]


@pytest.fixture
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with empty_database(request.param, tmp_path) as found:
        yield found


@pytest.mark.parametrize(
    ("url", "case"),
    [
        pytest.param(server, case, id=f"{server}-{name}")
        for server, name, case in CASES
        if (server, name) not in DIFFERENT
    ],
    indirect=["url"],
)
def test_case(url: str, case: object, tmp_path: Path) -> None:
    check_case(case, tmp_path, url)


def test_no_exception_is_left_over() -> None:
    assert {(server, name) for server, name, _ in CASES} >= DIFFERENT
