"""Log providers: what stands in their files and tables after real runs."""

import re
import sqlite3
from contextlib import closing

import pytest
from lxml import etree

from dtserve.connections.environment import ConnectionTarget
from dtserve.controlflow.logging import LogEntry
from dtserve.controlflow.logproviders.event_log import event_text
from dtserve.controlflow.results import ExecResult
from dtserve.execution.options import ExecutionOptions, Logger, Setting
from dtserve.machine import computer_name, operator_name
from support.control_flow import DTS, execute, package

PROVIDER = "{AAAAAAAA-1111-0000-0000-000000000001}"


def logged(
    kind: str, config: str, connection: str, *, events: str = "1,7,OnError", mode: str = "1", more: str = ""
) -> bytes:
    raw = f"""<raw xmlns:DTS="{DTS}"><DTS:LogProviders><DTS:LogProvider DTS:ConfigString="{config}" DTS:CreationName="{kind}"
      DTS:DTSID="{PROVIDER}" DTS:ObjectName="log"><DTS:ObjectData><InnerObject/></DTS:ObjectData></DTS:LogProvider></DTS:LogProviders>
      <DTS:LoggingOptions DTS:LoggingMode="{mode}" DTS:FilterKind="0"><DTS:Property DTS:DataType="8" DTS:Name="EventFilter">{events}</DTS:Property>
      <DTS:SelectedLogProviders><DTS:SelectedLogProvider DTS:InstanceID="{PROVIDER}"/></DTS:SelectedLogProviders></DTS:LoggingOptions></raw>"""
    task = '<task name="T" type="Microsoft.ExpressionTask">%s<ExpressionTask Expression="1/0"/></task>'
    return package(connection + raw + task % more)


def test_text_file_of_a_failed_run_twice(tmp_path) -> None:
    data = logged(
        "Microsoft.LogProviderTextFile", "log.txt", f'<connection name="log.txt" string="{tmp_path}/run.log"/>'
    )
    for _ in range(2):
        assert execute(data).result is ExecResult.FAILURE
    raw = (tmp_path / "run.log").read_bytes()
    assert raw[:2] == b"\xff\xfe"
    text = raw[2:].decode("utf-16-le")
    assert text.startswith(
        "#Fields: event,computer,operator,source,sourceid,executionid,starttime,endtime,datacode,databytes,message\r\n"
    )
    assert text.count("#Fields") == 1
    records = [line.split(",", 10) for line in text.split("\r\n")[1:] if line]
    assert [(r[0], r[3], r[8], r[9]) for r in records] == [
        ("PackageStart", "Pkg", "0", "0x"),
        ("OnError", "T", "-1059777263", "0x"),
        ("OnError", "Pkg", "-1059777263", "0x"),
        ("PackageEnd", "Pkg", "1", "0x"),
    ] * 2
    assert re.fullmatch(r"\d+/\d+/\d{4} \d+:\d\d:\d\d [AP]M", records[0][6])
    assert "Beginning of package execution.\r\n\r\nOnError" in text


def test_xml_file_stays_well_formed(tmp_path) -> None:
    data = logged("DTS.LogProviderXMLFile.3", "x", f'<connection name="x" string="{tmp_path}/run.xml"/>')
    for _ in range(2):
        execute(data)
    raw = (tmp_path / "run.xml").read_bytes()
    assert raw[:2] == b"\xff\xfe"
    text = raw[2:].decode("utf-16-le")
    assert text.startswith(
        '<?xml version="1.0"?>\r\n<dtslogs>\r\n\t<dtslog>\r\n<record><event>PackageStart</event><message>'
    )
    assert text.endswith("</record>\t</dtslog>\r\n</dtslogs>")
    root = etree.fromstring(text.partition("?>")[2].strip().encode())
    assert [[r.findtext("event") for r in log] for log in root] == [
        ["PackageStart", "OnError", "OnError", "PackageEnd"]
    ] * 2
    assert [child.tag for child in root[0][0]] == [
        "event", "message", "computer", "operator", "source", "sourceid", "executionid", "starttime", "endtime",
        "datacode", "databytes",
    ]  # fmt: skip


def test_a_file_that_is_no_log_is_not_touched(tmp_path) -> None:
    (tmp_path / "run.xml").write_text("precious")
    outcome = execute(
        logged("Microsoft.LogProviderXMLFile", "x", f'<connection name="x" string="{tmp_path}/run.xml"/>')
    )
    assert outcome.errors() == ["Pkg 0xC0014010", "Pkg 0xC002410A"]
    assert (tmp_path / "run.xml").read_text() == "precious"


def test_sql_server_log_in_a_mapped_database(tmp_path) -> None:
    data = logged(
        "Microsoft.LogProviderSQLServer", "db", '<connection name="db" kind="OLEDB" string="Data Source=.;Initial Catalog=x;"/>',
        events="2,7,OnError,12,OnPreExecute",
    )  # fmt: skip
    options = ExecutionOptions(connection_map=(ConnectionTarget(f"sqlite:///{tmp_path}/log.db", manager="db"),))
    outcome = execute(data, options=options)
    assert outcome.errors() == ["T 0xC0D51511"], [e.message for e in outcome.events if e.kind == "OnError"]
    with closing(sqlite3.connect(tmp_path / "log.db")) as connection:
        rows = connection.execute("SELECT event, source, datacode, message FROM sysssislog ORDER BY id").fetchall()
    assert [row[:2] for row in rows] == [
        ("PackageStart", "Pkg"), ("OnPreExecute", "Pkg"), ("OnPreExecute", "T"), ("OnPreExecute", "Pkg"), ("OnError", "T"),
        ("OnError", "Pkg"), ("PackageEnd", "Pkg"),
    ]  # fmt: skip
    assert rows[-1][2] == 1


def test_disabled_logging_writes_nothing(tmp_path) -> None:
    execute(
        logged("Microsoft.LogProviderTextFile", "l", f'<connection name="l" string="{tmp_path}/run.log"/>', mode="2")
    )
    assert not (tmp_path / "run.log").exists()


def test_logger_of_the_run_and_verbose_log(tmp_path) -> None:
    body = '<task name="T" type="Microsoft.ExpressionTask"><ExpressionTask Expression="1"/></task>'
    options = ExecutionOptions(
        loggers=(Logger("DTS.LogProviderTextFile", f"{tmp_path}/a.log"),), verbose_log_file=f"{tmp_path}/b.log"
    )
    execute(package(body), options=options)
    for name in ("a.log", "b.log"):
        text = (tmp_path / name).read_bytes().decode("utf-16")
        assert "OnPostExecute" in text
        assert "PackageEnd" in text


def test_the_file_may_be_set_by_expression(tmp_path) -> None:
    data = logged("Microsoft.LogProviderTextFile", "nope", "").replace(
        b"<DTS:ObjectData><InnerObject/>",
        f'<DTS:PropertyExpression DTS:Name="ConfigString">"{tmp_path}/" + "e.log"</DTS:PropertyExpression><DTS:ObjectData><InnerObject/>'.encode(),
    )
    execute(data)
    assert (tmp_path / "e.log").exists()


@pytest.mark.parametrize("kind", ["Microsoft.LogProviderSQLProfiler"])
def test_what_cannot_log_is_refused_by_name(kind) -> None:
    outcome = execute(logged(kind, "x", ""))
    assert outcome.exit_code == 5
    assert "LogProviderSQLProfiler" in outcome.error.message


def test_event_log_entry_is_one_line() -> None:
    entry = LogEntry("OnError", "C", "C\\u", "T", "{1}", "{2}", 0.0, -5, b"", "two\r\nlines\r\n")
    assert event_text(entry).startswith("Event Name: OnError; Message: two  lines; Operator: C\\u; Source Name: T;")


def test_the_system_log_gets_a_line_with_the_id_of_windows(monkeypatch) -> None:
    import syslog

    told: list[tuple[int, str]] = []
    monkeypatch.setattr(syslog, "syslog", lambda priority, text: told.append((priority, text)))
    execute(logged("Microsoft.LogProviderEventLog", "", "", events="2,7,OnError,12,OnTaskFailed"))
    ids = [re.search(r"Event ID: (\d+); Event Name: (\w+)", text).groups() for _, text in told]
    assert ids == [
        ("12556", "PackageStart"), ("12550", "OnError"), ("12550", "OnError"), ("12551", "OnTaskFailed"),
        ("12551", "OnTaskFailed"), ("12557", "PackageEnd"),
    ]  # fmt: skip
    severities = [priority & 7 for priority, _ in told]
    assert severities == [syslog.LOG_INFO, *[syslog.LOG_ERR] * 4, syslog.LOG_INFO]
    assert all(text.startswith("SQLISPackage: ") and "\n" not in text for _, text in told)


def normal(data: bytes) -> str:
    """A log file's text with host, user, ids and times put in one form."""
    text = data.decode("utf-16-le")
    text = re.sub(r"\{[0-9A-Fa-f-]{36}\}", "{ID}", text)
    text = re.sub(r"\d+/\d+/\d{4} \d+:\d\d:\d\d [AP]M", "TIME", text)
    computer, operator = re.escape(computer_name()), re.escape(operator_name())
    return re.sub(computer, "HOST", re.sub(operator, "USER", text))


def test_the_bytes_of_a_text_log(tmp_path) -> None:
    data = logged("DTS.LogProviderTextFile.3", "l", f'<connection name="l" string="{tmp_path}/run.log"/>')
    for _ in range(2):
        execute(data)
    head = "\ufeff#Fields: event,computer,operator,source,sourceid,executionid,starttime,endtime,datacode,databytes,message\r\n"
    message = execute(data).events[-1].message
    assert message == "End of package execution.\r\n"
    error = next(event.message for event in execute(data).events if event.kind == "OnError")
    record = "{},HOST,USER,{},{{ID}},{{ID}},TIME,TIME,{},0x,{}\r\n"
    run = (
        record.format("PackageStart", "Pkg", 0, "Beginning of package execution.\r\n")
        + record.format("OnError", "T", -1059777263, error)
        + record.format("OnError", "Pkg", -1059777263, error)
        + record.format("PackageEnd", "Pkg", 1, "End of package execution.\r\n")
    )
    assert normal((tmp_path / "run.log").read_bytes()) == head + run * 4


def test_the_bytes_of_an_xml_log_with_runs_that_log_nothing(tmp_path) -> None:
    log = tmp_path / "run.xml"
    data = logged("Microsoft.LogProviderXMLFile", "x", f'<connection name="x" string="{log}"/>', events="1,9,OnNothing")
    for _ in range(2):
        execute(data.replace(b"1/0", b"1"))
    record = (
        "<record><event>{}</event><message>{}\r\n</message><computer>HOST</computer><operator>USER</operator><source>Pkg</source>"
        "<sourceid>{{ID}}</sourceid><executionid>{{ID}}</executionid><starttime>TIME</starttime><endtime>TIME</endtime>"
        "<datacode>0</datacode><databytes>0x</databytes></record>"
    )
    inner = record.format("PackageStart", "Beginning of package execution.") + record.format(
        "PackageEnd", "End of package execution."
    )
    run = f"\t<dtslog>\r\n{inner}\t</dtslog>\r\n"
    assert normal(log.read_bytes()) == f'\ufeff<?xml version="1.0"?>\r\n<dtslogs>\r\n{run}\r\n{run}</dtslogs>'
    execute(data.replace(b"1/0", b"1"), options=ExecutionOptions(validate_only=True))
    empty = "\t<dtslog>\r\n\t</dtslog>\r\n"
    assert (
        normal(log.read_bytes()) == f'\ufeff<?xml version="1.0"?>\r\n<dtslogs>\r\n{run}\r\n{run}\r\n{empty}</dtslogs>'
    )


def test_a_log_table_is_made_when_absent_and_kept_when_there(tmp_path, postgres) -> None:
    import psycopg

    url = postgres.new_database()
    data = logged(
        "DTS.LogProviderSQLServer.2",
        "db",
        '<connection name="db" kind="OLEDB" string="Data Source=.;Initial Catalog=x;"/>',
    ).replace(b"1/0", f"&quot;{'x' * 3000}&quot; / 2".encode())
    options = ExecutionOptions(connection_map=(ConnectionTarget(url, manager="db"),))
    for _ in range(2):
        execute(data, options=options)
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "SELECT event, source, datacode, length(message), starttime = endtime FROM sysssislog ORDER BY id"
        ).fetchall()
        ids = connection.execute(
            "SELECT count(DISTINCT executionid), count(DISTINCT sourceid) FROM sysssislog"
        ).fetchone()
    assert [row[:2] for row in rows] == [
        ("PackageStart", "Pkg"),
        ("OnError", "T"),
        ("OnError", "Pkg"),
        ("PackageEnd", "Pkg"),
    ] * 2
    assert max(row[3] for row in rows) <= 2048
    assert all(row[4] for row in rows)
    assert ids == (2, 2)


@pytest.mark.parametrize(
    ("stored", "asked", "there"),
    [("1", "2", False), ("2", "Enabled", True), ("0", "Disabled", False), ("2", "0", True)],
)
def test_the_logging_mode_is_set_from_outside(tmp_path, stored, asked, there) -> None:
    data = logged(
        "Microsoft.LogProviderTextFile",
        "log.txt",
        f'<connection name="log.txt" string="{tmp_path}/run.log"/>',
        mode=stored,
    )
    execute(data, settings=[Setting("set", r"\Package.Properties[LoggingMode]", asked)])
    assert (tmp_path / "run.log").exists() is there
