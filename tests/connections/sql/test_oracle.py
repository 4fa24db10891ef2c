import sys
import types
from decimal import Decimal

import pytest

from dtserve.connections.base import SqlParameter
from dtserve.connections.errors import CannotAcquireConnection, DriverMissing, LostConnection, NotTranslatable, SqlError
from dtserve.connections.sql import open_session, parse_url

NAMES = [
    "NUMBER", "BINARY_DOUBLE", "BINARY_FLOAT", "DATE", "TIMESTAMP", "TIMESTAMP_TZ", "TIMESTAMP_LTZ", "CLOB", "NCLOB", "LONG", "BLOB", "LONG_RAW", "RAW", "VARCHAR",
]  # fmt: skip


class Failure:
    def __init__(self, code, text):
        self.code, self.text = code, text

    def __str__(self):
        return self.text


def double(refuse=None):
    """A test double of python-oracledb: it answers, and remembers what it was asked."""
    module = types.ModuleType("oracledb")
    module.Error = type("Error", (Exception,), {})
    module.defaults = types.SimpleNamespace()
    module.asked = []
    for name in NAMES:
        setattr(module, f"DB_TYPE_{name}", object())

    class Cursor:
        description, rowcount = None, 1

        def execute(self, text, values=()):
            module.asked.append((text, list(values)))
            if "nothere" in text.lower():
                raise module.Error(Failure(942, "ORA-00942: table or view does not exist"))
            if "lost" in text:
                raise module.Error(Failure(3113, "ORA-03113: end-of-file on communication channel"))
            if text.startswith("SELECT"):
                self.description = [
                    ("ID", module.DB_TYPE_NUMBER, None, None, 10, 0, 1), ("N", module.DB_TYPE_NUMBER, None, None, None, None, 1), ("V", module.DB_TYPE_VARCHAR, 30, 30, None, None, 1),
                    ("D", module.DB_TYPE_DATE, None, None, None, None, 1), ("R", module.DB_TYPE_RAW, None, 16, None, None, 1), ("C", module.DB_TYPE_CLOB, None, None, None, None, 1),
                ]  # fmt: skip
                self.left = [(Decimal(1), Decimal("1.5"), "x", None, b"y", "long")]

        parse = execute

        def fetchall(self):
            return self.fetchmany(9)

        def fetchmany(self, size):
            taken, self.left = self.left, []
            return taken

        def close(self):
            pass

    class Connection:
        autocommit = False

        def cursor(self):
            return Cursor()

        def commit(self):
            module.asked.append(("commit", []))

        def rollback(self):
            module.asked.append(("rollback", []))

        def close(self):
            module.asked.append(("close", []))

    def connect(**named):
        module.asked.append(("connect", named))
        if refuse:
            raise module.Error(Failure(1017, refuse))
        return Connection()

    module.connect = connect
    return module


@pytest.fixture
def module(monkeypatch):
    found = double()
    monkeypatch.setitem(sys.modules, "oracledb", found)
    return found


def test_statements_and_types(module):
    with open_session(parse_url("oracle://u:p@h:1522/svc?source=oracle")) as session:
        assert module.asked[0][1] == {"user": "u", "password": "p", "dsn": "h:1522/svc"}
        (result,) = session.execute("SELECT * FROM t WHERE a = ? AND b = ?", [SqlParameter(1), SqlParameter("x")])
        assert module.asked[-1] == ("SELECT * FROM t WHERE a = :1 AND b = :2", [1, "x"])
        assert [str(column.type) for column in result.columns] == [
            "DT_NUMERIC(10,0)",
            "DT_NUMERIC(38,10)",
            "DT_WSTR(30)",
            "DT_DBTIMESTAMP",
            "DT_BYTES(16)",
            "DT_NTEXT",
        ]
        assert next(iter(result.rows()))[:3] == (Decimal(1), Decimal("1.5000000000"), "x")
        assert session.describe("SELECT * FROM t")[0].name == "ID"
        assert session.table_columns("scott.emp")[0].name == "ID"
        assert module.asked[-1][0] == 'SELECT * FROM "SCOTT"."EMP" WHERE 1 = 0'
        session.begin()
        session.rollback()
        assert module.asked[-1][0] == "rollback"
        with pytest.raises(SqlError, match="ORA-00942"):
            session.execute("SELECT * FROM nothere")
        with pytest.raises(LostConnection):
            session.execute("SELECT lost FROM t")
    assert module.asked[-1][0] == "close"


def test_connecting(monkeypatch):
    monkeypatch.setitem(sys.modules, "oracledb", double("ORA-01017: invalid credential"))
    with pytest.raises(CannotAcquireConnection, match="ORA-01017"):
        open_session(parse_url("oracle://u:p@h/svc"))
    monkeypatch.setitem(sys.modules, "oracledb", None)
    with pytest.raises(DriverMissing, match="oracledb"):
        open_session(parse_url("oracle://u:p@h/svc"))


def test_statements_for_sql_server_do_not_go_to_oracle(module):
    with open_session(parse_url("oracle://u:p@h/svc")) as session:
        assert list(session.query("SELECT * FROM [scott].[emp]").rows())
        with pytest.raises(NotTranslatable):
            session.execute("SELECT TOP 1 a FROM t")
