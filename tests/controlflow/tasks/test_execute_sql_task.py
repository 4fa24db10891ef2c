"""Execute SQL Task: statement files in code pages, and stored numbers that are none."""

import contextlib
import sqlite3

import pytest

from dtserve.connections.environment import ConnectionTarget
from dtserve.execution.options import ExecutionOptions
from support.control_flow import execute, package

SQL = "www.microsoft.com/sqlserver/dts/tasks/sqltask"


def run(folder, attributes, inside=""):
    database = folder / "c.db"
    with contextlib.closing(sqlite3.connect(database)) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS t(a TEXT)")
    body = (
        '<connection name="db" kind="OLEDB" string="Provider=SQLNCLI11.1;Data Source=.;"/>'
        f'<connection name="q" string="{folder}/q.sql"/><variable name="User::a" value="1"/>'
        f'<task name="A" type="Microsoft.ExecuteSQLTask"><SQLTask:SqlTaskData xmlns:SQLTask="{SQL}" '
        f'SQLTask:Connection="db" {attributes}>{inside}</SQLTask:SqlTaskData></task>'
    )
    targets = (ConnectionTarget(f"sqlite:///{database}", manager="db"),)
    outcome = execute(package(body), options=ExecutionOptions(connection_map=targets, folder=str(folder)))
    with contextlib.closing(sqlite3.connect(database)) as connection:
        return outcome, [row[0] for row in connection.execute("SELECT a FROM t")]


@pytest.mark.parametrize(
    ("page", "codec"),
    [(1252, "cp1252"), (28591, "latin-1"), (932, "cp932"), (65001, "utf-8"), (1200, "utf-16"), (0, "cp1252")],
)
def test_a_statement_file_in_its_code_page(page, codec, tmp_path) -> None:
    text = "語" if codec == "cp932" else "é"
    (tmp_path / "q.sql").write_bytes(f"INSERT INTO t VALUES (N'{text}')".encode(codec))
    attributes = f'SQLTask:SqlStmtSourceType="FileConnection" SQLTask:SqlStatementSource="q" SQLTask:CodePage="{page}"'
    outcome, rows = run(tmp_path, attributes)
    assert outcome.result.name == "SUCCESS", outcome.errors()
    assert rows == [text]


def test_a_code_page_nobody_knows_is_named(tmp_path) -> None:
    (tmp_path / "q.sql").write_bytes(b"INSERT INTO t VALUES ('\xe9')")
    attributes = 'SQLTask:SqlStmtSourceType="FileConnection" SQLTask:SqlStatementSource="q" SQLTask:CodePage="4711"'
    outcome, rows = run(tmp_path, attributes)
    assert outcome.errors() == ["A 0xC0D51001"]
    assert rows == []


def test_a_parameter_type_that_is_no_number_is_named(tmp_path) -> None:
    inside = (
        '<SQLTask:ParameterBinding SQLTask:ParameterName="0" SQLTask:DtsVariableName="User::a" '
        'SQLTask:ParameterDirection="Input" SQLTask:DataType="LONG"/>'
    )
    outcome, rows = run(tmp_path, 'SQLTask:SqlStatementSource="INSERT INTO t VALUES (?)"', inside)
    assert outcome.result.name == "FAILURE"
    assert "Unsupported type LONG" in outcome.error.message
    assert rows == []
