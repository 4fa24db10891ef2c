"""External metadata against databases: what is gone, new or changed, and what it costs to look."""

from __future__ import annotations

import pytest

from dtserve.connections.base import ResultColumn
from dtserve.connections.environment import ConnectionTarget, Environment
from dtserve.connections.errors import CannotAcquireConnection
from dtserve.connections.registry import create_connection
from dtserve.dataflow import engine
from dtserve.dataflow.errors import ComponentBroken, DataFlowFailed
from dtserve.dataflow.external_metadata import ExternalCheck, compare
from dtserve.datatypes import DT, TypeSpec
from dtserve.package.model import (
    Column,
    Component,
    ComponentConnection,
    ConnectionManager,
    DataFlow,
    ExternalColumn,
    Input,
    Output,
    Path,
)
from support.flow_cases import connect
from support.flows import I4, MemorySink, RecordingHost, props, sink, source, wstr

DB = "Package.ConnectionManagers[DB]"
_CONNECTION = (ComponentConnection("OleDbConnection", DB),)


def oledb_source(name, table, columns, *, validate=True):
    made = tuple(
        Column(f"{name}.{c}", f"{name}.{c}", c, spec, external_ref=f"{name}.x.{c}") for c, spec in columns.items()
    )
    external = tuple(ExternalColumn(f"{name}.x.{c}", c, spec) for c, spec in columns.items())
    output = Output(f"{name}.Out", "Out", made, external)
    values = props({"AccessMode": 0, "OpenRowset": table})
    return Component(
        name, name, "", "OLEDBSource", properties=values, connections=_CONNECTION, outputs=(output,),
        validate_external_metadata=validate,
    )  # fmt: skip


def oledb_destination(name, table, columns, *, mode=3, validate=True):
    """``columns``: table column → lineage id that goes there, "" for none."""
    external = tuple(ExternalColumn(f"{name}.x.{c}", c, I4) for c in columns)
    used = tuple(
        Column(f"{name}.{c}", lineage, c, I4, external_ref=f"{name}.x.{c}") for c, lineage in columns.items() if lineage
    )
    into = Input(f"{name}.In", "In", used, external)
    values = props({"AccessMode": mode, "OpenRowset": table, "FastLoadOptions": "TABLOCK"})
    return Component(
        name, name, "", "OLEDBDestination", properties=values, connections=_CONNECTION, inputs=(into,),
        validate_external_metadata=validate,
    )  # fmt: skip


@pytest.fixture
def host(tmp_path):
    made = RecordingHost(tmp_path)
    connect(
        made, {"database": ["create table T (a int, b nvarchar(10))", "create table [dbo].[A B] (a int)"]}, {}, tmp_path
    )
    return made


def errors(host):
    return [hex(code) for code in host.codes("OnError")]


def into_table(table, columns, **changes):
    return DataFlow(
        (source("S", {"a": I4}), oledb_destination("D", table, columns, **changes)), (Path("p", "p", "S.Out", "D.In"),)
    )


@pytest.mark.parametrize(("mode", "code"), [(3, "0xc0202040"), (0, "0xc02020e8")])
def test_a_destination_table_that_is_gone(host, mode, code):
    with pytest.raises(DataFlowFailed):
        engine.validate_data_flow(into_table("[dbo].[Gone]", {"a": "S.a"}, mode=mode), host)
    assert errors(host) == ["0xc0202009", code, "0xc004706b", "0xc004700c"]
    assert '"[dbo].[Gone]"' in host.events[-3][3]


def test_a_mapped_column_that_is_gone_needs_new_metadata(host):
    with pytest.raises(DataFlowFailed):
        engine.validate_data_flow(into_table("T", {"a": "S.a", "gone": "S.a"}), host)
    assert errors(host) == ["0xc004706b", "0xc004700c"]
    (warning,) = [text for kind, code, _, text in host.events if code == 0x800470C8]
    assert warning.endswith(
        'The column "b" needs to be added to the external columns. '
        'The external column "gone" needs to be removed from the external columns.'
    )
    assert 'returned validation status "VS_NEEDSNEWMETADATA"' in next(e[3] for e in host.events if e[1] == 0xC004706B)


def test_a_column_nobody_maps_may_go(host):
    engine.validate_data_flow(into_table("T", {"a": "S.a", "b": "", "gone": ""}), host)
    assert host.codes("OnError") == []
    assert host.codes("OnWarning") == [0x800470C8]


def test_metadata_in_step_says_nothing(host):
    engine.validate_data_flow(into_table("[dbo].[A B]", {"a": "S.a"}), host)
    assert host.codes("OnError") == host.codes("OnWarning") == []


def test_validate_external_metadata_false_does_not_connect(host, tmp_path):
    asked = []
    host.connections[DB].session = lambda: asked.append(1)
    engine.validate_data_flow(into_table("Gone", {"a": "S.a"}, validate=False), host)
    assert asked == []
    assert host.codes("OnError") == []


def test_one_session_serves_the_whole_validation_and_is_closed(host, monkeypatch):
    opened, real = [], host.connections[DB].session

    def session():
        opened.append(real())
        return opened[-1]

    monkeypatch.setattr(host.connections[DB], "session", session)
    parts = [oledb_source(f"S{n}", "T", {"a": I4}) for n in range(5)]
    ends = [sink(f"D{n}", {"a": f"S{n}.a"}) for n in range(5)]
    paths = tuple(Path(f"p{n}", f"p{n}", f"S{n}.Out", f"D{n}.In") for n in range(5))
    engine.validate_data_flow(DataFlow((*parts, *ends), paths), host)
    assert len(opened) == 1
    assert opened[0]._closed


def test_the_engine_does_not_look_again_before_it_executes(host):
    flow = into_table("T", {"a": "S.a", "b": ""})
    engine.validate_data_flow(flow, host)
    host.connections[DB].session().execute("alter table T add c int")
    host.frames["S"] = []
    engine.run_data_flow(flow, host)
    assert host.codes("OnWarning") == []


def test_an_unreachable_database_is_said_once_per_component_and_tried_once(tmp_path):
    host = RecordingHost(tmp_path)
    text = "Data Source=.;Initial Catalog=Shop;Provider=SQLNCLI11.1;Integrated Security=SSPI;"
    model = ConnectionManager("DB", "{1}", "OLEDB", DB, {"ConnectionString": text})
    target = ConnectionTarget(f"sqlite:///{tmp_path}/no/such/folder/x.db", manager="DB")
    manager = create_connection(model, Environment(folder=tmp_path, temp=tmp_path, connection_map=(target,)))
    tries, real = [], manager.session
    manager.session = lambda: (tries.append(1), real())[1]  # type: ignore[method-assign]
    host.connections[DB] = manager
    parts = (oledb_source("S", "T", {"a": I4}), oledb_destination("D", "T", {"a": "S.a"}))
    with pytest.raises(DataFlowFailed) as caught:
        engine.validate_data_flow(DataFlow(parts, (Path("p", "p", "S.Out", "D.In"),)), host)
    assert isinstance(caught.value.error, CannotAcquireConnection)
    assert errors(host) == ["0xc020801c", "0xc0047017", "0xc020801c", "0xc0047017", "0xc004700c"]
    assert len(tries) == 1


@pytest.mark.parametrize(
    ("stored", "there", "dialect", "note", "broken"),
    [
        (I4, I4, "tsql", "", False),
        (wstr(10), wstr(20), "tsql", '"c" needs to be updated.', False),
        (I4, TypeSpec(DT.I8), "tsql", '"c" needs to be updated.', False),
        (TypeSpec(DT.NUMERIC, precision=9, scale=2), TypeSpec(DT.NUMERIC, precision=9, scale=3), "tsql", '"c" needs to be updated.', False),
        (wstr(10), TypeSpec(DT.DBDATE), "tsql", '"c" needs to be updated.', False),
        (I4, wstr(10), "tsql", '"c" needs to be updated.', True),
        (TypeSpec(DT.GUID), TypeSpec(DT.I4), "tsql", '"c" needs to be updated.', True),
        (wstr(10), wstr(20), "postgres", "", False),
        (I4, wstr(10), "postgres", "", False),
        (TypeSpec(DT.GUID), TypeSpec(DT.R8), "postgres", '"c" needs to be updated.', True),
        (TypeSpec(DT.GUID), TypeSpec(DT.R8), "sqlite", "", False),
    ],
)  # fmt: skip
def test_changed_types(tmp_path, stored, there, dialect, note, broken):
    host = RecordingHost(tmp_path)
    component = MemorySink(Component("C", "C", ""), host, {})
    external = (ExternalColumn("x", "c", stored),)
    if broken:
        with pytest.raises(ComponentBroken, match="VS_NEEDSNEWMETADATA"):
            compare(component, external, {"x"}, [ResultColumn("C", there)], dialect)
    else:
        compare(component, external, {"x"}, [ResultColumn("C", there)], dialect)
    texts = [text for kind, _, _, text in host.events if kind == "OnWarning"]
    assert bool(texts) == bool(note)
    assert all(note in text for text in texts)


def test_a_longer_column_of_sql_server_may_be_truncated(tmp_path, host):
    class Session:
        dialect = "tsql"

        def table_columns(self, table):
            return (ResultColumn("b", wstr(60)),)

        def close(self):
            host.closed.append("session")

    host.connections[DB].session = Session
    part = oledb_source("S", "T", {"b": wstr(30)})
    engine.validate_data_flow(DataFlow((part, sink("D", {"b": "S.b"})), (Path("p", "p", "S.Out", "D.In"),)), host)
    texts = [text for kind, _, _, text in host.events if kind == "OnWarning"]
    assert texts == [
        "The external columns for S are out of synchronization with the data source columns. "
        'The external column "b" needs to be updated.',
        'Truncation may occur due to retrieving data from database column "b" with a length of 60 to data flow column '
        '"b" with a length of 30.',
    ]
    assert "session" in host.closed


def test_a_check_closes_what_it_opened(host):
    check = ExternalCheck()
    component = MemorySink(Component("C", "C", "", connections=_CONNECTION), host, {})
    session = check.session(component)
    assert check.session(component) is session
    assert check.query(session, "select a from T; select 1 from Gone") is not None
    assert check.query(session, "  ") is None
    check.close()
    assert session._closed


def test_a_raw_file_that_is_not_there(host, tmp_path):
    output = Output("S.Out", "Out", (Column("S.a", "S.a", "a", I4),))
    values = props({"AccessMode": 0, "FileName": "C:\\work\\gone.raw"})
    part = Component("S", "S", "", "RawSource", properties=values, outputs=(output,))
    made = DataFlow((part, sink("D", {"a": "S.a"})), (Path("p", "p", "S.Out", "D.In"),))
    with pytest.raises(DataFlowFailed):
        engine.validate_data_flow(made, host)
    assert errors(host) == ["0xc0209090", "0xc004706b", "0xc004700c"]
    assert "gone.raw" in host.events[-3][3]


def test_a_workbook_that_is_not_there(tmp_path):
    host = RecordingHost(tmp_path)
    text = f'Provider=Microsoft.ACE.OLEDB.12.0;Data Source={tmp_path}/gone.xlsx;Extended Properties="EXCEL 12.0 XML;HDR=YES";'
    model = ConnectionManager(
        "X", "{1}", "EXCEL", DB, {"ConnectionString": text, "ExcelFilePath": f"{tmp_path}/gone.xlsx"}
    )
    host.connections[DB] = create_connection(model, Environment(folder=tmp_path, temp=tmp_path))
    output = Output("S.Out", "Out", (Column("S.a", "S.a", "a", I4),))
    values = props({"AccessMode": 0, "OpenRowset": "Sheet1$"})
    part = Component("S", "S", "", "ExcelSource", properties=values, connections=_CONNECTION, outputs=(output,))
    made = DataFlow((part, sink("D", {"a": "S.a"})), (Path("p", "p", "S.Out", "D.In"),))
    with pytest.raises(DataFlowFailed):
        engine.validate_data_flow(made, host)
    assert errors(host)[0] == "0xc0209090"
