"""ODBC at large over real drivers: those of SQLite and PostgreSQL behind unixODBC, reached through DSNs."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest

from dtserve.connections.base import BulkOptions, ResultColumn, SqlParameter
from dtserve.connections.environment import Environment
from dtserve.connections.errors import CannotAcquireConnection, NoSuchTable, SqlError
from dtserve.connections.registry import create_connection
from dtserve.connections.sql.odbc import OdbcSession
from dtserve.dataflow import engine
from dtserve.dataflow.errors import DataFlowFailed
from dtserve.datatypes import DT, TypeSpec
from dtserve.package.model import Column, Component, ComponentConnection, DataFlow, ExternalColumn, Input, Output, Path
from support.connections import manager
from support.flows import I4, RecordingHost, numbers, props, sink, source
from support.odbc_drivers import SOURCES, data_sources

COLUMNS = (
    ResultColumn("id", I4), ResultColumn("name", TypeSpec(DT.WSTR, length=20)),
    ResultColumn("amount", TypeSpec(DT.NUMERIC, precision=9, scale=2)), ResultColumn("q", TypeSpec(DT.R8)),
    ResultColumn("ts", TypeSpec(DT.DBTIMESTAMP)), ResultColumn("d", TypeSpec(DT.DBDATE)),
    ResultColumn("b", TypeSpec(DT.IMAGE)), ResultColumn("big", TypeSpec(DT.I8)),
)  # fmt: skip
ROWS = [
    (1, "ü€", Decimal("1.50"), 1.5, dt.datetime(2024, 1, 2, 3, 4, 5), dt.date(2024, 1, 2), b"\0\xff", 2**40),
    (2, "a'b", None, None, None, None, None, None),
    (3, None, Decimal("-2.25"), 1e10, dt.datetime(1999, 12, 31), dt.date(1, 1, 1), b"", -1),
]
CONNECTION = (ComponentConnection("ODBCConnection", "DB"),)


@pytest.fixture(params=SOURCES)
def odbc(request, tmp_path, postgres, monkeypatch):
    strings = data_sources(tmp_path, postgres, monkeypatch)
    made = create_connection(
        manager("ODBC", {"ConnectionString": strings[request.param]}), Environment(folder=tmp_path, temp=tmp_path)
    )
    with made.session() as session:
        assert isinstance(session, OdbcSession)
        blob = "bytea" if "Postgre" in request.param else "blob"
        session.execute(
            "CREATE TABLE T (id integer NOT NULL PRIMARY KEY, name varchar(20), amount decimal(9,2), "
            f"q double precision, ts timestamp, d date, b {blob}, big bigint)"
        )
    return made


def frame():
    return pl.DataFrame(
        [pl.Series(str(at), [row[at] for row in ROWS], dtype=c.type.polars()) for at, c in enumerate(COLUMNS)]
    )


def test_rows_come_back_as_they_were_loaded(odbc):
    with odbc.session() as session:
        assert session.bulk_load("T", COLUMNS, [frame(), frame().clear()], BulkOptions()) == 3
        found = [tuple(row) for row in session.execute("SELECT * FROM T ORDER BY id")[0].rows()]
        plain = [tuple(Decimal(v) if at == 2 and v is not None else v for at, v in enumerate(row)) for row in found]
        assert plain == ROWS
        assert [c.name for c in session.table_columns("T")] == [c.name for c in COLUMNS]
        assert [str(c.type) for c in session.describe("SELECT id, name FROM T")] == ["DT_I4", "DT_WSTR(20)"]
        batches = session.query(
            "SELECT id FROM T WHERE id > ? AND name = ?", [SqlParameter(1, I4), SqlParameter("a'b")], batch_rows=1
        ).batches
        assert [rows.rows() for rows in batches] == [[(2,)]]


def test_refused_rows_transactions_and_errors(odbc):
    with odbc.session() as session:
        session.bulk_load("T", COLUMNS[:1], [frame()[:2, :1]], BulkOptions())
        refused = session.insert_rows("T", COLUMNS[:1], frame()[:, :1], BulkOptions())
        assert [row for row, _ in refused] == [0, 1]
        assert [text for _, text in refused if "unique" not in text.lower()] == []
        session.begin()
        session.execute("DELETE FROM T")
        session.rollback()
        assert list(session.execute("SELECT COUNT(*) FROM T")[0].rows()) == [(3,)]
        with pytest.raises(SqlError):
            session.bulk_load("T", COLUMNS[:1], [frame()[:, :1]], BulkOptions())
        assert list(session.execute("SELECT COUNT(*) FROM T")[0].rows()) == [(3,)]
        with pytest.raises(NoSuchTable, match="nothere"):
            session.table_columns("nothere")
        with pytest.raises(SqlError, match="nothere"):
            session.execute("SELECT * FROM nothere")


def odbc_source(statement="", table="", **types):
    made = tuple(Column(f"S.{c}", f"S.{c}", c, spec, external_ref=f"x.{c}") for c, spec in types.items())
    external = tuple(ExternalColumn(f"x.{c}", c, spec) for c, spec in types.items())
    values = props({"AccessMode": 1 if statement else 0, "SqlCommand": statement, "TableName": table})
    return Component(
        "S", "S", "", "SSISODBCSrc", properties=values, connections=CONNECTION, outputs=(Output("S.Out", "Out", made, external),)
    )  # fmt: skip


def odbc_destination(table, method, disposition="FailComponent"):
    into = Input(
        "D.In", "In", (Column("D.n", "N.n", "n", I4, external_ref="x.id"),), (ExternalColumn("x.id", "id", I4),),
        error_disposition=disposition,
    )  # fmt: skip
    errors = (Column("E.code", "E.code", "ErrorCode", I4, special_flags=1),)
    values = props({"TableName": table, "InsertMethod": method, "BatchSize": 100})
    return Component(
        "D", "D", "", "SSISODBCDst", properties=values, connections=CONNECTION, inputs=(into,),
        outputs=(Output("D.Err", "Err", errors, is_error_out=True, synchronous_input="D.In"),),
    )  # fmt: skip


def run(host, *parts, path=("S.Out", "D.In"), more=()):
    flow = DataFlow(parts, (Path("p", "p", *path), *more))
    engine.validate_data_flow(flow, host)
    engine.run_data_flow(flow, host)


@pytest.fixture
def host(odbc, tmp_path):
    made = RecordingHost(tmp_path)
    made.connections["DB"] = odbc
    return made


@pytest.mark.parametrize("statement", ["", "SELECT id, amount FROM T ORDER BY id"])
def test_the_odbc_source_reads_through_the_driver(odbc, host, statement):
    with odbc.session() as session:
        session.bulk_load("T", COLUMNS, [frame()], BulkOptions())
    money = TypeSpec(DT.NUMERIC, precision=9, scale=2)
    part = odbc_source(statement, "" if statement else "T", id=I4, amount=money)
    run(host, part, sink("D", {"id": "S.id", "amount": "S.amount"}))
    assert host.codes("OnError") == []
    assert sorted(host.table("D").rows()) == [(row[0], row[2]) for row in ROWS]


@pytest.mark.parametrize("method", [0, 1])
def test_the_odbc_destination_writes_through_the_driver(odbc, host, method):
    host.frames["N"] = numbers(250)
    run(host, source("N", {"n": I4}), odbc_destination("T", method), path=("N.Out", "D.In"))
    with odbc.session() as session:
        assert list(session.execute("SELECT COUNT(*), MIN(id), MAX(id) FROM T")[0].rows()) == [(250, 0, 249)]
    assert host.codes("OnError") == []


def test_rows_that_the_driver_refuses_are_redirected(odbc, host):
    with odbc.session() as session:
        session.bulk_load("T", COLUMNS[:1], [frame()[:, :1]], BulkOptions())
    host.frames["N"] = numbers(6)
    target, end = odbc_destination("T", 1, "RedirectRow"), sink("X", {"n": "N.n"})
    run(host, source("N", {"n": I4}), target, end, path=("N.Out", "D.In"), more=(Path("q", "q", "D.Err", "X.In"),))
    assert sorted(host.table("X")["n"].to_list()) == [1, 2, 3]
    with odbc.session() as session:
        assert list(session.execute("SELECT COUNT(*) FROM T")[0].rows()) == [(6,)]


def test_a_missing_table_fails_validation(host):
    with pytest.raises(DataFlowFailed):
        run(host, odbc_source(table="nothere", id=I4), sink("D", {"id": "S.id"}))
    assert host.codes("OnError")[:2] == [0xC0202009, 0xC02020E8]


def test_a_data_source_that_does_not_exist(tmp_path):
    with pytest.raises(CannotAcquireConnection, match="Data source name not found"):
        create_connection(manager("ODBC", {"ConnectionString": "DSN=NoSuchThing;"}), Environment(tmp_path)).session()
