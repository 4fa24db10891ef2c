"""Schema rowsets of SQL Server: what is asked and which columns restrictions compare (over a test double of the driver)."""

import sys

import pytest

from dtserve.connections.environment import ConnectionTarget
from dtserve.controlflow.enumerators.schema_rowsets import INFORMATION, RESTRICTED, ROWSETS, SQL_SERVER, rowset_name
from dtserve.execution.options import ExecutionOptions
from support.control_flow import execute, package
from support.scripted_sql_server import URL, scripted_driver

GUIDS = {name: f"{head}-5cf3-11ce-ade5-00aa0044773d" for head, name in ROWSETS.items()}
KEYS = [
    ["Sales", "dbo", "T", "id", None, None, "Sales", "dbo", "Child", "t_id", None, None, 1, "NO ACTION", "CASCADE", "PK", "FK1", 3],
    ["Sales", "dbo", "T", "id", None, None, "Sales", "dbo", "Other", "t_id", None, None, 1, "NO ACTION", "CASCADE", "PK", "FK2", 3],
]  # fmt: skip


def names(monkeypatch, rowset: str, rows, index: int, restriction: str = "") -> tuple[str, str]:
    driver = scripted_driver({"": rows})
    monkeypatch.setitem(sys.modules, "pytds", driver)
    body = (
        '<connection name="db" kind="OLEDB" string="Data Source=.;"/><variable name="User::v" type="8" value=""/>'
        '<variable name="User::all" type="8" value=""/><foreach name="L" enumerator="ForEachSchemaRowsetEnumerator">'
        f'<enumerator><FEESchemaRowset Connection="db" Schema="{GUIDS[rowset]}">{restriction}</FEESchemaRowset></enumerator>'
        f'<map variable="User::v" index="{index}"/><task name="T" type="Microsoft.ExpressionTask">'
        '<ExpressionTask Expression="@[User::all] = @[User::all] + @[User::v] + &quot;;&quot;"/></task></foreach>'
    )
    options = ExecutionOptions(connection_map=(ConnectionTarget(URL, manager="db"),))
    outcome = execute(package(body), options=options)
    assert outcome.result.name == "SUCCESS", outcome.errors()
    ((sent, _),) = driver.sent()
    return outcome.variables["User::all"], sent


@pytest.mark.parametrize("rowset", sorted(ROWSETS.values()))
def test_each_rowset_asks_its_query(rowset, monkeypatch) -> None:
    found, sent = names(monkeypatch, rowset, [["a", "b"], ["c", "d"]], 0)
    assert found == "a;c;"
    assert sent == {**INFORMATION, **SQL_SERVER}[rowset]


def test_restrictions_of_foreign_keys_count_as_ole_db_does(monkeypatch) -> None:
    found, _ = names(monkeypatch, "foreign keys", KEYS, 16, '<Restriction Index="5" Value="Other"/>')
    assert found == "FK2;"
    assert RESTRICTED["foreign keys"][5] == 8


def test_every_rowset_has_a_query_and_a_guid() -> None:
    assert set(ROWSETS.values()) == set(INFORMATION) | set(SQL_SERVER)
    assert all(rowset_name(guid.upper()) == name for name, guid in GUIDS.items())
    assert rowset_name("c8b52229-0000-0000-0000-000000000000") == ""
