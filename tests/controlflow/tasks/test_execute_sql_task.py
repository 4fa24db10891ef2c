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


KINDS = {
    "OLEDB": ("Provider=SQLNCLI11.1;Data Source=.;", "?", ("0", "1"), (3, 130)),
    "ODBC": ("Driver={SQL Server};Server=.;", "?", ("1", "2"), (4, -9)),
    "ADO.NET:SQL": ("Data Source=.;", "@", ("@low", "@name"), (11, 16)),
    "ADO.NET:OLEDB": ("Provider=SQLNCLI11.1;Data Source=.;", "?", ("@low", "@name"), (11, 16)),
    "ADO.NET:ODBC": ("Driver={SQL Server};Server=.;", "?", ("low", "name"), (11, 16)),
}
RESULTS = ["None", "SingleRow by name", "SingleRow by number", "Rowset", "XML"]


@pytest.mark.parametrize("result", RESULTS)
@pytest.mark.parametrize("kind", list(KINDS))
def test_each_result_over_each_provider_with_its_parameters(kind, result, tmp_path) -> None:
    database = tmp_path / "m.db"
    with contextlib.closing(sqlite3.connect(database)) as connection:
        connection.executescript("CREATE TABLE t(a INTEGER, b TEXT); INSERT INTO t VALUES (1,'x'),(2,'y'),(3,'y');")
    string, mark, names, types = KINDS[kind]
    first, second = ("@low", "@name") if mark == "@" else ("?", "?")
    columns = "'&lt;r>&lt;v>' || b || '&lt;/v>&lt;/r>'" if result == "XML" else "a, b"
    text = f"SELECT {columns} FROM t WHERE a &gt;= {first} AND b = {second} ORDER BY a".replace("||", "+")
    if result == "None":
        text = f"UPDATE t SET a = a + 10 WHERE a &gt;= {first} AND b = {second}"
    bound = {
        "SingleRow by name": [("a", "User::n"), ("b", "User::s")],
        "SingleRow by number": [("0", "User::n"), ("1", "User::s")],
        "Rowset": [("0", "User::o")],
        "XML": [("0", "User::s")],
    }.get(result, [])
    inside = "".join(
        f'<SQLTask:ResultBinding SQLTask:ResultName="{name}" SQLTask:DtsVariableName="{variable}"/>'
        for name, variable in bound
    ) + "".join(
        f'<SQLTask:ParameterBinding SQLTask:ParameterName="{name}" SQLTask:DtsVariableName="{variable}" '
        f'SQLTask:ParameterDirection="Input" SQLTask:DataType="{number}" SQLTask:ParameterSize="-1"/>'
        for name, variable, number in zip(names, ("User::low", "User::name"), types, strict=True)
    )
    body = (
        f'<connection name="db" kind="{kind}" string="{string}"/><variable name="User::low" value="2"/>'
        '<variable name="User::name" type="8" value="y"/><variable name="User::n" value="0"/>'
        '<variable name="User::s" type="8" value=""/><variable name="User::o" type="13"/><variable name="User::rows" value="0"/>'
        f'<task name="A" type="Microsoft.ExecuteSQLTask" ExecValueVariable="User::rows"><SQLTask:SqlTaskData xmlns:SQLTask="{SQL}" '
        f'SQLTask:Connection="db" SQLTask:ResultType="ResultSetType_{result.split(" ")[0]}" SQLTask:SqlStatementSource="{text}">'
        f"{inside}</SQLTask:SqlTaskData></task>"
    )
    targets = (ConnectionTarget(f"sqlite:///{database}", manager="db"),)
    outcome = execute(package(body), options=ExecutionOptions(connection_map=targets))
    assert outcome.result.name == "SUCCESS", [e.message for e in outcome.events if e.kind == "OnError"]
    found = outcome.variables
    if result == "None":
        assert found["User::rows"] == 2
    elif result.startswith("SingleRow"):
        assert (found["User::n"], found["User::s"]) == (2, "y")
    elif result == "Rowset":
        table = found["User::o"].tables[0] if kind.startswith("ADO.NET") else found["User::o"]
        assert [tuple(row) for frame in table.frames for row in frame.iter_rows()] == [(2, "y"), (3, "y")]
    else:
        assert found["User::s"] == "<ROOT><r><v>y</v></r><r><v>y</v></r></ROOT>"
