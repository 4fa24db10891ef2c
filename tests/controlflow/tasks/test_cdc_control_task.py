"""The CDC Control Task on SQL Server: which functions it asks (over a test double of the driver)."""

import contextlib
import datetime
import sqlite3
import sys

from dtserve.connections.environment import ConnectionTarget
from dtserve.controlflow.tasks.cdc_positions import lsn_of_number
from dtserve.execution.options import ExecutionOptions
from support.control_flow import execute, package
from support.scripted_sql_server import URL, scripted_driver

BODY = """<connection name="db" kind="ADO.NET:SQL" string="Data Source=.;Initial Catalog=Sales;"/>
<variable name="User::s" type="8" value="{state}"/>
<task name="A" type="Attunity.CdcControlTask"><CDCControlTask Connection="db" StateVariable="User::s" {attributes}/></task>"""
MANUAL = 'AutomaticStatePersistence="False"'
LSN = bytes.fromhex("0000025B000001BC0003")


def run(monkeypatch, script, attributes, state="", expected="SUCCESS"):
    driver = scripted_driver(script)
    monkeypatch.setitem(sys.modules, "pytds", driver)
    options = ExecutionOptions(connection_map=(ConnectionTarget(URL, manager="db"),))
    outcome = execute(package(BODY.format(attributes=attributes, state=state)), options=options)
    assert outcome.result.name == expected, outcome.errors()
    return outcome, driver.sent()


def test_the_function_of_change_data_capture_gives_the_newest_position(monkeypatch) -> None:
    outcome, sent = run(monkeypatch, {"fn_cdc_get_max_lsn": [[LSN]]}, f'TaskOperation="MarkInitialLoadStart" {MANUAL}')
    assert [text for text, _ in sent] == ["SELECT sys.fn_cdc_get_max_lsn()"]
    assert outcome.variables["User::s"].startswith("ILSTART/IR/0x0000025B000001BC0003//TS/")


def test_the_end_of_the_load_is_the_first_change_after_the_servers_time(monkeypatch) -> None:
    moment = datetime.datetime(2024, 1, 2, 3, 4, 5)
    answers = iter([[[None]], [[LSN]]])
    outcome, sent = run(
        monkeypatch,
        {"GETDATE": [[moment]], "lsn_time_mapping": lambda text, values: next(answers)},
        f'TaskOperation="MarkInitialLoadEnd" ChangeDetectionRetryInterval="0" {MANUAL}',
        "ILSTART/IR/0x0000025B000001BC0001//TS/2011-08-07T17:10:43.0031645/",
    )
    looks = [values for text, values in sent if "lsn_time_mapping" in text]
    assert looks == [[moment], [moment]]
    assert outcome.variables["User::s"].startswith("ILEND/IR/0x0000025B000001BC0001/0x0000025B000001BC0003/TS/")


def test_a_snapshot_gives_the_position_at_which_its_files_were_made(monkeypatch) -> None:
    number = 603_0000000444_00003
    assert lsn_of_number(number) == LSN
    outcome, sent = run(
        monkeypatch, {"create_lsn": [[number]]}, f'TaskOperation="MarkCdcStart" OperationParameter="[Snap]" {MANUAL}'
    )
    assert "d.name = N'Snap'" in sent[0][0]
    assert outcome.variables["User::s"].startswith("TFEND/CS/0x0000025B000001BC0003/TS/")


def test_a_database_without_change_data_capture_is_named(monkeypatch) -> None:
    outcome, _ = run(
        monkeypatch, {"fn_cdc_get_max_lsn": [[None]]}, f'TaskOperation="ResetCdcState" {MANUAL}', expected="FAILURE"
    )
    assert outcome.errors() == ["A 0xC0D51533"]


def test_state_table_on_the_server_gets_parameters(monkeypatch) -> None:
    state = "TFEND/CS/0x0000025B000001BC0001/TS/2011-08-07T17:10:43.0031645/"
    outcome, sent = run(
        monkeypatch,
        {"fn_cdc_get_max_lsn": [[LSN]], "SELECT state": [[state]]},
        'TaskOperation="GetProcessingRange" StateName="S" StateTable="[dbo].[cdc_states]"',
    )
    assert sent[-1][0] == "UPDATE [dbo].[cdc_states] SET state = %s WHERE name = %s"
    assert sent[-1][1] == [outcome.variables["User::s"], "S"]
    assert outcome.variables["User::s"].startswith("TFSTART/CS/0x0000025B000001BC0001/CE/0x0000025B000001BC0003/TS/")


def test_on_postgresql_a_table_of_the_same_shape_answers(postgres) -> None:
    import psycopg

    url = postgres.new_database()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA cdc")
        connection.execute(
            "CREATE TABLE cdc.lsn_time_mapping(start_lsn bytea, tran_begin_time timestamp, tran_end_time timestamp)"
        )
        rows = [(LSN, "2020-01-01"), (b"\0" * 9 + b"\1", "2021-01-01"), (b"\xff" * 10, "2999-01-01")]
        for lsn, moment in rows:
            connection.execute("INSERT INTO cdc.lsn_time_mapping VALUES (%s, %s, %s)", (lsn, moment, moment))
        connection.execute("CREATE TABLE states(name varchar(256), state varchar(256))")
    options = ExecutionOptions(connection_map=(ConnectionTarget(url, manager="db"),))

    def step(operation: str) -> str:
        attributes = f'TaskOperation="{operation}" StateName="S" StateTable="[dbo].[states]"'
        outcome = execute(package(BODY.format(attributes=attributes, state="")), options=options)
        assert outcome.result.name == "SUCCESS", [e.message for e in outcome.events if e.kind == "OnError"]
        return str(outcome.variables["User::s"]).partition("/TS/")[0]

    top = "0x" + "F" * 20
    assert step("MarkInitialLoadStart") == f"ILSTART/IR/{top}/"
    assert step("MarkInitialLoadEnd") == f"ILEND/IR/{top}/{top}"
    assert step("GetProcessingRange") == f"ILUPDATE/CS/{top}/CE/{top}/IR/{top}/{top}"
    assert step("MarkProcessedRange") == f"TFEND/CS/{top}"
    with psycopg.connect(url) as connection:
        ((name, state),) = connection.execute("SELECT name, state FROM states").fetchall()
    assert (name, state.partition("/TS/")[0]) == ("S", f"TFEND/CS/{top}")


def flow(column: str) -> str:
    """A data flow that counts the changes of capture instance ``dbo_t`` in the range of the state."""
    source = "Package\\D\\S"
    columns = {"__$start_lsn": "dataType='bytes' length='10'", "__$operation": "dataType='i4'", column: "dataType='i4'"}
    outputs = "".join(
        f"<outputColumn refId='{source}.Outputs[O].Columns[{name}]' lineageId='{source}.Outputs[O].Columns[{name}]' "
        f"name='{name}' {kind} errorRowDisposition='FailComponent' truncationRowDisposition='FailComponent' "
        f"externalMetadataColumnId='x.{name}'/>"
        for name, kind in columns.items()
    )
    external = "".join(
        f"<externalMetadataColumn refId='x.{name}' name='{name}' {kind}/>" for name, kind in columns.items()
    )
    return (
        '<task name="D" type="Microsoft.Pipeline"><pipeline version="1"><components>'
        f"<component refId='{source}' componentClassID='Microsoft.ManagedComponentHost' name='S'><properties>"
        "<property name='UserComponentTypeName'>Attunity.CdcSourceComponent</property>"
        "<property name='StateVariable'>User::s</property><property name='CDCProcessingMode'>0</property>"
        "<property name='CaptureInstance'>dbo_t</property><property name='CommandTimeout'>30</property>"
        "<property name='ReprocessingIndication'>false</property></properties><connections>"
        f"<connection refId='{source}.Connection' connectionManagerID='Package.ConnectionManagers[db]' name='Connection'/>"
        f"</connections><outputs><output refId='{source}.Outputs[O]' name='O'><outputColumns>{outputs}</outputColumns>"
        f"<externalMetadataColumns isUsed='True'>{external}</externalMetadataColumns></output></outputs></component>"
        "<component refId='Package\\D\\R' componentClassID='Microsoft.RowCount' name='R'><properties>"
        "<property name='VariableName'>User::n</property></properties><inputs>"
        "<input refId='Package\\D\\R.Inputs[I]' name='I'/></inputs>"
        "<outputs><output refId='Package\\D\\R.Outputs[O]' name='O' synchronousInputId='Package\\D\\R.Inputs[I]'/>"
        f"</outputs></component></components><paths><path refId='Package\\D.Paths[P]' name='P' "
        f"startId='{source}.Outputs[O]' endId='Package\\D\\R.Inputs[I]'/></paths></pipeline></task>"
    )


def test_a_run_reads_just_its_range_and_the_next_one_what_came_since(tmp_path) -> None:
    path = tmp_path / "c.db"

    def changes(*numbers: int) -> None:
        with contextlib.closing(sqlite3.connect(path)) as connection, connection:
            for number in numbers:
                lsn = number.to_bytes(10, "big")
                connection.execute(
                    "INSERT INTO \"cdc.lsn_time_mapping\" VALUES (?, '2020-01-01 00:00:00', '2020-01-01 00:00:00')",
                    (lsn,),
                )
                connection.execute('INSERT INTO "cdc.dbo_t_CT" VALUES (?, NULL, ?, 2, NULL, ?)', (lsn, lsn, number))

    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            'CREATE TABLE "cdc.lsn_time_mapping"(start_lsn BLOB, tran_begin_time TEXT, tran_end_time TEXT);'
            'CREATE TABLE "cdc.dbo_t_CT"("__$start_lsn" BINARY(10), "__$end_lsn" BINARY(10), "__$seqval" BINARY(10), '
            '"__$operation" INT, "__$update_mask" VARBINARY(128), id INT);'
            "CREATE TABLE st(name TEXT, state TEXT);"
        )
    options = ExecutionOptions(connection_map=(ConnectionTarget(f"sqlite:///{path}", manager="db"),))
    head = (
        '<connection name="db" kind="ADO.NET:SQL" string="Data Source=.;Initial Catalog=Sales;"/>'
        '<variable name="User::s" type="8" value=""/><variable name="User::n" value="-1"/>'
    )

    def task(name: str, operation: str) -> str:
        return (
            f'<task name="{name}" type="Attunity.CdcControlTask"><CDCControlTask Connection="db" '
            f'TaskOperation="{operation}" StateVariable="User::s" StateName="S" StateTable="st"/></task>'
        )

    def counted(body: str) -> int:
        outcome = execute(package(head + body), options=options)
        assert outcome.result.name == "SUCCESS", [e.message for e in outcome.events if e.kind == "OnError"]
        return int(outcome.variables["User::n"])

    chain = '<constraint from="G" to="D"/><constraint from="D" to="M"/>'
    whole = task("G", "GetProcessingRange") + flow("id") + task("M", "MarkProcessedRange") + chain
    begun = task("G", "GetProcessingRange") + flow("id") + '<constraint from="G" to="D"/>'
    changes(1, 2)
    counted(task("C", "MarkCdcStart"))
    assert counted(whole) == 0
    changes(3, 4, 5)
    assert counted(whole) == 3
    changes(6)
    assert counted(begun) == 1
    changes(7)
    assert counted(whole) == 1
    assert counted(whole) == 1
