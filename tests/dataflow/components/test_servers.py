"""The cases of every component that talks to a database, once more over servers.

They run over SQLite in ``test_components.py``; here over PostgreSQL, MariaDB and the test double of SQL Server's wire, but
for those that are ``anywhere`` the same: what is found before a database is asked, and values that tell it nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.database_servers import SERVERS, empty_database
from support.flow_cases import load_cases, run_case
from support.tds_server import SAMPLES, TdsServer

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
        if "set" in case:  # one property more or less is no matter of the server
            continue
        if (
            part in PARTS | TEXT_PARTS
            and not case.get("anywhere")
            and (document.get("database") or case.get("database"))
        ):
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


OUTPUTS = """<component refId='Package\\T\\Cmd' componentClassID='Microsoft.OLEDBCommand' name='Cmd'>
 <properties><property name='SqlCommand'>EXEC ? = dbo.doubled @value = ?, @twice = ? OUTPUT</property></properties>
 <connections><connection refId='c' connectionManagerRefId='Package.ConnectionManagers[DB]'
  connectionManagerID='Package.ConnectionManagers[DB]' name='OleDbConnection'/></connections>
 <inputs><input refId='Package\\T\\Cmd.Inputs[In]' name='In' hasSideEffects='true'><inputColumns>{columns}</inputColumns>
  <externalMetadataColumns isUsed='True'>{parameters}</externalMetadataColumns></input></inputs>
 <outputs><output refId='Package\\T\\Cmd.Outputs[Out]' name='Out' synchronousInputId='Package\\T\\Cmd.Inputs[In]'/></outputs>
</component>"""
"""A call with a return value (flags 2), an input (1) and a parameter that is both (3)."""


@pytest.mark.parametrize("batch", [1, 10])
def test_output_parameters_of_a_command_come_back_into_their_columns(tmp_path: Path, batch: int) -> None:
    pairs = (("status", "@RETURN_VALUE", 2), ("value", "@value", 1), ("twice", "@twice", 3))
    columns = "".join(
        f"<inputColumn refId='i.{name}' lineageId='Package\\T\\In.Outputs[Out].Columns[{name}]' externalMetadataColumnId='x.{name}' "
        f"usageType='readWrite'/>"
        for name, _, _ in pairs
    )
    parameters = "".join(
        f"<externalMetadataColumn refId='x.{name}' name='{parameter}' dataType='i4'><properties><property "
        f"name='DBParamInfoFlags'>{flags}</property></properties></externalMetadataColumn>"
        for name, parameter, flags in pairs
    )
    rows = [[None, 1, None], [0, 21, 5], [7, -3, 8]]
    case = {
        "component": [OUTPUTS.format(columns=columns, parameters=parameters)],
        "inputs": {"In": {"columns": {"status": "i4", "value": "i4", "twice": "i4"}, "rows": rows}},
        "outputs": {
            "Out": {"columns": ["status", "value", "twice"], "rows": [[3, 1, 2], [3, 21, 42], [3, -3, -6]]},
        },
        "batch": batch,
        "database": ["create table Nothing (id int)"],
    }
    server = TdsServer(tmp_path, procedures=SAMPLES)
    try:
        run_case({}, {**case, "url": server.url()}, tmp_path)
    finally:
        server.stop()
