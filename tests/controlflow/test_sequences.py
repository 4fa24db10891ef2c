"""Sequences of events that real logs show (EVENTS §1.4, CONTROL_FLOW §2), and the transactions worked in §8."""

import sqlite3
from contextlib import closing

import pytest

from dtserve.connections.environment import ConnectionTarget
from dtserve.controlflow.results import ExecResult
from dtserve.execution.options import ExecutionOptions, Logger
from support.control_flow import execute, package
from support.copy_flow import copy_flow

SQL = "www.microsoft.com/sqlserver/dts/tasks/sqltask"


def database(tmp_path, name: str) -> ConnectionTarget:
    with closing(sqlite3.connect(tmp_path / f"{name}.db")) as connection:
        connection.executescript("CREATE TABLE t (a INTEGER); INSERT INTO t VALUES (1);")
    return ConnectionTarget(f"sqlite:///{tmp_path}/{name}.db", manager=name)


def records(path) -> list[str]:
    """``event,source,datacode`` of each record of a text log."""
    text = path.read_bytes()[2:].decode("utf-16-le")
    found = [line.split(",", 10) for line in text.split("\r\n") if line.count(",") >= 10 and "{" in line]
    return [f"{each[0]},{each[3]},{each[8]}" for each in found]


def test_a_successful_run_of_a_data_flow(tmp_path) -> None:
    targets = (database(tmp_path, "a"), database(tmp_path, "b"))
    connections = "".join(
        f'<connection name="{n}" kind="OLEDB" string="Data Source=.;Provider=SQLNCLI;"/>' for n in "ab"
    )
    options = ExecutionOptions(
        connection_map=targets, loggers=(Logger("Microsoft.LogProviderTextFile", str(tmp_path / "log.txt")),)
    )
    flow = copy_flow("Flow", "a", "SELECT a FROM t", "b", "t", {"a": "i4"})
    assert execute(package(connections + flow), options=options).result is ExecResult.SUCCESS
    wanted = ("OnProgress", "PackageStart", "PackageEnd", "OnPreExecute", "OnPostExecute")
    seen = [
        each
        for each in records(tmp_path / "log.txt")
        if each.startswith(wanted) and not each.startswith("OnProgress,Pkg")
    ]
    validating = [f"OnProgress,Flow,{percent}" for percent in (0, 33, 66, 100)]
    bubbled = ["OnPreExecute,Flow,0", "OnPreExecute,Pkg,0"]
    assert seen[:12] == [*validating, "PackageStart,Pkg,0", "OnPreExecute,Pkg,0", *bubbled, *validating]
    phases = ["OnProgress,Flow,0", "OnProgress,Flow,100"]  # Prepare for Execute, of one step
    steps = ["OnProgress,Flow,0", "OnProgress,Flow,50", "OnProgress,Flow,100"]  # Pre-Execute, of both components
    assert seen[12:17] == [*phases, *steps]
    assert seen[-4:] == ["OnPostExecute,Flow,0", "OnPostExecute,Pkg,0", "OnPostExecute,Pkg,0", "PackageEnd,Pkg,0"]


def test_a_failing_statement_is_an_error_of_the_task_then_of_the_package(tmp_path) -> None:
    target = database(tmp_path, "db")
    options = ExecutionOptions(
        connection_map=(target,), loggers=(Logger("DTS.LogProviderTextFile.3", str(tmp_path / "log.txt")),)
    )
    body = (
        '<connection name="db" kind="OLEDB" string="Data Source=.;Provider=SQLNCLI;"/>'
        f'<task xmlns:SQLTask="{SQL}" name="Execute SQL Task" type="Microsoft.ExecuteSQLTask"><SQLTask:SqlTaskData '
        'SQLTask:Connection="db" SQLTask:SqlStatementSource="INSERT INTO nowhere VALUES (1)"/></task>'
    )
    assert execute(package(body), options=options).result is ExecResult.FAILURE
    seen = [
        each for each in records(tmp_path / "log.txt") if not each.startswith(("OnInformation", "OnPre", "Execute"))
    ]
    validated = ["OnPostValidate,Execute SQL Task,0", "OnPostValidate,Pkg,0"]
    assert seen == [
        *validated, "OnPostValidate,Pkg,0", "PackageStart,Pkg,0", *validated,
        "OnError,Execute SQL Task,-1073548784", "OnError,Pkg,-1073548784", "OnTaskFailed,Execute SQL Task,0",
        "OnTaskFailed,Pkg,0", "OnPostExecute,Execute SQL Task,0", "OnPostExecute,Pkg,0", "OnWarning,Pkg,-2147381246",
        "OnPostExecute,Pkg,0", "PackageEnd,Pkg,1",
    ]  # fmt: skip


def test_errors_and_failures_of_a_child_reach_the_parents_handlers(tmp_path) -> None:
    failing = '<task name="Inner" type="Microsoft.ExpressionTask"><ExpressionTask Expression="1/0"/></task>'
    (tmp_path / "Child.dtsx").write_bytes(package(failing, name="Child"))
    count = '<handler event="{0}"><task name="h{0}" type="Microsoft.ExpressionTask"><ExpressionTask Expression="@[User::{0}] = @[User::{0}] + @[System::SourceName] + &quot;;&quot;"/></task></handler>'
    body = (
        '<variable name="User::OnError" type="8" value=""/><variable name="User::OnTaskFailed" type="8" value=""/>'
        f'<connection name="file" string="{tmp_path}/Child.dtsx"/>'
        '<task name="Run" type="Microsoft.ExecutePackageTask"><ExecutePackageTask><Connection>file</Connection>'
        "</ExecutePackageTask></task>" + count.format("OnError") + count.format("OnTaskFailed")
    )
    outcome = execute(package(body))
    assert outcome.result is ExecResult.FAILURE
    assert outcome.variables["User::OnTaskFailed"] == "Inner;Run;"
    assert outcome.variables["User::OnError"].split(";")[0] == "Inner"
    assert outcome.variables["User::OnError"].count("Inner") == 1


# --- the worked transactions ---------------------------------------------------------------------


@pytest.fixture
def server(postgres):
    url = postgres.new_database()
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE who (name text, tx bigint)")

    def transactions() -> dict[str, int]:
        with psycopg.connect(url) as connection:
            return dict(connection.execute("SELECT name, tx FROM who").fetchall())

    return ConnectionTarget(f"{url}?source=postgres", manager="db"), transactions


def tell(name: str, option: str = "1") -> str:
    return (
        f'<task xmlns:SQLTask="{SQL}" name="{name}" type="Microsoft.ExecuteSQLTask" TransactionOption="{option}"><SQLTask:SqlTaskData '
        f'SQLTask:Connection="db" SQLTask:SqlStatementSource="INSERT INTO who VALUES (\'{name}\', txid_current())"/></task>'
    )


DB = '<connection name="db" kind="OLEDB" string="Data Source=.;Provider=SQLNCLI;"/>'


def test_loops_that_stay_out_make_five_independent_transactions(server) -> None:
    target, transactions = server
    loop = '<for name="{0}" TransactionOption="0" init="@{0} = 0" eval="@{0} &lt; 1" assign="@{0} = @{0} + 1">{1}</for>'
    body = "".join(f'<variable name="User::{name}" value="0"/>' for name in ("L1", "L2")) + DB
    body += '<sequence name="S" TransactionOption="2">' + tell("own")
    body += loop.format("L1", tell("1", "2") + tell("2", "2")) + loop.format("L2", tell("3", "2") + tell("4", "2"))
    outcome = execute(package(body + "</sequence>"), options=ExecutionOptions(connection_map=(target,)))
    assert outcome.result is ExecResult.SUCCESS, outcome.errors()
    assert len(set(transactions().values())) == 5
    started = [event.source for event in outcome.events if event.code == 0x4001100A]
    assert sorted(started) == ["1", "2", "3", "4", "S"]


def test_packages_that_join_through_their_tasks(server, tmp_path) -> None:
    target, transactions = server
    options = {"A": "2", "B": "1", "C": "2", "D": "1", "E": "0", "F": "1"}
    calls = {"A": ("B", "C"), "B": ("D", "E"), "C": ("F",)}
    joined = {"B": "1", "C": "0", "D": "1", "E": "0", "F": "1"}
    for name, option in options.items():
        body = DB + tell(name)
        for child in calls.get(name, ()):
            body += f'<connection name="{child}" string="{tmp_path}/{child}.dtsx"/>'
            body += f'<task name="run {child}" type="Microsoft.ExecutePackageTask" TransactionOption="{joined[child]}"><ExecutePackageTask><Connection>{child}</Connection></ExecutePackageTask></task>'
        (tmp_path / f"{name}.dtsx").write_bytes(package(body, name=name, TransactionOption=option))
    data = (tmp_path / "A.dtsx").read_bytes()
    outcome = execute(data, options=ExecutionOptions(connection_map=(target,)))
    assert outcome.result is ExecResult.SUCCESS, outcome.errors()
    found = transactions()
    assert found["A"] == found["B"] == found["D"]
    assert found["C"] == found["F"] != found["A"]
    assert found["E"] not in (found["A"], found["C"])
