"""SQL Server's wire with the real drivers, python-tds and mssql-python (this one through TLS), against a test double.

Logins, values, loads, calls, transactions, attention.
"""

from __future__ import annotations

import datetime as dt
import re
import socket
import sqlite3
import sys
import threading
import time
from contextlib import closing
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dtserve.connections.base import BulkOptions, ResultColumn, SqlParameter
from dtserve.connections.environment import Environment
from dtserve.connections.errors import CannotAcquireConnection, SqlError, SqlTimeout
from dtserve.connections.registry import create_connection
from dtserve.connections.sql import open_session, parse_url
from dtserve.dataflow import engine
from dtserve.dataflow.errors import DataFlowFailed
from dtserve.datatypes import DT, TypeSpec
from dtserve.errors import Canceled
from dtserve.package.model import Column, Component, ComponentConnection, DataFlow, ExternalColumn, Input, Output, Path
from support.certificates import Authority
from support.connections import manager
from support.flows import I4, RecordingHost, numbers, props, sink, source, wstr
from support.tds_process import TdsProcess
from support.tds_server import SAMPLES, TdsServer

TABLE = """CREATE TABLE dbo.Everything (
 i int NOT NULL PRIMARY KEY, t nvarchar(20), m nvarchar(max), s smallint, y tinyint, l bigint, f float, d decimal(18,4),
 c money, b bit, x varbinary(30), p date, q datetime, z datetime2(7), k time(7), o datetimeoffset(7), g uniqueidentifier)"""
NAMES = list("itmsylfdcbxpqzkog")
KINDS = [
    I4, wstr(20), TypeSpec(DT.NTEXT), TypeSpec(DT.I2), TypeSpec(DT.UI1), TypeSpec(DT.I8), TypeSpec(DT.R8),
    TypeSpec(DT.NUMERIC, precision=18, scale=4), TypeSpec(DT.CY), TypeSpec(DT.BOOL), TypeSpec(DT.BYTES, length=30),
    TypeSpec(DT.DBDATE), TypeSpec(DT.DBTIMESTAMP), TypeSpec(DT.DBTIMESTAMP2, scale=7), TypeSpec(DT.DBTIME2, scale=7),
    TypeSpec(DT.DBTIMESTAMPOFFSET, scale=7), TypeSpec(DT.GUID),
]  # fmt: skip
COLUMNS = tuple(ResultColumn(name, kind) for name, kind in zip(NAMES, KINDS, strict=True))
MOMENT = dt.datetime(2024, 2, 29, 23, 59, 58, 120000)
FULL = (
    1, "Grüße €", "long " * 3000, -5, 255, 2**40, 0.1, Decimal("-12345678.5678"), Decimal("922337.1234"), True,
    b"\x00\xff", dt.date(1, 1, 1), MOMENT, MOMENT.replace(microsecond=123456), dt.time(23, 59, 59, 999999),
    {"utc": MOMENT, "offset": 90}, "{6F9619FF-8B86-D011-B42D-00C04FC964FF}",
)  # fmt: skip
EMPTY = (2, *[None] * 16)


def frame(rows):
    return pl.DataFrame(
        [pl.Series(c.name, [row[at] for row in rows], dtype=c.type.polars()) for at, c in enumerate(COLUMNS)]
    )


@pytest.fixture(scope="module")
def remote(tmp_path_factory):
    """The double in a process of its own: Microsoft's driver holds Python's lock while it copies in bulk."""
    folder = tmp_path_factory.mktemp("double")
    started = TdsProcess(
        folder, certificate=Authority(folder).issue("double"), driver="mssql_python", procedures=SAMPLES
    )
    yield started
    started.stop()


@pytest.fixture(params=["pytds", "mssql_python"])
def server(request, tmp_path):
    if request.param == "mssql_python":
        remote = request.getfixturevalue("remote")
        remote.fresh(tmp_path)
        yield remote
        return
    started = TdsServer(tmp_path, procedures=SAMPLES)
    yield started
    started.stop()


@pytest.fixture
def session(server):
    with open_session(parse_url(server.url(), manager="Sales")) as opened:
        opened.execute(TABLE)
        yield opened


def rows_of(session, text="SELECT * FROM dbo.Everything ORDER BY i"):
    return [tuple(row) for row in session.execute(text)[0].rows()]


def test_a_login_says_who_we_are_and_a_wrong_one_is_refused(server):
    with open_session(parse_url(server.url(application="nightly"))) as session:
        assert server.login["user"] == "sa"
        name = "nightly" if session.driver == "pytds" else "MSSQL-Python"  # Microsoft's driver gives no other
        assert (server.login["database"], server.login["application"]) == ("Sales", name)
        assert server.encrypted == ["" if session.driver == "pytds" else "all"]
    with pytest.raises(CannotAcquireConnection, match="Login failed for user 'eve'") as caught:
        open_session(parse_url(server.url("eve", "guess")))
    assert "guess" not in caught.value.message


def test_a_server_that_says_nothing_is_given_up():
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(1)
        started = time.monotonic()
        url = f"mssql://sa:x@127.0.0.1:{silent.getsockname()[1]}/d?driver=pytds&timeout=1"
        with pytest.raises(CannotAcquireConnection, match="Login timeout expired"):
            open_session(parse_url(url))
        assert time.monotonic() - started < 5


def test_every_type_is_loaded_and_read_back(session):
    assert session.bulk_load("dbo.Everything", COLUMNS, [frame([FULL]), frame([EMPTY])], BulkOptions()) == 2
    assert rows_of(session) == [FULL, EMPTY]
    (frames,) = session.query("SELECT * FROM dbo.Everything ORDER BY i").batches
    assert frames.rows() == [FULL, EMPTY]
    (result,) = session.execute("SELECT * FROM dbo.Everything")
    kinds = [str(kind) for kind in KINDS]
    if session.driver == "mssql_python":  # ODBC has one number for decimal and money
        kinds[NAMES.index("c")] = "DT_NUMERIC(19,4)"
    assert [str(c.type) for c in result.columns] == kinds
    assert [str(c.type) for c in session.table_columns("[dbo].[Everything]")] == [str(kind) for kind in KINDS]
    assert [str(c.type) for c in session.describe("SELECT t, d FROM dbo.Everything")] == [
        "DT_WSTR(20)",
        "DT_NUMERIC(18,4)",
    ]


@pytest.mark.parametrize("zone", [False, True], ids=["without a zone", "with one"])
def test_loads_are_bulk_copies_with_their_options(session, server, zone):
    options = BulkOptions(keep_nulls=True, check_constraints=True, table_lock=True, fire_triggers=True)
    kept = [at for at, name in enumerate(NAMES) if zone or name != "o"]
    rows = frame([FULL, EMPTY])[:, kept]
    assert session.bulk_load("dbo.Everything", [COLUMNS[at] for at in kept], [rows[:1], rows[1:]], options) == 2
    columns = ", ".join(NAMES[at] for at in kept)
    assert rows_of(session, f"SELECT {columns} FROM dbo.Everything ORDER BY i") == [
        tuple(row[at] for at in kept) for row in (FULL, EMPTY)
    ]
    words = {word for text in server.loads for word in re.findall(r"[A-Z_]{5,}", text)}
    wished = {"CHECK_CONSTRAINTS", "FIRE_TRIGGERS", "KEEP_NULLS", "TABLOCK"}
    assert words == (set() if zone and session.driver == "mssql_python" else wished)


@pytest.mark.parametrize("at", range(1, 17), ids=NAMES[1:])
def test_parameters_of_every_type(session, at):
    value = FULL[at]
    given = (
        dt.datetime(2024, 3, 1, 1, 29, 58, 120000, dt.timezone(dt.timedelta(minutes=90))) if NAMES[at] == "o" else value
    )
    session.execute(
        f"INSERT INTO dbo.Everything (i, {NAMES[at]}) VALUES (?, ?)",
        [SqlParameter(1, I4), SqlParameter(given, KINDS[at])],
    )
    assert rows_of(session, f"SELECT {NAMES[at]} FROM dbo.Everything") == [(value,)]


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
ROWS = st.lists(
    st.tuples(
        st.none() | TEXTS.filter(lambda t: len(t.encode("utf-16-le")) <= 40), st.none() | st.binary(max_size=30),
        st.none() | st.decimals(-(10**9), 10**9, places=4), st.none() | st.integers(-(2**63), 2**63 - 1),
    ),
    max_size=6,
)  # fmt: skip


@settings(max_examples=15, deadline=None)
@given(rows=ROWS)
def test_what_is_loaded_is_read(tmp_path_factory, rows):
    server = TdsServer(tmp_path_factory.mktemp("tds"))
    columns = [COLUMNS[0], COLUMNS[1], COLUMNS[10], COLUMNS[7], COLUMNS[5]]
    full = [(number, *row) for number, row in enumerate(rows)]
    data = pl.DataFrame(
        [pl.Series(c.name, [row[at] for row in full], dtype=c.type.polars()) for at, c in enumerate(columns)]
    )
    try:
        with open_session(parse_url(server.url())) as session:
            session.execute(TABLE)
            assert session.bulk_load("Everything", columns, [data], BulkOptions()) == len(rows)
            assert rows_of(session, "SELECT i, t, x, d, l FROM dbo.Everything ORDER BY i") == full
    finally:
        server.stop()


def test_a_refused_load_leaves_nothing_and_refused_rows_are_named(session):
    rows = [(n, *[None] * 16) for n in (1, 2, 2, 3)]
    with pytest.raises(SqlError, match="Violation of PRIMARY KEY"):
        session.bulk_load("dbo.Everything", COLUMNS, [frame([EMPTY]), frame(rows)], BulkOptions())
    assert rows_of(session) == []
    refused = session.insert_rows("dbo.Everything", COLUMNS, frame(rows), BulkOptions())
    assert [row for row, _ in refused] == [2]
    assert "Violation of PRIMARY KEY" in refused[0][1]
    assert [row[0] for row in rows_of(session)] == [1, 2, 3]


def test_transactions_and_their_levels(session, server):
    session.begin()
    session.bulk_load("dbo.Everything", COLUMNS, [frame([FULL])], BulkOptions())
    assert len(rows_of(session)) == 1
    session.rollback()
    assert rows_of(session) == []
    session.begin()
    session.execute("INSERT INTO dbo.Everything (i) VALUES (7)")
    session.commit()
    assert [row[0] for row in rows_of(session)] == [7]
    session.begin_isolated("REPEATABLE READ")
    session.check_commit()
    session.begin_isolated("SERIALIZABLE")  # inside a transaction its level stays
    session.execute("DELETE FROM dbo.Everything WHERE i = ?", [SqlParameter(7, I4)])
    session.rollback()
    assert [row[0] for row in rows_of(session)] == [7]
    said = [text for text, _ in server.sent if "TRAN" in text or "XACT" in text]
    assert said[-4:] == [
        "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", "BEGIN TRANSACTION", "SELECT XACT_STATE()",
        "IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION",
    ]  # fmt: skip


def test_errors_of_the_server_have_its_words(session):
    with pytest.raises(SqlError, match="Invalid object name 'nothere'"):
        session.execute("SELECT * FROM nothere")
    with pytest.raises(SqlError, match="Cannot insert the value NULL"):
        session.execute("INSERT INTO dbo.Everything (t) VALUES ('x')")
    assert rows_of(session, "SELECT 1") == [(1,)]


def test_an_attention_ends_a_statement_and_the_connection_goes_on(session):
    threading.Timer(0.3, session.cancel).start()
    started = time.monotonic()
    with pytest.raises(Canceled):
        session.execute("WAITFOR DELAY '00:00:30'")
    assert time.monotonic() - started < 5
    assert rows_of(session, "SELECT 2") == [(2,)]


def test_an_attention_may_be_answered_before_it_is_known_to_be_sent(session, monkeypatch):
    from pytds.tds_writer import _TdsWriter

    flush = _TdsWriter.flush

    def slow(writer):
        flush(writer)
        if threading.current_thread() is not threading.main_thread():
            time.sleep(0.5)

    monkeypatch.setattr(_TdsWriter, "flush", slow)
    threading.Timer(0.3, session.cancel).start()
    with pytest.raises(Canceled):
        session.execute("WAITFOR DELAY '00:00:30'")
    assert rows_of(session, "SELECT 4") == [(4,)]


def test_a_time_limit_is_an_attention(session):
    started = time.monotonic()
    with pytest.raises(SqlTimeout, match="1 s"):
        session.execute("WAITFOR DELAY '00:00:30'", timeout=1)
    assert time.monotonic() - started < 5
    assert rows_of(session, "SELECT 3") == [(3,)]


def test_a_query_that_is_cancelled_while_it_is_read_does_not_end_as_if_it_were_whole(session):
    rows = [(n, "x" * 20, *[None] * 15) for n in range(3000)]
    session.bulk_load("dbo.Everything", COLUMNS, [frame(rows)], BulkOptions())
    batches = iter(session.query("SELECT i, t FROM dbo.Everything ORDER BY i", batch_rows=100).batches)
    assert next(batches).height == 100
    session.cancel()
    with pytest.raises(Canceled):
        for _ in batches:
            pass
    assert rows_of(session, "SELECT COUNT(*) FROM dbo.Everything") == [(3000,)]


def test_a_cancel_while_nothing_runs_does_no_harm(session):
    session.cancel()
    assert rows_of(session, "SELECT 4") == [(4,)]


def test_a_query_left_half_read_does_not_disturb_the_next(session):
    session.bulk_load("dbo.Everything", COLUMNS, [frame([(n, *[None] * 16) for n in range(2000)])], BulkOptions())
    batches = session.query("SELECT i FROM dbo.Everything", batch_rows=10).batches
    next(iter(batches))
    batches.close()  # type: ignore[attr-defined]
    assert rows_of(session, "SELECT MAX(i) FROM dbo.Everything") == [(1999,)]


def test_procedures_with_output_parameters_and_return_values(session):
    parameters = [
        SqlParameter(None, I4, direction="ReturnValue"), SqlParameter(20, I4), SqlParameter(None, I4, direction="Output"),
        SqlParameter("a", wstr(20), direction="InputOutput"),
    ]  # fmt: skip
    results = session.execute("EXEC ? = dbo.doubled @value = ?, @twice = ? OUTPUT, @text = ? OUTPUT", parameters)
    assert results[-1].output_values == {"0": 3, "2": 40, "3": "aa"}
    assert [list(result.rows()) for result in results if result.columns] == [[(20,)]]
    with pytest.raises(SqlError, match=r"Could not find stored procedure 'dbo\.missing'"):
        session.execute("EXEC dbo.missing")


def test_the_calls_of_the_drivers_themselves(session):
    cursor = session.connection.cursor()
    mark = "?" if session.driver == "mssql_python" else "%s"
    for number in range(3):  # prepared once, executed three times
        cursor.execute(f"SELECT {mark} + 1, {mark}", (number, None))
        assert [tuple(row) for row in cursor.fetchall()] == [(number + 1, None)]
    cursor.executemany(
        f"INSERT INTO dbo.Everything (i, t) VALUES ({mark}, {mark})",
        [(n, None if n % 2 else f"t{n}") for n in range(5)],
    )
    assert rows_of(session, "SELECT i, t FROM dbo.Everything ORDER BY i")[:2] == [(0, "t0"), (1, None)]
    cursor = session.connection.cursor()
    if session.driver == "pytds":
        from pytds import output

        cursor.callproc("doubled", {"@value": 4, "@twice": output(param_type="int")})
        assert [tuple(row) for row in cursor.fetchall()] == [(4,)]
        assert cursor.get_proc_return_status() == 3
    session.connection.autocommit = False  # transactions by requests, not by statements
    cursor.execute("DELETE FROM dbo.Everything")
    session.connection.rollback()
    cursor.execute("DELETE FROM dbo.Everything WHERE i = 0")
    session.connection.commit()
    session.connection.autocommit = True
    assert rows_of(session, "SELECT COUNT(*) FROM dbo.Everything") == [(4,)]


# --- the data flow over the wire -----------------------------------------------------------


@pytest.fixture
def host(server, session, tmp_path, monkeypatch):
    if session.driver == "pytds":
        monkeypatch.setitem(sys.modules, "mssql_python", None)
    made = RecordingHost(tmp_path)
    text = (
        f'Data Source=127.0.0.1,{server.port};Initial Catalog=Sales;User ID=sa;Password="p;w}}";Provider=SQLNCLI11.1;'
        "Auto Translate=False;Connect Timeout=5;TrustServerCertificate=yes;"
    )
    made.connections["DB"] = create_connection(
        manager("OLEDB", {"ConnectionString": text}), Environment(tmp_path, tmp_path)
    )
    return made


def part(name, kind, columns, *, into=False, **values):
    external = tuple(ExternalColumn(f"{name}.x.{c}", c, spec) for c, (spec, _) in columns.items())
    made = tuple(
        Column(f"{name}.{c}", lineage or f"{name}.{c}", c, spec, external_ref=f"{name}.x.{c}")
        for c, (spec, lineage) in columns.items()
    )
    ends = (
        {"inputs": (Input(f"{name}.In", "In", made, external),)}
        if into
        else {"outputs": (Output(f"{name}.Out", "Out", made, external),)}
    )
    return Component(
        name, name, "", kind, properties=props(values), connections=(ComponentConnection("OleDbConnection", "DB"),), **ends
    )  # fmt: skip


def run(host, *parts, path):
    flow = DataFlow(parts, (Path("p", "p", *path),))
    engine.validate_data_flow(flow, host)
    engine.run_data_flow(flow, host)


@pytest.mark.parametrize("mode", [0, 3], ids=["rows", "fast load"])
def test_ole_db_destination(host, session, server, mode):
    rows = 2500 if mode else 60
    host.frames["N"] = numbers(rows)
    target = part(
        "D",
        "OLEDBDestination",
        {"i": (I4, "N.n")},
        into=True,
        AccessMode=mode,
        OpenRowset="[dbo].[Everything]",
        FastLoadOptions="TABLOCK",
    )
    run(host, source("N", {"n": I4}), target, path=("N.Out", "D.In"))
    assert host.codes("OnError") == []
    assert rows_of(session, "SELECT COUNT(*), MAX(i) FROM dbo.Everything") == [(rows, rows - 1)]
    assert bool(server.loads) == (mode == 3)


@pytest.mark.parametrize("mode", [0, 2], ids=["table", "query"])
def test_ole_db_source(host, session, mode):
    session.bulk_load("dbo.Everything", COLUMNS, [frame([FULL, EMPTY])], BulkOptions())
    columns = {"i": (I4, ""), "t": (wstr(20), ""), "d": (KINDS[7], "")}
    made = part(
        "S",
        "OLEDBSource",
        columns,
        AccessMode=mode,
        OpenRowset="[dbo].[Everything]",
        SqlCommand="SELECT i, t, d FROM dbo.Everything",
    )
    run(host, made, sink("D", {"i": "S.i", "t": "S.t", "d": "S.d"}), path=("S.Out", "D.In"))
    assert host.codes("OnError") == []
    assert host.table("D").rows() == [(1, FULL[1], FULL[7]), (2, None, None)]
    notes = [text for kind, code, _, text in host.events if code == 0x800470C8]
    assert len(notes) == (1 if mode == 0 else 0)
    assert all("needs to be added" in text and "updated" not in text for text in notes)


def test_changed_metadata_is_found_over_the_wire(host):
    changed = part("S", "OLEDBSource", {"t": (I4, "")}, AccessMode=0, OpenRowset="dbo.Everything")
    with pytest.raises(DataFlowFailed):
        run(host, changed, sink("D", {"t": "S.t"}), path=("S.Out", "D.In"))
    assert host.codes("OnError")[:2] == [0xC004706B, 0xC004700C]
    assert any('"t" needs to be updated' in text for _, _, _, text in host.events)


def test_a_missing_table_is_found_over_the_wire(host):
    gone = part("S", "OLEDBSource", {"t": (I4, "")}, AccessMode=2, SqlCommand="SELECT t FROM dbo.Nothing")
    with pytest.raises(DataFlowFailed):
        run(host, gone, sink("D", {"t": "S.t"}), path=("S.Out", "D.In"))
    assert host.codes("OnError")[:3] == [0xC0202009, 0xC020204A, 0xC004706B]


def numbered(session):
    session.execute(
        "CREATE TABLE dbo.N (id int IDENTITY(5,1) PRIMARY KEY, v nvarchar(9) DEFAULT 'none', w int DEFAULT 7)"
    )
    return session.table_columns("dbo.N")


ROWS_OF_N = pl.DataFrame(
    {"0": pl.Series([50, 60, 70], dtype=pl.Int32), "1": ["a", None, None], "2": pl.Series([1, 2, None], dtype=pl.Int32)}
)


@pytest.mark.parametrize("inside", [False, True])
@pytest.mark.parametrize("identity", [False, True])
@pytest.mark.parametrize("nulls", [False, True])
def test_defaults_and_identities_whatever_way_a_load_takes(session, inside, identity, nulls):
    columns = numbered(session)
    if inside:
        session.begin()
    options = BulkOptions(keep_identity=identity, keep_nulls=nulls)
    assert session.bulk_load("dbo.N", columns, [ROWS_OF_N], options) == 3
    if inside:
        session.commit()
    ids = [50, 60, 70] if identity else [5, 6, 7]
    values = [("a", 1), (None, 2), (None, None)] if nulls else [("a", 1), ("none", 2), ("none", 7)]
    assert rows_of(session, "SELECT * FROM dbo.N ORDER BY id") == [(at, *v) for at, v in zip(ids, values, strict=True)]


def test_rows_without_any_value(session):
    columns = numbered(session)[1:]
    session.begin()
    nothing = pl.DataFrame({"1": [None, "x", None], "2": [None, None, None]}, schema={"1": pl.String, "2": pl.Int32})
    assert session.bulk_load("dbo.N", columns, [nothing], BulkOptions()) == 3
    session.commit()
    assert rows_of(session, "SELECT v, w FROM dbo.N ORDER BY id") == [("none", 7), ("x", 7), ("none", 7)]


def test_triggers_that_a_load_fires(session, tmp_path):
    numbered(session)
    with closing(sqlite3.connect(tmp_path / "sqlserver.db")) as database:
        database.execute("CREATE TRIGGER noted AFTER INSERT ON N BEGIN SELECT 1; END")
        database.commit()
    assert session.insert_triggers("dbo.N") == ()
    session.begin()  # Microsoft's driver INSERTs inside a transaction
    assert session.insert_triggers("[dbo].[N]") == (() if session.driver == "pytds" else ("noted",))
    session.rollback()
