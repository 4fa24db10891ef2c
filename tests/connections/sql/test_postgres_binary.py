import datetime as dt
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dtserve.connections.base import BulkOptions, ResultColumn
from dtserve.connections.errors import SqlError
from dtserve.connections.sql import open_session, parse_url
from dtserve.connections.sql.catalog import CatalogColumn
from dtserve.connections.sql.postgres_binary import HEADER, TRAILER, frame_to_binary
from dtserve.connections.sql.postgres_types import frame_to_csv
from dtserve.datatypes import DT, TypeSpec

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
LONG = st.integers(-(2**63), 2**63 - 1)
UUIDS = st.uuids().map(lambda found: "{" + str(found).upper() + "}")
MOMENTS = st.datetimes(dt.datetime(1, 1, 1), dt.datetime(9999, 12, 31, 23, 59, 59, 999_999))
FORMS = {
    "smallint": (pl.Int16, st.integers(-(2**15), 2**15 - 1)),
    "integer": (pl.Int32, st.integers(-(2**31), 2**31 - 1)),
    "bigint": (pl.Int64, LONG),
    "real": (pl.Float32, st.floats(width=32)),
    "double precision": (pl.Float64, st.floats()),
    "boolean": (pl.Boolean, st.booleans()),
    "text": (pl.String, TEXTS),
    "character varying(20)": (pl.String, TEXTS),
    "character(20)": (pl.String, TEXTS),
    "bytea": (pl.Binary, st.binary(max_size=20)),
    "date": (pl.Date, st.dates()),
    "timestamp without time zone": (pl.Datetime("us"), MOMENTS),
    "time without time zone": (pl.Time, st.times()),
    "uuid": (pl.String, UUIDS),
    "numeric": (pl.Int64, LONG.filter(lambda number: number != -(2**63))),
    "numeric(18,4)": (pl.Decimal(18, 4), st.decimals(-(10**13), 10**13, places=4)),
    "numeric(18,7)": (pl.Decimal(18, 7), st.decimals(-(10**10), 10**10, places=7)),
    "numeric(38,0)": (pl.Decimal(38, 0), st.integers(-(10**18), 10**18).map(Decimal)),
    "numeric(10,2)": (pl.Decimal(18, 9), st.decimals(-(10**7), 10**7, places=9)),
}
COLUMNS = [CatalogColumn(f"c{at}", None, declared) for at, declared in enumerate(FORMS)]
RESULT = [ResultColumn(column.name, TypeSpec(DT.WSTR, length=20)) for column in COLUMNS]


@pytest.fixture(scope="module")
def session(postgres_server):
    with open_session(parse_url(postgres_server.empty())) as opened:
        columns = ", ".join(f"{column.name} {column.declared}" for column in COLUMNS)
        for name in ("from_binary", "from_csv"):
            opened.connection.execute(f"CREATE TABLE {name} (row_number int GENERATED ALWAYS AS IDENTITY, {columns})")
        yield opened


def copied(session, form, parts):
    """The rows that a COPY of ``parts`` leaves in an empty table, as texts."""
    table = f"from_{form}"
    names = ", ".join(column.name for column in COLUMNS)
    session.connection.execute(f"TRUNCATE {table} RESTART IDENTITY")
    with session.connection.cursor() as cursor:
        with cursor.copy(f"COPY {table} ({names}) FROM STDIN (FORMAT {form})") as copy:
            for part in parts:
                copy.write(part)
        with cursor.copy(f"COPY (SELECT * FROM {table} ORDER BY row_number) TO STDOUT") as copy:
            return b"".join(bytes(row) for row in copy)


@given(rows=st.lists(st.tuples(*(st.none() | values for _, values in FORMS.values())), min_size=1, max_size=8))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_binary_rows_lie_in_the_table_as_those_of_csv_do(session, rows):
    kinds = [kind for kind, _ in FORMS.values()]
    frame = pl.DataFrame([pl.Series(f"c{at}", [r[at] for r in rows], dtype=kind) for at, kind in enumerate(kinds)])
    data = frame_to_binary(frame, COLUMNS)
    assert data is not None
    assert copied(session, "binary", [HEADER, data, TRAILER]) == copied(session, "csv", [frame_to_csv(frame, RESULT)])


def test_slices_and_several_chunks(session):
    values = pl.DataFrame({"c1": pl.Series(range(1000), dtype=pl.Int32), "c6": [f"text {n}" for n in range(1000)]})
    values = values.with_columns(pl.when(pl.int_range(1000) % 7 > 0).then(pl.all()))
    part = pl.concat([values.slice(3, 500), values.slice(700, 50)], rechunk=False)
    columns = [CatalogColumn("c1", None, "integer"), CatalogColumn("c6", None, "text")]
    pieces = [frame_to_binary(part.slice(at, 100), columns) for at in range(0, part.height, 100)]
    session.connection.execute("TRUNCATE from_binary")
    with (
        session.connection.cursor() as cursor,
        cursor.copy("COPY from_binary (c1, c6) FROM STDIN (FORMAT binary)") as copy,
    ):
        for piece in (HEADER, *pieces, TRAILER):
            copy.write(piece)
    found = session.connection.execute("SELECT c1, c6 FROM from_binary ORDER BY row_number").fetchall()
    assert found == part.rows()


def test_no_rows():
    assert frame_to_binary(pl.DataFrame({"a": pl.Series([], dtype=pl.Int32)}), [COLUMNS[1]]) == b""


@pytest.mark.parametrize(
    ("declared", "values"),
    [
        ("integer", pl.Series([2**31])),
        ("integer", pl.Series([1], dtype=pl.UInt64)),
        ("integer", pl.Series(["1"])),
        ("bigint", pl.Series([1.0])),
        ("double precision", pl.Series([0.1], dtype=pl.Float32)),
        ("boolean", pl.Series([1])),
        ("text", pl.Series([b"a"])),
        ("text", pl.Series([1])),
        ("bytea", pl.Series(["a"])),
        ("date", pl.Series([dt.datetime(2020, 1, 1)])),
        ("date", pl.Series([2_932_897], dtype=pl.Int32).cast(pl.Date)),
        ("timestamp without time zone", pl.Series([dt.date(2020, 1, 1)])),
        ("timestamp without time zone", pl.Series([-(2**62)]).cast(pl.Datetime("us"))),
        ("timestamp with time zone", pl.Series([dt.datetime(2020, 1, 1)])),
        ("time without time zone", pl.Series([dt.date(2020, 1, 1)])),
        ("uuid", pl.Series(["no uuid"])),
        ("uuid", pl.Series([1])),
        ("numeric(38,10)", pl.Series([Decimal("1234567890123456789012.5")], dtype=pl.Decimal(38, 10))),
        ("numeric(38,0)", pl.Series([-(2**63)])),
        ("numeric", pl.Series([1.5])),
        ("money", pl.Series([Decimal(1)])),
        ("json", pl.Series(["{}"])),
        ("mood", pl.Series(["sad"])),
    ],
)
def test_what_the_server_must_convert_goes_as_text(declared, values):
    assert frame_to_binary(values.to_frame("a"), [CatalogColumn("a", None, declared)]) is None


def test_a_load_changes_its_form_where_it_must_and_stays_one(session):
    session.execute("CREATE TABLE forms (a int UNIQUE, b varchar(10))")
    columns = (ResultColumn("a", TypeSpec(DT.I8)), ResultColumn("b", TypeSpec(DT.WSTR, length=10)))
    frames = [pl.DataFrame({"0": [at], "1": [f"row {at}"]}) for at in range(3)]
    texts = pl.DataFrame({"0": ["7"], "1": ["text"]})
    assert session.bulk_load("forms", columns, [frames[0], texts, *frames[1:]], BulkOptions()) == 4
    with pytest.raises(SqlError, match="unique"):
        session.bulk_load("forms", columns, [pl.DataFrame({"0": [8], "1": ["new"]}), texts], BulkOptions())
    with pytest.raises(SqlError, match="out of range"):
        session.bulk_load("forms", columns, [pl.DataFrame({"0": [2**40], "1": ["large"]})], BulkOptions())
    rows = session.execute("SELECT a, b FROM forms ORDER BY a")[0].rows()
    assert list(rows) == [(0, "row 0"), (1, "row 1"), (2, "row 2"), (7, "text")]
