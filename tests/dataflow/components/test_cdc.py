"""A load by captured changes: CDC Source, CDC Splitter and what applies each kind of change to the target."""

from __future__ import annotations

from contextlib import closing

from dtserve.connections.connection_target import ConnectionTarget
from dtserve.connections.registry import create_connection
from dtserve.dataflow import engine
from dtserve.package.model import DataFlow, Path
from support.connections import environment, manager
from support.flow_cases import read_components, type_of
from support.flows import RecordingHost

T = "Package\\T"
COLUMNS = {"__$operation": "i4", "id": "i4", "name": "wstr"}
SOURCE = [
    f"<component refId='{T}\\C' componentClassID='Microsoft.ManagedComponentHost' name='C' version='7'><properties><property name='UserComponentTypeName'>Attunity.CdcSourceComponent</property><property name='StateVariable'>User::S</property><property name='CDCProcessingMode'>2</property><property name='CaptureInstance'>dbo_P</property></properties>",
    f"<connections><connection refId='{T}\\C.c' connectionManagerID='DB' name='Connection'/></connections><outputs><output refId='{T}\\C.O' name='O'><outputColumns>",
    *(
        f"<outputColumn refId='{T}\\C.O.{n}' lineageId='{T}\\C.O.{n}' name='{n}' dataType='{t}' length='{20 if t == 'wstr' else 0}'/>"
        for n, t in COLUMNS.items()
    ),
    "</outputColumns></output></outputs></component>",
]
SPLITTER = [
    f"<component refId='{T}\\X' componentClassID='Microsoft.ManagedComponentHost' name='X' version='7'><properties><property name='UserComponentTypeName'>Attunity.CdcSplitterComponent</property></properties><inputs><input refId='{T}\\X.I' name='I' errorRowDisposition='FailComponent'><inputColumns><inputColumn refId='{T}\\X.I.o' lineageId='{T}\\C.O.__$operation' cachedName='__$operation' cachedDataType='i4'/></inputColumns></input></inputs><outputs>",
    *(
        f"<output refId='{T}\\X.{n}' name='{n}' exclusionGroup='1' synchronousInputId='{T}\\X.I'><properties><property name='OutputType'>{k}</property></properties></output>"
        for n, k in (("ins", 0), ("upd", 1), ("del", 2))
    ),
    "</outputs></component>",
]
INSERT = [
    f"<component refId='{T}\\N' componentClassID='Microsoft.OLEDBDestination' name='N'><properties><property name='AccessMode'>3</property><property name='OpenRowset'>[dbo].[Q]</property></properties><connections><connection refId='{T}\\N.c' connectionManagerID='DB' name='OleDbConnection'/></connections><inputs><input refId='{T}\\N.I' name='I' hasSideEffects='true'><inputColumns>",
    *(
        f"<inputColumn refId='{T}\\N.I.{n}' lineageId='{T}\\C.O.{n}' externalMetadataColumnId='{T}\\N.E.{n}' cachedName='{n}'/>"
        for n in ("id", "name")
    ),
    f"</inputColumns><externalMetadataColumns><externalMetadataColumn refId='{T}\\N.E.id' name='id' dataType='i4'/><externalMetadataColumn refId='{T}\\N.E.name' name='name' dataType='wstr' length='20'/></externalMetadataColumns></input></inputs></component>",
]


def command(name, sql, columns):
    return [
        f"<component refId='{T}\\{name}' componentClassID='Microsoft.OLEDBCommand' name='{name}'><properties><property name='SqlCommand'>{sql}</property></properties><connections><connection refId='{T}\\{name}.c' connectionManagerID='DB' name='OleDbConnection'/></connections><inputs><input refId='{T}\\{name}.I' name='I' hasSideEffects='true'><inputColumns>",
        *(
            f"<inputColumn refId='{T}\\{name}.I.{c}' lineageId='{T}\\C.O.{c}' externalMetadataColumnId='{T}\\{name}.E.{at}' cachedName='{c}'/>"
            for at, c in enumerate(columns)
        ),
        "</inputColumns><externalMetadataColumns>",
        *(
            f"<externalMetadataColumn refId='{T}\\{name}.E.{at}' name='Param_{at}' dataType='{COLUMNS[c]}' length='{20 if c == 'name' else 0}'><properties><property name='DBParamInfoFlags'>65</property></properties></externalMetadataColumn>"
            for at, c in enumerate(columns)
        ),
        f"</externalMetadataColumns></input></inputs><outputs><output refId='{T}\\{name}.O' name='O' synchronousInputId='{T}\\{name}.I'/></outputs></component>",
    ]


def test_inserts_updates_and_deletes_reach_their_table(tmp_path):
    host = RecordingHost(tmp_path)
    target = ConnectionTarget(f"sqlite:///{tmp_path / 'shop.db'}", manager="DB")
    text = "Data Source=.;Initial Catalog=Shop;Provider=SQLNCLI11.1;"
    host.connections["DB"] = create_connection(
        manager("OLEDB", {"ConnectionString": text}, name="DB"), environment(tmp_path, connection_map=(target,))
    )
    lsn = [f"0x{n:020X}" for n in range(10)]
    changes = [
        (1, 4, 1, "one!"),
        (2, 2, 3, "three"),
        (3, 1, 2, "two"),
        (4, 2, 4, "x"),
        (5, 1, 4, "x"),
        (6, 4, 3, "THREE"),
    ]
    with closing(host.connections["DB"].session()) as session:
        for statement in (
            "create table cdc.change_tables (object_id int, capture_instance nvarchar(128))",
            "insert into cdc.change_tables values (1, 'dbo_P')",
            "create table cdc.index_columns (object_id int, column_name nvarchar(128), index_ordinal int)",
            "insert into cdc.index_columns values (1, 'id', 1)",
            "create table cdc.dbo_P_CT ([__$start_lsn] binary(10), [__$seqval] binary(10), [__$operation] int, [__$update_mask] varbinary(128), id int, name nvarchar(20))",
            *(
                f"insert into cdc.dbo_P_CT values ({lsn[n]}, {lsn[n]}, {op}, 0x03, {i}, '{v}')"
                for n, op, i, v in changes
            ),
            "create table Q (id int primary key, name nvarchar(20))",
            "insert into Q values (1, 'one'), (2, 'two'), (9, 'nine')",
        ):
            session.execute(statement)
    host.variables["User::S"] = (type_of("wstr(500)"), f"TFSTART/CS/{lsn[0]}/CE/{lsn[9]}/TS/x/")
    parts = [
        *read_components(SOURCE, {}),
        *read_components(SPLITTER, {}),
        *read_components(INSERT, {}),
        *read_components(command("U", "update Q set name = ? where id = ?", ["name", "id"]), {}),
        *read_components(command("D", "delete from Q where id = ?", ["id"]), {}),
    ]
    ends = [("C.O", "X.I"), ("X.ins", "N.I"), ("X.upd", "U.I"), ("X.del", "D.I")]
    paths = tuple(Path(f"p{n}", f"p{n}", f"{T}\\{a}", f"{T}\\{b}") for n, (a, b) in enumerate(ends))
    made = DataFlow(tuple(parts), paths)
    engine.validate_data_flow(made, host)
    engine.run_data_flow(made, host)
    with closing(host.connections["DB"].session()) as session:
        found = list(session.query("select id, name from Q order by id").rows())
    assert found == [(1, "one!"), (3, "THREE"), (9, "nine")]
