"""How several databases commit together: all orders of what can go wrong, then real servers."""

import itertools

import psycopg
import pytest

from dtserve.connections.environment import ConnectionTarget
from dtserve.controlflow import transactions
from dtserve.controlflow.results import ExecResult
from dtserve.errors import ConnectionError_
from dtserve.execution.options import ExecutionOptions
from support.control_flow import execute, package
from support.controlflow_tree import load_tree
from support.copy_flow import copy_flow
from support.golden import Target
from support.postgres import postgres_server


class Database:
    """One that can prepare or not, and refuses at one step; ``state`` is what became of the work."""

    def __init__(self, name: str, two_phase: bool, refuses: str = "") -> None:
        self.name, self.two_phase, self.refuses = name, two_phase, refuses
        self.state, self.keep_open, self.transaction_depth, self.keeps_session = "open", False, 0, True

    def session(self):
        return self

    another_session = session

    def bound(self, session):
        return self

    def __enter__(self):
        return self

    def __exit__(self, *error) -> None:
        self.close()

    def _step(self, name: str) -> None:
        if name == self.refuses:
            self.transaction_depth, self.state = 0, "undone" if name != "finish_prepared" else self.state
            raise ConnectionError_(detail=f"{self.name}: no {name}.")

    def begin_isolated(self, level: str) -> None:
        self.transaction_depth = 1

    def check_commit(self) -> None:
        self._step("check_commit")

    def can_prepare(self) -> bool:
        return self.two_phase

    def prepare(self, name: str) -> None:
        self.transaction_depth = 0
        self._step("prepare")
        self.state = "prepared"

    def finish_prepared(self, name: str, *, commit: bool) -> None:
        self._step("finish_prepared")
        self.state = "kept" if commit else "undone"

    def commit(self) -> None:
        self._step("commit")
        self.state, self.transaction_depth = "kept", 0

    def rollback(self) -> None:
        self.state, self.transaction_depth = "undone", 0

    def close(self) -> None:
        pass


def ended(tmp_path, databases):
    events = []
    sequence = load_tree('<sequence name="S" TransactionOption="2"/>', tmp_path, events.append).children[0]
    transactions.begin(sequence)
    for database in databases:
        sequence.transaction.enlist(database)
    result = transactions.end(sequence, ExecResult.SUCCESS)
    codes = [event.code for event in events if event.kind in ("OnWarning", "OnError")]
    return result, [database.state for database in databases], codes


@pytest.mark.parametrize("kinds", [*list(itertools.product((True, False), repeat=2)), (True, True, False)])
def test_all_commit(tmp_path, kinds) -> None:
    databases = [Database(str(at), kind) for at, kind in enumerate(kinds)]
    result, states, codes = ended(tmp_path, databases)
    assert result is ExecResult.SUCCESS
    assert set(states) == {"kept"}
    assert codes == ([0x80D51540] if kinds.count(False) > 1 else [])


@pytest.mark.parametrize(
    ("kinds", "at", "step"),
    [
        ((True, True), 0, "check_commit"),
        ((False, False), 1, "check_commit"),
        ((True, True), 1, "prepare"),
        ((True, True, False), 0, "prepare"),
        ((True, True, False), 2, "commit"),
        ((False, True), 0, "commit"),
        ((False, False, True), 0, "commit"),
    ],
)
def test_a_refusal_before_the_decision_undoes_all(tmp_path, kinds, at, step) -> None:
    databases = [Database(str(n), kind, step if n == at else "") for n, kind in enumerate(kinds)]
    result, states, codes = ended(tmp_path, databases)
    assert result is ExecResult.FAILURE
    assert set(states) == {"undone"}
    assert 0xC0D51542 not in codes


def test_a_refusal_after_the_first_of_several_that_cannot_prepare_is_told(tmp_path) -> None:
    databases = [Database("a", False), Database("b", False, "commit"), Database("c", False), Database("d", True)]
    result, states, codes = ended(tmp_path, databases)
    assert result is ExecResult.FAILURE
    assert states == ["kept", "undone", "kept", "kept"]
    assert codes == [0x80D51540, 0xC0D51542]


def test_a_prepared_one_that_cannot_be_told_stays_in_doubt_by_name(tmp_path) -> None:
    databases = [Database("a", True, "finish_prepared"), Database("b", True)]
    result, states, codes = ended(tmp_path, databases)
    assert result is ExecResult.FAILURE
    assert states == ["prepared", "kept"]
    assert codes == [0xC0D51543]


def test_when_a_later_one_refuses_every_prepared_one_is_undone_though_one_cannot_be_told(tmp_path) -> None:
    databases = [Database("a", True, "finish_prepared"), Database("b", True), Database("c", True, "prepare")]
    result, states, codes = ended(tmp_path, databases)
    assert result is ExecResult.FAILURE
    assert states == ["prepared", "undone", "undone"]
    assert codes[0] == 0xC0D51543
    assert len(codes) == 2


# --- real databases ---------------------------------------------------------------------------

SQL = "www.microsoft.com/sqlserver/dts/tasks/sqltask"


def sql(name: str, connection: str, text: str, **more: str) -> str:
    given = "".join(f' {key}="{value}"' for key, value in more.items())
    return (
        f'<task xmlns:SQLTask="{SQL}" name="{name}" type="Microsoft.ExecuteSQLTask"{given}><SQLTask:SqlTaskData '
        f'SQLTask:Connection="{connection}" SQLTask:SqlStatementSource="{text}"/></task>'
    )


def chain(*names: str) -> str:
    return "".join(f'<constraint from="{a}" to="{b}"/>' for a, b in itertools.pairwise(names))


FAIL = '<task name="fail" type="Microsoft.ExpressionTask"><ExpressionTask Expression="1/0"/></task>'


@pytest.fixture(scope="module")
def two_phase():
    with postgres_server("max_prepared_transactions=10") as server:
        yield server


@pytest.fixture
def places(request, two_phase, postgres, tmp_path):
    """Three databases with a table ``t``: two that prepare (p, q), one that does not (r), and two of SQLite (s, u)."""
    urls = {"p": two_phase.new_database(), "q": two_phase.new_database(), "r": postgres.new_database()}
    urls |= {name: f"sqlite:///{tmp_path}/{name}.db" for name in "su"}
    places = {name: Target(url) for name, url in urls.items()}
    for place in places.values():
        place.execute("CREATE TABLE t (a int NOT NULL)")
    yield places
    for place in places.values():
        place.close()


def run(places, body: str, **attributes: str):
    connections = "".join(
        f'<connection name="{name}" kind="OLEDB" string="Data Source=x;Provider=SQLNCLI11.1;"'
        f"{' Retain=' + chr(34) + 'True' + chr(34) if name == attributes.get('Retain') else ''}/>"
        for name in places
    )
    attributes.pop("Retain", None)
    targets = tuple(ConnectionTarget(place.url, manager=name) for name, place in places.items())
    options = ExecutionOptions(connection_map=targets, debug=True)
    return execute(package(connections + body, **attributes), options=options)


def rows(places, names: str = "pqrsu") -> str:
    return " ".join(
        f"{name}{''.join(str(row[0]) for row in places[name].rows('SELECT a FROM t ORDER BY a'))}" for name in names
    )


@pytest.mark.parametrize(
    ("inside", "after", "result", "warned"),
    [
        ("pq", "p1 q2 r s u", ExecResult.SUCCESS, False),
        ("pqs", "p1 q2 r s4 u", ExecResult.SUCCESS, False),
        ("prs", "p1 q r3 s4 u", ExecResult.SUCCESS, True),
    ],
)
def test_a_sequence_over_several_databases_is_kept_or_undone_as_a_whole(places, inside, after, result, warned) -> None:
    body = "".join(sql(name, name, f"INSERT INTO t (a) VALUES ({'pqrs'.index(name) + 1})") for name in inside)
    good = run(places, f'<sequence name="S" TransactionOption="2">{body}{chain(*inside)}</sequence>')
    assert good.result is result, good.errors()
    assert rows(places) == after
    assert (0x80D51540 in [event.code for event in good.events]) is warned
    links = chain(*inside, "fail")
    bad = run(places, f'<sequence name="S" TransactionOption="2">{body}{FAIL}{links}</sequence>')
    assert bad.result is ExecResult.FAILURE
    assert rows(places) == after
    with psycopg.connect(places["p"].url) as connection:
        assert connection.execute("SELECT COUNT(*) FROM pg_prepared_xacts").fetchone() == (0,)


def test_a_data_flow_from_one_database_into_another_takes_part(places) -> None:
    places["p"].execute("INSERT INTO t VALUES (7)")
    flow = copy_flow("D", "p", "SELECT a FROM t", "q", "t", {"a": "i4"}).replace("Package\\", "Package\\S\\")
    before = sql("empty", "q", "TRUNCATE TABLE t") + sql("more", "p", "INSERT INTO t (a) VALUES (8)")
    for last, result, after in (
        (FAIL, ExecResult.FAILURE, "p7 q"),
        ("", ExecResult.SUCCESS, "p78 q78"),
    ):
        links = chain("empty", "more", "D", *(["fail"] if last else []))
        done = run(places, f'<sequence name="S" TransactionOption="2">{before}{flow}{last}{links}</sequence>')
        assert done.result is result, done.errors()
        assert rows(places, "pq") == after


def test_a_data_flow_within_one_database_reads_and_writes_in_its_transaction(places) -> None:
    for name in "ps":
        places[name].execute("INSERT INTO t VALUES (1)")
        flow = copy_flow("D", name, "SELECT a + 1 AS a FROM t", name, "t", {"a": "i4"}).replace(
            "Package\\", "Package\\S\\"
        )
        first = sql("first", name, "INSERT INTO t (a) VALUES (2)")
        done = run(places, f'<sequence name="S" TransactionOption="2">{first}{flow}{chain("first", "D")}</sequence>')
        assert done.result is ExecResult.SUCCESS, done.errors()
        assert rows(places, name) == f"{name}1223"


def test_tables_of_the_transaction_are_seen_when_a_data_flow_is_validated_late(places) -> None:
    flow = copy_flow("D", "p", "SELECT a FROM t", "p", "fresh", {"a": "i4"}).replace("Package\\", "Package\\S\\")
    flow = flow.replace('name="D" type', 'name="D" DelayValidation="True" type')
    make = sql("make", "p", "CREATE TABLE fresh (a int)")
    body = f'<sequence name="S" TransactionOption="2">{make}{flow}{chain("make", "D")}</sequence>'
    done = run(places, body)
    assert done.result is ExecResult.SUCCESS, done.errors()


def test_a_commit_that_the_database_refuses_undoes_the_others(places) -> None:
    with psycopg.connect(places["p"].url, autocommit=True) as connection:
        connection.execute("CREATE TABLE c (a int CONSTRAINT once UNIQUE DEFERRABLE INITIALLY DEFERRED)")
    body = sql("s", "s", "INSERT INTO t (a) VALUES (1)") + sql("p", "p", "INSERT INTO c (a) VALUES (1), (1)")
    done = run(places, f'<sequence name="S" TransactionOption="2">{body}{chain("s", "p")}</sequence>')
    assert done.result is ExecResult.FAILURE
    assert any("once" in event.message for event in done.events if event.kind == "OnError")
    assert rows(places, "s") == "s"
    assert places["p"].rows("SELECT COUNT(*) FROM c") == [(0,)]


def test_inner_transactions_are_independent_and_kept(places) -> None:
    inner = '<sequence name="N" TransactionOption="0">' + sql(
        "own", "p", "INSERT INTO t (a) VALUES (2)", TransactionOption="2"
    )
    inner += sql("none", "p", "INSERT INTO t (a) VALUES (3)") + chain("own", "none") + "</sequence>"
    outer = sql("outer", "p", "INSERT INTO t (a) VALUES (1)")
    body = f'<sequence name="S" TransactionOption="2">{outer}{inner}{FAIL}{chain("outer", "N", "fail")}</sequence>'
    done = run(places, body)
    assert done.result is ExecResult.FAILURE
    assert rows(places, "p") == "p23"


@pytest.mark.parametrize(("forced", "after"), [("-1", "p9 s"), ("0", "p19 s2")])
def test_a_failed_container_is_undone_though_the_package_goes_on(places, forced, after) -> None:
    inside = sql("1", "p", "INSERT INTO t (a) VALUES (1)") + sql("2", "s", "INSERT INTO t (a) VALUES (2)")
    body = f'<sequence name="S" TransactionOption="2" ForceExecutionResult="{forced}">{inside}{FAIL}{chain("1", "2", "fail")}</sequence>'
    body += sql("after", "p", "INSERT INTO t (a) VALUES (9)") + chain("S", "after").replace("/>", ' value="2"/>')
    done = run(places, body, MaxErrorCount="0")
    assert done.result is ExecResult.SUCCESS
    assert rows(places, "ps") == after


def test_a_statement_that_ends_the_transaction_is_told(places) -> None:
    body = sql("1", "p", "INSERT INTO t (a) VALUES (1)") + sql("2", "p", "ROLLBACK TRAN")
    body += sql("3", "p", "INSERT INTO t (a) VALUES (3)") + chain("1", "2", "3")
    done = run(places, f'<sequence name="S" TransactionOption="2">{body}</sequence>')
    assert done.result is ExecResult.FAILURE
    assert "3 0xC0D51541" in done.errors()
    assert rows(places, "p") == "p"


def test_begin_and_commit_by_statements_on_a_retained_connection(places) -> None:
    for name in "ps":
        begin, end = sql("begin", name, "BEGIN TRAN"), sql("end", name, "{0} TRAN")
        body = begin + sql("1", name, "INSERT INTO t (a) VALUES (1)") + end + chain("begin", "1", "end")
        assert run(places, body.replace("{0}", "ROLLBACK"), Retain=name).result is ExecResult.SUCCESS
        assert rows(places, name) == name
        assert run(places, body.replace("{0}", "COMMIT"), Retain=name).result is ExecResult.SUCCESS
        assert rows(places, name) == name + "1"


def test_the_isolation_level_reaches_the_database(places) -> None:
    for level, wanted in (("4096", "read committed"), ("65536", "repeatable read"), ("1048576", "serializable")):
        look = (
            f'<task xmlns:SQLTask="{SQL}" name="look" type="Microsoft.ExecuteSQLTask"><SQLTask:SqlTaskData SQLTask:Connection="p" '
            'SQLTask:SqlStatementSource="SELECT current_setting(\'transaction_isolation\') AS l" SQLTask:ResultType="ResultSetType_SingleRow">'
            '<SQLTask:ResultBinding SQLTask:ResultName="0" SQLTask:DtsVariableName="User::level"/></SQLTask:SqlTaskData></task>'
        )
        body = f'<variable name="User::level" type="8" value=""/><sequence name="S" TransactionOption="2" ISOLevel="{level}">{look}</sequence>'
        places["p"].url = places["p"].url.partition("?")[0] + "?source=postgres"
        done = run(places, body)
        assert done.result is ExecResult.SUCCESS, done.errors()
        assert done.variables["User::level"] == wanted


def test_a_child_package_in_process_joins_through_its_own_managers(places, tmp_path) -> None:
    child = '<connection name="p" kind="OLEDB" string="Data Source=x;Provider=SQLNCLI11.1;"/>' + sql(
        "c", "p", "INSERT INTO t (a) SELECT MAX(a) + 1 FROM t"
    )
    (tmp_path / "Child.dtsx").write_bytes(package(child, name="Child"))
    call = (
        '<connection name="file" kind="FILE" string="{}"/>'.format(tmp_path / "Child.dtsx"),
        '<task name="call" type="Microsoft.ExecutePackageTask"><ExecutePackageTask><Connection>file</Connection>'
        "</ExecutePackageTask></task>",
    )
    first = sql("1", "p", "INSERT INTO t (a) VALUES (1)")
    for last, after in ((FAIL, "p"), ("", "p12")):
        links = chain("1", "call", *(["fail"] if last else []))
        done = run(
            places, f'{call[0]}<sequence name="S" TransactionOption="2">{first}{call[1]}{last}{links}</sequence>'
        )
        assert (done.result is ExecResult.SUCCESS) is not bool(last), done.errors()
        assert rows(places, "p") == after


def test_a_child_package_in_its_own_process_stays_outside_and_is_told(places, tmp_path) -> None:
    child = '<connection name="p" kind="OLEDB" string="Data Source=x;Provider=SQLNCLI11.1;"/>'
    (tmp_path / "Child.dtsx").write_bytes(package(child + sql("c", "p", "INSERT INTO t (a) VALUES (5)"), name="Child"))
    body = (
        f'<connection name="file" kind="FILE" string="{tmp_path}/Child.dtsx"/><sequence name="S" TransactionOption="2">'
    )
    body += (
        '<task name="call" type="Microsoft.ExecutePackageTask"><ExecutePackageTask><Connection>file</Connection>'
        "<ExecuteOutOfProcess>True</ExecuteOutOfProcess></ExecutePackageTask></task>"
    )
    done = run(places, body + FAIL + chain("call", "fail") + "</sequence>")
    assert "call 0x80D51602" in done.warnings()
    assert rows(places, "p") == "p5"
