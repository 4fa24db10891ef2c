import sys

import polars as pl
import pytds
import pytest

from dtserve.connections.base import BulkOptions, ResultColumn, SqlParameter
from dtserve.connections.errors import CannotAcquireConnection, DriverMissing, LostConnection, NoSuchTable, SqlError
from dtserve.connections.sql import open_session, parse_url
from dtserve.datatypes import DT, TypeSpec
from support.fake_tds import fake_driver

URL = "mssql://sa:pa;ss@db\\INST:1500/Sales?driver={}&application=x"
COLUMNS = (ResultColumn("id", TypeSpec(DT.I4)), ResultColumn("name", TypeSpec(DT.WSTR, 50)))


@pytest.fixture(params=["pytds", "mssql_python"])
def session(request, monkeypatch):
    module = fake_driver("format" if request.param == "pytds" else "qmark")
    monkeypatch.setitem(sys.modules, request.param, module)
    opened = open_session(parse_url(URL.format(request.param), manager="Sales", catalog="Sales"))
    opened.execute("CREATE TABLE T (id INT, name NVARCHAR(50), n DECIMAL(18,4))")
    monkeypatch.setitem(sys.modules, "pytds", pytds)  # bulk copies describe columns with the real one
    yield opened
    opened.close()


def test_how_each_driver_is_told_where_to_go(session):
    positional, named = session.connection.arguments
    if session.driver == "pytds":
        assert (named["dsn"], named["port"], named["database"], named["user"], named["password"]) == (
            "db\\inst",
            1500,
            "Sales",
            "sa",
            "pa;ss",
        )
        assert named["autocommit"]
        assert named["validate_host"]
    else:
        assert positional[0] == "Server=db\\inst,1500;Database=Sales;UID=sa;PWD={pa;ss};Encrypt=yes;"
    assert not session.translator.needed


def test_statements_go_as_they_are(session):
    session.execute("INSERT INTO T VALUES (?, '50%', ?)", [SqlParameter(1), SqlParameter(None)])
    text, values = session.connection.sent[-1]
    assert values == [1, None]
    assert text == (
        "INSERT INTO T VALUES (%s, '50%%', %s)" if session.driver == "pytds" else "INSERT INTO T VALUES (?, '50%', ?)"
    )
    (result,) = session.execute("SELECT id, name, n FROM T WHERE name = @Name", [SqlParameter("50%", name="@name")])
    assert list(result.rows()) == [(1, "50%", None)]
    if session.driver == "pytds":
        assert [str(column.type) for column in result.columns] == ["DT_I4", "DT_WSTR(50)", "DT_NUMERIC(18,4)"]
    streamed = session.query("SELECT id FROM T WHERE id = ?", [SqlParameter(1)], batch_rows=1)
    assert [frame.rows() for frame in streamed.batches] == [[(1,)]]
    with pytest.raises(SqlError, match="required parameters"):
        session.execute("SELECT ?")


def test_output_values_come_back(session):
    parameters = [
        SqlParameter(None, TypeSpec(DT.I4), "ret", "ReturnValue"),
        SqlParameter(5, TypeSpec(DT.I4)),
        SqlParameter(None, None, "", "Output", 20),
    ]
    results = session.execute("EXEC ? = dbo.p ?, ? OUTPUT", parameters)
    assert results[-1].output_values == {"ret": 7, "2": "out"}
    text, values = session.connection.sent[-1]
    assert values == [5]
    assert text.startswith(
        "SET NOCOUNT ON; DECLARE @dtserve_out0 int; DECLARE @dtserve_out1 nvarchar(20); EXEC @dtserve_out0 = dbo.p "
    )


def test_descriptions_and_tables(session):
    assert [(c.name, str(c.type), c.nullable) for c in session.describe("SELECT a, b FROM described")] == [
        ("a", "DT_I4", True),
        ("b", "DT_WSTR(50)", False),
    ]
    assert session.describe("SELECT id FROM T")[0].name == "id"
    assert [str(column.type) for column in session.table_columns("[dbo].[T]")] == [
        "DT_I4",
        "DT_WSTR(50)",
        "DT_NUMERIC(18,4)",
    ]
    with pytest.raises(NoSuchTable):
        session.table_columns("nothere")


def test_loads_are_bulk_copies(session):
    frame = pl.DataFrame({"a": pl.Series([1, 2], dtype=pl.Int32), "b": ["x", "y"]})
    assert session.bulk_load("dbo.T", COLUMNS, [frame], BulkOptions(keep_nulls=True)) == 2
    (copy,) = session.connection.copies
    assert copy[2] == ["id", "name"]
    assert copy[3]["keep_nulls"]
    assert copy[3]["check_constraints"]
    session.begin()
    session.bulk_load("dbo.T", COLUMNS, [frame], BulkOptions())
    assert len(session.connection.copies) == (2 if session.driver == "pytds" else 1)
    session.rollback()
    assert next(iter(session.execute("SELECT COUNT(*) FROM T")[0].rows()))[0] == 2
    sent = [text for text, _ in session.connection.sent]
    assert "BEGIN TRANSACTION" in sent
    assert "IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION" in sent
    assert session.insert_rows("dbo.T", COLUMNS, frame, BulkOptions()) == []


def test_explicit_identity_values(session):
    session.execute("CREATE TABLE I (id INT PRIMARY KEY, name NVARCHAR(50))")
    frame = pl.DataFrame({"a": pl.Series([5], dtype=pl.Int32), "b": ["x"]})
    session.begin()
    session.bulk_load("I", COLUMNS, [frame], BulkOptions(keep_identity=True))
    session.commit()
    said = [text for text, _ in session.connection.sent if "IDENTITY_INSERT" in text]
    if session.driver == "pytds":  # the column in the list of a bulk copy is enough
        assert (said, session.connection.copies[-1][2]) == ([], ["id", "name"])
    else:
        assert said == ["SET IDENTITY_INSERT [I] ON", "SET IDENTITY_INSERT [I] OFF"]


def test_errors(session):
    with pytest.raises(SqlError, match="nothere"):
        session.execute("SELECT * FROM nothere")
    with pytest.raises(LostConnection):
        session.execute("SELECT deadlock FROM nothere")
    if session.driver == "mssql_python":
        session.connection.panics = True
        with pytest.raises(SqlError, match="panic"):
            session.bulk_load(
                "T", COLUMNS, [pl.DataFrame({"a": pl.Series([1], dtype=pl.Int32), "b": ["x"]})], BulkOptions()
            )
    session.connection.broken = True
    with pytest.raises(LostConnection, match="lost"):
        session.execute("SELECT 1")


def test_connecting(monkeypatch):
    monkeypatch.setitem(sys.modules, "pytds", fake_driver(refuse="Login failed for user 'sa'"))
    monkeypatch.setitem(sys.modules, "mssql_python", None)
    with pytest.raises(CannotAcquireConnection, match="Login failed") as caught:
        open_session(parse_url(URL.format("pytds"), manager="Sales"))
    assert "pa;ss" not in caught.value.describe()
    with pytest.raises(CannotAcquireConnection, match="Kerberos"):
        open_session(parse_url("mssql://db/Sales?integrated=yes"))
    monkeypatch.setitem(sys.modules, "pytds", None)
    with pytest.raises(DriverMissing, match="mssql-python or python-tds"):
        open_session(parse_url("mssql://u@db/Sales"))
