"""Maintenance plan tasks: the T-SQL they send (over a test double of the driver), and what they do elsewhere."""

import contextlib
import json
import re
import sqlite3
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from lxml import etree

from dtserve.connections.environment import ConnectionTarget
from dtserve.controlflow.tasks.maintenance import TimeUnit
from dtserve.controlflow.tasks.maintenance_age import before
from dtserve.execution.options import ExecutionOptions
from support.control_flow import execute, package
from support.mariadb import mariadb_server
from support.scripted_sql_server import URL, scripted_driver

NAMESPACE = "www.microsoft.com/sqlserver/dts/tasks/sqltask"
S = f"{{{NAMESPACE}}}"
CASES = etree.parse(str(Path(__file__).parent / "maintenance" / "statements.xml")).getroot().findall("case")
DATABASES = [["A", 0], ["master", 0], ["Off", 6], ["Sales", 0], ["tempdb", 0]]
LOOKS = re.compile(r"SELECT ", re.I)


def task_xml(case) -> str:
    data = etree.Element(f"{S}SqlTaskData", {f"{S}Connection": "db"}, nsmap={"SQLTask": NAMESPACE})
    for name, value in case.attrib.items():
        if name not in ("name", "part"):
            data.set(S + name, value)
    for each in case.findall("database"):
        etree.SubElement(data, f"{S}SelectedDatabases", {f"{S}DatabaseName": each.text})
    for each in case.findall("element"):
        found = {S + name: value for name, value in each.attrib.items() if name != "tag"}
        etree.SubElement(data, S + each.get("tag"), found)
    expressions = [etree.tostring(each, encoding="unicode", with_tail=False) for each in case.findall("expression")]
    return (
        '<connection name="db" kind="ADO.NET:SQL" string="Data Source=.;Initial Catalog=Sales;"/>'
        f'<task name="M" type="Microsoft.{case.get("part")}">{"".join(expressions)}'
        f"{etree.tostring(data, encoding='unicode')}</task>"
    )


def run(body: str, url: str, folder=""):
    options = ExecutionOptions(connection_map=(ConnectionTarget(url, manager="db"),), folder=str(folder))
    return execute(package(body), options=options)


def over_sql_server(monkeypatch, case, script):
    driver = scripted_driver({**script, "FROM sys.databases ORDER": DATABASES, r"SELECT DB_NAME\(\)": [["Sales"]]})
    monkeypatch.setitem(sys.modules, "pytds", driver)
    outcome = run(task_xml(case), URL)
    return outcome, [text for text, _ in driver.sent() if not LOOKS.match(text)]


@pytest.mark.parametrize("case", CASES, ids=[case.get("name") for case in CASES])
def test_what_is_sent(case, monkeypatch) -> None:
    answers = {each.get("like"): json.loads(each.text) for each in case.findall("answer")}
    outcome, sent = over_sql_server(monkeypatch, case, answers)
    assert outcome.result.name == "SUCCESS", outcome.errors()
    wanted = [each.text for each in case.findall("sent")]
    assert len(sent) == len(wanted), sent
    now = datetime.now()
    for text, like in zip(sent, wanted, strict=True):
        pattern = re.escape(like).replace(re.escape("{stamp}"), now.strftime("%Y_%m_%d_") + r"\d{6}_\d{7}")
        stamp = r"(?P<t>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)"
        found = re.fullmatch(pattern.replace(re.escape("{four weeks}"), stamp), text)
        assert found, (text, like)
        if "t" in found.groupdict():
            age = now - datetime.fromisoformat(found["t"])
            assert abs(age - timedelta(weeks=4)) < timedelta(minutes=5)


def test_a_statement_that_fails_lets_the_others_run(monkeypatch) -> None:
    case = etree.fromstring('<case part="DbMaintenanceCheckIntegrityTask" DatabaseSelectionType="1"/>')
    outcome, sent = over_sql_server(
        monkeypatch, case, {r"CHECKDB\(N'A'\)": "page 1:7 is torn", r"USE \[Off\]": "offline"}
    )
    assert outcome.result.name == "FAILURE"
    assert outcome.errors() == ["M 0xC002F210", "M 0xC002F210"]
    assert "DBCC CHECKDB(N'Sales')  WITH NO_INFOMSGS" in sent
    assert "DBCC CHECKDB(N'Off')  WITH NO_INFOMSGS" not in sent


@pytest.mark.parametrize(
    ("xml", "code"),
    [
        ('<case part="DbMaintenanceCheckIntegrityTask"/>', "0xC0D51536"),
        ('<case part="DbMaintenanceReindexTask" DatabaseSelectionType="4"/>', "0xC0D51536"),
        ('<case part="DbMaintenanceReindexTask" DatabaseSelectionType="1" TableSelectionType="2"/>', "0xC0D51536"),
        ('<case part="DbMaintenanceExecuteAgentJobTask"/>', "0xC0D51536"),
        ('<case part="DbMaintenanceNotifyOperatorTask" Message="m"/>', "0xC0D51536"),
        ('<case part="DbMaintenanceFileCleanupTask" FolderPath="f"/>', "0xC0D51536"),
        ('<case part="DbMaintenanceBackupTask" DatabaseSelectionType="1" BackupDestinationType="1"/>', "0xC0D51536"),
    ],
)
def test_what_is_not_set_is_named(xml, code, monkeypatch) -> None:
    outcome, sent = over_sql_server(monkeypatch, etree.fromstring(xml), {})
    assert outcome.errors()[0] == f"M {code}"
    assert sent == []


@pytest.mark.parametrize(
    "xml",
    [
        '<case part="DbMaintenanceDefragmentIndexTask" DatabaseSelectionType="1"/>',
        '<case part="DbMaintenanceExecuteAgentJobTask" AgentJobID="j"/>',
        '<case part="DbMaintenanceHistoryCleanupTask"/>',
        '<case part="DbMaintenanceBackupTask" DatabaseSelectionType="1" BackupAction="2"/>',
        '<case part="DbMaintenanceBackupTask" DatabaseSelectionType="1" BackupDeviceType="5" UrlPrefix="u"/>',
    ],
)
def test_what_has_no_equal_meaning_elsewhere_is_refused_by_name(xml, tmp_path) -> None:
    outcome = run(task_xml(etree.fromstring(xml)), f"sqlite:///{tmp_path}/m.db")
    assert outcome.result.name == "FAILURE"
    assert any("has no equal meaning on SQLite" in event.message for event in outcome.events)


@pytest.fixture
def database(tmp_path):
    path = tmp_path / "m.db"
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            "CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT); CREATE INDEX ix ON t(b); INSERT INTO t VALUES (1, 'x');"
        )
    return path


@pytest.mark.parametrize("part", ["CheckIntegrity", "Reindex", "Shrink", "UpdateStatistics"])
def test_on_sqlite_the_statement_of_equal_meaning_runs(part, database) -> None:
    case = etree.fromstring(f'<case part="DbMaintenance{part}Task" DatabaseSelectionType="1"/>')
    outcome = run(task_xml(case), f"sqlite:///{database}")
    assert outcome.result.name == "SUCCESS", outcome.errors()
    with contextlib.closing(sqlite3.connect(database)) as connection:
        analyzed = connection.execute("SELECT COUNT(*) FROM sqlite_master WHERE name = 'sqlite_stat1'").fetchone()
    assert analyzed == (int(part == "UpdateStatistics"),)


def test_on_sqlite_a_backup_is_a_copy_of_the_database(database, tmp_path) -> None:
    case = etree.fromstring(
        '<case part="DbMaintenanceBackupTask" DatabaseSelectionType="4" BackupCreateSubFolder="True">'
        "<database>Sales</database></case>"
    )
    case.set("BackupDestinationAutoFolderPath", str(tmp_path / "backups"))
    outcome = run(task_xml(case), f"sqlite:///{database}", tmp_path)
    assert outcome.result.name == "SUCCESS", outcome.errors()
    (file,) = (tmp_path / "backups" / "Sales").iterdir()
    assert file.name.startswith("Sales_backup_")
    with contextlib.closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT * FROM t").fetchall() == [(1, "x")]


def test_a_broken_sqlite_database_fails_the_check(database) -> None:
    data = bytearray(database.read_bytes())
    data[8192 + 3 : 8192 + 5] = b"\0\0"  # the index has no entries
    database.write_bytes(bytes(data))
    case = etree.fromstring('<case part="DbMaintenanceCheckIntegrityTask" DatabaseSelectionType="1"/>')
    outcome = run(task_xml(case), f"sqlite:///{database}")
    assert outcome.result.name == "FAILURE"
    assert outcome.errors() == ["M 0xC0D51538"]
    assert any("wrong # of entries in index ix" in event.message for event in outcome.events)


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        (TimeUnit.HOUR, datetime(2024, 3, 31, 2)),
        (TimeUnit.DAY, datetime(2024, 3, 28, 5)),
        (TimeUnit.WEEK, datetime(2024, 3, 10, 5)),
        (TimeUnit.MONTH, datetime(2023, 12, 31, 5)),
        (TimeUnit.YEAR, datetime(2021, 3, 31, 5)),
    ],
)
def test_three_units_before(unit, expected) -> None:
    assert before(datetime(2024, 3, 31, 5), 3, unit) == expected


@pytest.mark.parametrize("part", ["Reindex", "Shrink", "UpdateStatistics"])
def test_on_postgresql_the_statement_of_equal_meaning_runs(part, postgres) -> None:
    import psycopg

    url = postgres.new_database()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute('CREATE SCHEMA "S"')
        connection.execute('CREATE TABLE "S"."Odd name"(a int PRIMARY KEY)')
        connection.execute('INSERT INTO "S"."Odd name" SELECT generate_series(1, 50)')
    case = etree.fromstring(f'<case part="DbMaintenance{part}Task" DatabaseSelectionType="1"/>')
    outcome = run(task_xml(case), url)
    assert outcome.result.name == "SUCCESS", [event.message for event in outcome.events if event.kind == "OnError"]
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT COUNT(*) FROM pg_stats WHERE tablename = 'Odd name'").fetchone()
    assert row == (int(part == "UpdateStatistics"),)


def test_on_mariadb_the_statement_of_equal_meaning_runs() -> None:
    with mariadb_server() as server:
        url = server.new_database()
        create = (
            '<connection name="db" kind="ADO.NET:SQL" string="Data Source=.;Initial Catalog=Sales;"/>'
            f'<task name="C" type="Microsoft.ExecuteSQLTask"><SQLTask:SqlTaskData xmlns:SQLTask="{NAMESPACE}" '
            'SQLTask:Connection="db" SQLTask:SqlStatementSource="CREATE TABLE t(a int PRIMARY KEY)"/></task>'
        )
        assert run(create, url).result.name == "SUCCESS"
        for part in ("CheckIntegrity", "Reindex", "Shrink", "UpdateStatistics"):
            case = etree.fromstring(f'<case part="DbMaintenance{part}Task" DatabaseSelectionType="1"/>')
            outcome = run(task_xml(case), url)
            texts = [event.message for event in outcome.events if event.kind != "OnProgress"]
            assert outcome.result.name == "SUCCESS", texts
            assert any("TABLE `t`" in text for text in texts), texts
