"""One suite for every database family: the session's contract, on real servers."""

import json
import math
import threading
import time
import uuid
from datetime import UTC, date, datetime, timedelta, timezone
from datetime import time as clock
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from dtserve.connections.base import BulkOptions, ResultColumn, SqlParameter
from dtserve.connections.errors import NoSuchTable, NotTranslatable, SqlError, SqlTimeout, ValueNotStorable
from dtserve.connections.sql import open_session, parse_url
from dtserve.connections.sql.rows import frame_of
from dtserve.datatypes import DT, TypeSpec
from dtserve.errors import Canceled

CASES = json.loads((Path(__file__).parent / "cases" / "statements.json").read_text(encoding="utf-8"))
FAMILIES = ("sqlite", "postgres", "mysql")


@pytest.fixture(params=FAMILIES)
def url(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/x.db"
    return request.getfixturevalue(f"{request.param}_server").empty()


@pytest.fixture
def session(url):
    opened = open_session(parse_url(url))
    yield opened
    opened.keep_open = False
    opened.close()


def plain(value):
    """A value as the case file writes it."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, date | clock):
        return value.isoformat()
    return value


def same(found, wanted):
    if isinstance(wanted, str) and isinstance(found, int | float) and not isinstance(found, bool):
        return math.isclose(float(found), float(wanted), rel_tol=1e-12)
    if isinstance(wanted, str) and isinstance(found, Decimal):
        return found == Decimal(wanted)
    if isinstance(wanted, int) and not isinstance(wanted, bool) and isinstance(found, Decimal | float):
        return found == wanted
    if isinstance(wanted, bool) or isinstance(found, bool):
        return found is wanted
    return plain(found) == wanted


def check(rows, wanted, ignore=()):
    assert len(rows) == len(wanted), rows
    for found, want in zip(rows, wanted, strict=True):
        assert len(found) == len(want), (found, want)
        for at, (one, other) in enumerate(zip(found, want, strict=True)):
            assert at in ignore or same(one, other), (found, want)


def family_of(session):
    return session.target.family


@pytest.mark.parametrize("case", CASES["cases"], ids=lambda case: case["name"])
def test_statement(session, case):
    for text in CASES["setup"]:
        session.execute(text)
    parameters = [SqlParameter(value) for value in case.get("parameters", ())]
    parameters += [SqlParameter(value, name=name) for name, value in case.get("named", {}).items()]
    if family_of(session) in case.get("refused", ()):
        with pytest.raises(NotTranslatable):
            session.execute(case["sql"], parameters)
        return
    results = [result for result in session.execute(case["sql"], parameters) if result.columns]
    check(list(results[-1].rows()), case["rows"], case.get("ignore", ()))
    if "types" in case:
        assert [str(column.type) for column in results[-1].columns] == case["types"]
    for text, rows in case.get("then", ()):
        check(list(session.execute(text)[-1].rows()), rows)


@pytest.mark.parametrize("case", CASES["refused"], ids=lambda case: case["sql"][:30])
def test_refused(session, case):
    for text in CASES["setup"]:
        session.execute(text)
    with pytest.raises(NotTranslatable) as caught:
        session.execute(case["sql"], [SqlParameter(1)])
    assert case["reason"] in caught.value.message
    assert caught.value.facts["statement"] in case["sql"]
    assert list(session.execute("SELECT COUNT(*) FROM Orders")[0].rows()) == [(4,)]


QUERIES = [c for c in CASES["cases"] if c["sql"].upper().startswith(("SELECT", "WITH")) and ";" not in c["sql"]]


@pytest.mark.parametrize("case", QUERIES, ids=lambda case: case["name"])
def test_query_and_describe_agree_with_execute(session, case):
    for text in CASES["setup"]:
        session.execute(text)
    parameters = [SqlParameter(value) for value in case.get("parameters", ())]
    parameters += [SqlParameter(value, name=name) for name, value in case.get("named", {}).items()]
    if family_of(session) in case.get("refused", ()):
        with pytest.raises(NotTranslatable):
            session.describe(case["sql"])
        return
    streamed = session.query(case["sql"], parameters, batch_rows=1)
    frames = list(streamed.batches)
    assert all(frame.height == 1 for frame in frames)
    check([row for frame in frames for row in frame.iter_rows()], case["rows"], case.get("ignore", ()))
    for frame in frames:
        assert [str(kind) for kind in frame.dtypes] == [str(column.type.polars()) for column in streamed.columns]
    if not parameters:
        described = session.describe(case["sql"])
        assert [column.name for column in described] == [column.name for column in streamed.columns]


TYPES = [
    ("b", "bit", TypeSpec(DT.BOOL), [True, False, None]),
    ("t", "tinyint", TypeSpec(DT.UI1), [0, 255, None]),
    ("s", "smallint", TypeSpec(DT.I2), [-32768, 32767, None]),
    ("i", "int", TypeSpec(DT.I4), [-(2**31), 2**31 - 1, None]),
    ("l", "bigint", TypeSpec(DT.I8), [-(2**63), 2**63 - 1, None]),
    ("r", "real", TypeSpec(DT.R4), [-1.5, 3.25, None]),
    ("f", "float", TypeSpec(DT.R8), [1.7976931348623157e308, 0.1, None]),
    ("n", "decimal(18,4)", TypeSpec(DT.NUMERIC, precision=18, scale=4), [Decimal("-12345678901.2345"), Decimal("0.0001"), None]),
    ("n0", "numeric(18,0)", TypeSpec(DT.NUMERIC, precision=18), [Decimal(10**18 - 1), Decimal(-1), None]),
    ("m", "money", TypeSpec(DT.CY), [Decimal("-12345678901.2345"), Decimal("0.0100"), None]),
    ("vc", "varchar(20)", TypeSpec(DT.STR, length=20, code_page=1252), ["é\"'\\,\n", "", None]),
    ("nv", "nvarchar(20)", TypeSpec(DT.WSTR, length=20), ["日本語 😀", "\\N", None]),
    ("mx", "nvarchar(max)", TypeSpec(DT.NTEXT), ["x" * 70000, "\\.", None]),
    ("bi", "varbinary(10)", TypeSpec(DT.BYTES, length=10), [b"\x00\xff\\", b"", None]),
    ("im", "varbinary(max)", TypeSpec(DT.IMAGE), [bytes(range(256)), b"\n", None]),
    ("g", "uniqueidentifier", TypeSpec(DT.GUID), ["{3F2504E0-4F89-11D3-9A0C-0305E82C3301}", "{00000000-0000-0000-0000-000000000000}", None]),
    ("d", "date", TypeSpec(DT.DBDATE), [date(1753, 1, 1), date(9999, 12, 31), None]),
    ("dt", "datetime", TypeSpec(DT.DBTIMESTAMP), [datetime(1753, 1, 1), datetime(2024, 2, 29, 23, 59, 59, 997000), None]),
    ("d2", "datetime2(6)", TypeSpec(DT.DBTIMESTAMP2, scale=6), [datetime(1900, 1, 1, 0, 0, 0, 1), datetime(9999, 12, 31, 23, 59, 59, 999999), None]),
    ("ti", "time(6)", TypeSpec(DT.DBTIME2, scale=6), [clock(0, 0), clock(23, 59, 59, 999999), None]),
]  # fmt: skip


def typed_table(session):
    listed = ", ".join(f"[{name}] {declared} NULL" for name, declared, _, _ in TYPES)
    session.execute(f"CREATE TABLE dbo.Types ({listed})")
    columns = tuple(ResultColumn(name, spec) for name, _, spec, _ in TYPES)
    rows = list(zip(*(values for *_, values in TYPES), strict=True))
    return columns, frame_of(rows, columns), rows


@pytest.mark.parametrize("way", ["bulk", "staged", "rows", "transaction"])
def test_every_type_comes_back(session, way):
    columns, frame, rows = typed_table(session)
    if way == "rows":
        assert session.insert_rows("dbo.Types", columns, frame, BulkOptions()) == []
    else:
        session.keep_open = way == "staged"
        if way == "transaction":
            session.begin()
        assert session.bulk_load("[dbo].[Types]", columns, [frame, frame.clear()], BulkOptions()) == 3
        if way == "transaction":
            session.commit()
    for found in ("query", "execute"):
        text = "SELECT * FROM dbo.Types"
        frames = list(session.query(text).batches if found == "query" else session.execute(text)[0].batches)
        assert [f.columns for f in frames] == [[str(at) for at in range(len(TYPES))]]
        for at, (name, _, spec, _) in enumerate(TYPES):
            got = frames[0].get_column(str(at)).to_list()
            if spec.family == "decimal":
                assert all(one is None or isinstance(one, Decimal) for one in got)
            assert got == [row[at] for row in rows], name


def test_declared_types_are_read_back(session):
    columns, _, _ = typed_table(session)
    found = {column.name: column.type for column in session.table_columns("dbo.types")}
    for column in columns:
        assert found[column.name].family == column.type.family, column.name
        if column.type.dt in (DT.NUMERIC, DT.GUID, DT.BOOL, DT.DBDATE):
            assert found[column.name] == column.type
    assert [column.name for column in session.describe("SELECT * FROM Types")] == [column.name for column in columns]


def test_offsets_keep_their_moment(session):
    if family_of(session) == "mysql":
        with pytest.raises(NotTranslatable):
            session.execute("CREATE TABLE O (z datetimeoffset(3))")
        return
    session.execute("CREATE TABLE O (z datetimeoffset(3))")
    moment = datetime(2024, 3, 1, 10, 20, 30, 500000, timezone(timedelta(hours=5, minutes=30)))
    columns = session.table_columns("O")
    frame = frame_of([(moment,), (None,)], columns)
    assert session.bulk_load("O", columns, [frame], BulkOptions()) == 2
    rows = list(session.query("SELECT z FROM O").rows())
    assert rows[0][0]["utc"] == moment.astimezone(UTC).replace(tzinfo=None)
    assert rows[1][0] is None


def test_numbers_too_fine_for_the_database_are_refused_not_rounded(session):
    session.execute("CREATE TABLE N (id int NOT NULL, v decimal(38,10))")
    columns = session.table_columns("N")
    values = [(1, Decimal("1234567890123456789012345678.0123456789")), (2, Decimal("1.5"))]
    frame = frame_of(values, columns)
    if family_of(session) == "sqlite":
        with pytest.raises(ValueNotStorable):
            session.bulk_load("N", columns, [frame], BulkOptions())
        refused = session.insert_rows("N", columns, frame, BulkOptions())
        assert [number for number, _ in refused] == [0]
        assert list(session.execute("SELECT id FROM N")[0].rows()) == [(2,)]
    else:
        session.bulk_load("N", columns, [frame], BulkOptions())
        assert list(session.execute("SELECT v FROM N ORDER BY id")[0].rows()) == [(value,) for _, value in values]


def keyed(session):
    session.execute(
        "CREATE TABLE K (id int NOT NULL PRIMARY KEY, name nvarchar(5) NOT NULL, n int NULL DEFAULT 7, CHECK (n > 0))"
    )
    return session.table_columns("K")


def frame_k(rows):
    names = pl.Series([row[1] for row in rows], dtype=pl.String)
    ids = pl.Series([row[0] for row in rows], dtype=pl.Int32)
    return pl.DataFrame({"x": ids, "y": names, "z": pl.Series([row[2] for row in rows], dtype=pl.Int32)})


def test_insert_rows_tells_each_refused_row(session):
    columns = keyed(session)
    rows = [(1, "a", 1), (2, None, 1), (3, "c", -1), (1, "again", 1), (5, "toolong", 1), (6, "f", 2), (6, "g", 2)]
    refused = session.insert_rows("K", columns, frame_k(rows), BulkOptions(keep_nulls=True))
    assert [number for number, _ in refused] == [1, 2, 3, 4, 6]
    assert all(message for _, message in refused)
    assert list(session.execute("SELECT id, name FROM K ORDER BY id")[0].rows()) == [(1, "a"), (6, "f")]


def test_bulk_load_is_all_or_nothing(session):
    columns = keyed(session)
    good = frame_k([(number, "x", 1) for number in range(10)])
    bad = frame_k([(100, "y", 1), (5, "double", 1)])
    with pytest.raises(SqlError):
        session.bulk_load("K", columns, [good, bad], BulkOptions())
    assert list(session.execute("SELECT COUNT(*) FROM K")[0].rows()) == [(0,)]


def test_bulk_load_commits_batches(session):
    columns = keyed(session)
    frames = [frame_k([(number, "x", 1) for number in range(0, 7)]), frame_k([(7, "x", 1), (8, "x", 1), (8, "x", 1)])]
    with pytest.raises(SqlError):
        session.bulk_load("K", columns, frames, BulkOptions(batch_rows=4))
    assert list(session.execute("SELECT COUNT(*) FROM K")[0].rows()) == [(8,)]


@pytest.mark.parametrize("keep", [False, True])
def test_defaults_replace_nulls_unless_kept(session, keep):
    columns = keyed(session)
    session.bulk_load("K", columns, [frame_k([(1, "a", None), (2, "b", 3)])], BulkOptions(keep_nulls=keep))
    rows = list(session.execute("SELECT n FROM K ORDER BY id")[0].rows())
    assert rows == [(None if keep else 7,), (3,)]


@pytest.mark.parametrize("keep", [False, True])
def test_identity_is_generated_unless_kept(session, keep):
    session.execute("CREATE TABLE Id (id int IDENTITY(5,1) PRIMARY KEY, v nvarchar(5))")
    columns = session.table_columns("Id")
    frame = pl.DataFrame({"a": pl.Series([50, 60], dtype=pl.Int32), "b": ["x", "y"]})
    session.bulk_load("Id", columns, [frame], BulkOptions(keep_identity=keep))
    session.execute("INSERT INTO Id (v) VALUES ('z')")
    found = [row[0] for row in session.execute("SELECT id FROM Id ORDER BY id")[0].rows()]
    assert found == ([50, 60, 61] if keep else [5, 6, 7])


def test_columns_that_are_not_loaded_get_their_default(session):
    keyed(session)
    columns = tuple(
        ResultColumn(name, kind) for name, kind in (("NAME", TypeSpec(DT.WSTR, length=5)), ("ID", TypeSpec(DT.I4)))
    )
    frame = pl.DataFrame({"n": ["q"], "i": pl.Series([4], dtype=pl.Int32)})
    assert session.bulk_load("k", columns, [frame], BulkOptions()) == 1
    assert list(session.execute("SELECT id, name, n FROM K")[0].rows()) == [(4, "q", 7)]
    with pytest.raises(SqlError, match="nothere"):
        session.bulk_load("K", [ResultColumn("nothere", TypeSpec(DT.I4))], [frame], BulkOptions())
    with pytest.raises(NoSuchTable):
        session.table_columns("dbo.nothere")


def test_transactions(session):
    keyed(session)
    session.begin()
    session.execute("INSERT INTO K (id, name) VALUES (1, 'a')")
    with pytest.raises(SqlError):
        session.execute("INSERT INTO K (id, name) VALUES (1, 'b')")
    session.execute("INSERT INTO K (id, name) VALUES (2, 'b')")
    session.commit()
    session.begin()
    session.execute("DELETE FROM K")
    session.rollback()
    assert list(session.execute("SELECT id FROM K ORDER BY id")[0].rows()) == [(1,), (2,)]
    with pytest.raises(SqlError):
        session.commit()


def test_another_session_sees_only_what_is_committed(session, url):
    keyed(session)
    other = open_session(parse_url(url))
    try:
        session.begin()
        session.execute("INSERT INTO K (id, name) VALUES (1, 'a')")
        assert list(other.execute("SELECT COUNT(*) FROM K")[0].rows()) == [(0,)]
        session.commit()
        assert list(other.execute("SELECT COUNT(*) FROM K")[0].rows()) == [(1,)]
    finally:
        other.close()


SLOW = {
    "sqlite": "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 1000000000) SELECT COUNT(*) FROM c",
    "postgres": "SELECT pg_sleep(60)",
    "mysql": "SELECT SLEEP(60)",
}


def native(url):
    target = parse_url(url)
    return open_session(target.with_(source=target.dialect))


def test_cancel_from_another_thread(url):
    session = native(url)
    started = time.monotonic()
    threading.Timer(0.3, session.cancel).start()
    with pytest.raises(Canceled):
        session.execute(SLOW[family_of(session)])
    assert time.monotonic() - started < 20
    assert list(session.execute("SELECT 1")[0].rows()) == [(1,)]
    session.close()


def test_timeout(url):
    session = native(url)
    started = time.monotonic()
    with pytest.raises(SqlTimeout):
        session.execute(SLOW[family_of(session)], timeout=1)
    assert time.monotonic() - started < 20
    assert list(session.execute("SELECT 1", timeout=5)[0].rows()) == [(1,)]
    session.close()


def test_streaming_and_loading_at_once(session, url):
    keyed(session)
    frames = [frame_k([(number, "x", 1) for number in range(at, at + 500)]) for at in range(0, 3000, 500)]
    session.bulk_load("K", session.table_columns("K"), frames, BulkOptions())
    session.execute("CREATE TABLE K2 (id int NOT NULL, name nvarchar(5), n int)")
    other = open_session(parse_url(url))
    try:
        source = session.query("SELECT * FROM K ORDER BY id", batch_rows=400)
        assert other.bulk_load("K2", other.table_columns("K2"), source.batches, BulkOptions()) == 3000
        assert list(session.execute("SELECT COUNT(*), MAX(id) FROM K2")[0].rows()) == [(3000, 2999)]
    finally:
        other.close()


def test_two_loads_into_one_database_do_not_wait_for_each_other(session, url):
    session.execute("CREATE TABLE A (id int)")
    session.execute("CREATE TABLE B (id int)")
    other = open_session(parse_url(url))
    gate = threading.Barrier(2, timeout=20)

    def slow(count):
        for at in range(count):
            gate.wait()  # each waits for the other's next frame, as two outputs of one data flow do
            yield pl.DataFrame({"i": pl.Series([at], dtype=pl.Int32)})

    results = []
    threads = [
        threading.Thread(
            target=lambda s=s, t=t: results.append(s.bulk_load(t, s.table_columns(t), slow(4), BulkOptions()))
        )
        for s, t in ((session, "A"), (other, "B"))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    other.close()
    assert results == [4, 4]


def test_shared_session_reads_and_writes_in_turns(session):
    keyed(session)
    session.bulk_load("K", session.table_columns("K"), [frame_k([(n, "x", 1) for n in range(50)])], BulkOptions())
    session.execute("CREATE TABLE K3 (id int NOT NULL, name nvarchar(5), n int)")
    session.keep_open = True
    session.begin()
    source = session.query("SELECT * FROM K ORDER BY id", batch_rows=10)
    columns = session.table_columns("K3")
    stored = sum(session.bulk_load("K3", columns, [frame], BulkOptions()) for frame in source.batches)
    session.rollback()
    assert stored == 50
    assert list(session.execute("SELECT COUNT(*) FROM K3")[0].rows()) == [(0,)]


def test_an_abandoned_stream_leaves_the_session_usable(session):
    keyed(session)
    session.bulk_load("K", session.table_columns("K"), [frame_k([(n, "x", 1) for n in range(5000)])], BulkOptions())
    batches = iter(session.query("SELECT * FROM K", batch_rows=10).batches)
    assert next(batches).height == 10
    batches.close() if hasattr(batches, "close") else None
    del batches
    assert list(session.execute("SELECT COUNT(*) FROM K")[0].rows()) == [(5000,)]


def test_errors_are_the_databases_own_words(session):
    with pytest.raises(SqlError, match=r"(?i)nothere"):
        session.execute("SELECT * FROM nothere")
    with pytest.raises(SqlError, match=r"(?i)nothere"):
        session.query("SELECT * FROM nothere")
    with pytest.raises(SqlError, match=r"(?i)nothere"):
        session.describe("SELECT a FROM nothere")
    with pytest.raises(SqlError, match=r"(?i)parameter"):
        session.execute("SELECT ?")


def test_a_misspelled_column_is_no_text(session):
    keyed(session)
    session.execute("INSERT INTO K (id, name) VALUES (1, 'a')")
    for text in (
        "SELECT nmae FROM K",
        "SELECT [nmae] FROM K",
        'SELECT "nmae" FROM K',
        "DELETE FROM K WHERE nmae = 'nmae'",
    ):
        with pytest.raises(SqlError):
            session.execute(text)
    with pytest.raises(SqlError):
        session.execute("CREATE INDEX ix ON K (nmae)")


def test_values_of_another_type_are_converted_on_loading(session):
    session.execute("CREATE TABLE V (d date, t datetime, n int)")
    columns = (
        ResultColumn("d", TypeSpec(DT.DBTIMESTAMP)),
        ResultColumn("t", TypeSpec(DT.DBDATE)),
        ResultColumn("n", TypeSpec(DT.WSTR, length=5)),
    )
    frame = frame_of([(datetime(2024, 1, 5, 10), date(2024, 1, 6), "7")], columns)
    session.bulk_load("V", columns, [frame], BulkOptions())
    session.insert_rows("V", columns, frame, BulkOptions())
    found = session.execute("SELECT * FROM V WHERE d = '2024-01-05' AND t = '20240106' AND n = 7")[0]
    assert list(found.rows()) == [(date(2024, 1, 5), datetime(2024, 1, 6), 7)] * 2


def test_guid_parameters(session):
    session.execute("CREATE TABLE G (g uniqueidentifier, n int)")
    text = f"{{{str(uuid.uuid4()).upper()}}}"
    session.execute("INSERT INTO G VALUES (?, ?)", [SqlParameter(text, TypeSpec(DT.GUID)), SqlParameter(None)])
    found = session.execute("SELECT g FROM G WHERE g = ?", [SqlParameter(text, TypeSpec(DT.GUID))])[0]
    assert list(found.rows()) == [(text,)]
    assert list(session.execute(f"SELECT n FROM G WHERE g = '{text[1:-1].lower()}'")[0].rows()) == [(None,)]


def test_rows_affected(session):
    keyed(session)
    results = session.execute(
        "INSERT INTO K (id, name) VALUES (1, 'a'), (2, 'b'); UPDATE K SET n = 9 WHERE id = 1; DELETE FROM K"
    )
    assert [result.rows_affected for result in results] == [2, 1, 2]


def test_closing_twice_and_sharing(session):
    session.keep_open = True
    session.close()
    assert list(session.execute("SELECT 1")[0].rows()) == [(1,)]
    session.keep_open = False
    session.close()
    session.close()
    with pytest.raises(SqlError):
        session.execute("SELECT 1")


TRIGGERS = {
    "sqlite": ["create trigger {name} after {event} on t begin insert into log values (1); end"],
    "postgres": [
        "create or replace function f() returns trigger language plpgsql as 'begin insert into log values (1); return new; end'",
        "create trigger {name} after {event} on t for each row execute function f()",
    ],
    "mysql": ["create trigger {name} after {event} on t for each row insert into log values (1)"],
}


def test_triggers_that_a_load_fires(url):
    session = native(url)
    session.execute("create table t (a int)")
    session.execute("create table log (a int)")
    assert session.insert_triggers("[dbo].[T]") == ()
    for name, event in (("on_update", "update"), ("on_insert", "insert"), ("again", "insert")):
        for statement in TRIGGERS[family_of(session)]:
            session.execute(statement.format(name=name, event=event))
    assert sorted(session.insert_triggers("[dbo].[T]")) == ["again", "on_insert"]
    assert session.insert_triggers("log") == ()
    with pytest.raises(NoSuchTable):
        session.insert_triggers("none")
    session.close()


def test_statements_are_checked_without_running_them(session):
    session.execute("create table t (a int not null, b nvarchar(9))")
    for good in (
        "insert into t (a, b) values (?, ?)",
        "update [dbo].[T] set b = ? where a in (?, ?)",
        "delete t where a = ?",
    ):
        assert session.check_statement(good)
    for other in ("select * from nowhere", "declare @x int = 1; update nowhere set a = @x", "exec nowhere ?"):
        assert not session.check_statement(other)
    for wrong in ("insert into nowhere values (?)", "update t set c = ?", "delete from t where c = ?"):
        with pytest.raises(SqlError):
            session.check_statement(wrong)
    assert list(session.execute("select count(*) from t")[0].rows()) == [(0,)]
