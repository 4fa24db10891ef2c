import sqlite3
import sys
import types

import pytest

from dtserve.connections.errors import CannotAcquireConnection, DriverMissing, LostConnection, SqlError
from dtserve.connections.registry import create_connection
from support.connections import environment, manager


def double(refuse=None):
    """A test double of pyodbc over SQLite."""
    module = types.ModuleType("pyodbc")
    module.Error = type("Error", (Exception,), {})
    module.strings = []

    class Cursor:
        def __init__(self, database):
            self.database, self.description, self.rowcount = database, None, -1

        def execute(self, text, values=()):
            try:
                self.found = self.database.execute(text.replace('"', "`"), values)
            except sqlite3.Error as error:
                state = "08S01" if "lost" in text else "42S02"
                raise module.Error(state, f"[{state}] [Vendor][Driver]{error}") from None
            self.description = (
                [(item[0], str, None, 50, 50, 0, True) for item in self.found.description]
                if self.found.description
                else None
            )
            self.rowcount = self.found.rowcount

        def fetchall(self):
            return self.found.fetchall()

        def fetchmany(self, size):
            return self.found.fetchmany(size)

        def fetchone(self):
            return self.found.fetchone()

        def nextset(self):
            return False

        def close(self):
            pass

    class Connection:
        autocommit = True

        def __init__(self):
            self.database = sqlite3.connect(":memory:", isolation_level=None)

        def getinfo(self, number):
            assert number == 29
            return '"'

        def cursor(self):
            return Cursor(self.database)

        def close(self):
            self.database.close()

    def connect(string, **named):
        module.strings.append(string)
        if refuse:
            raise module.Error("IM002", f"[IM002] [Vendor]{refuse}")
        return Connection()

    module.connect = connect
    return module


def session():
    text = "DSN=Stuff;UID=u;"
    return create_connection(
        manager("ODBC", {"ConnectionString": text}, sensitive={"Password": "p{w"}), environment()
    ).session()


def test_statements(monkeypatch):
    module = double()
    monkeypatch.setitem(sys.modules, "pyodbc", module)
    with session() as opened:
        assert module.strings == ["DSN=Stuff;UID=u;PWD={p{w};"]
        opened.execute("CREATE TABLE `T` (a TEXT)")
        opened.execute("INSERT INTO T VALUES ('x')")
        assert list(opened.query("SELECT a FROM T").rows()) == [("x",)]
        assert [(c.name, str(c.type)) for c in opened.table_columns("dbo.t")] == [("a", "DT_WSTR(50)")]
        with pytest.raises(SqlError, match="no such table") as caught:
            opened.execute("SELECT * FROM nothere")
        assert "Vendor" not in caught.value.message
        with pytest.raises(LostConnection):
            opened.execute("SELECT lost FROM nothere")


def test_connecting(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyodbc", double("Data source name not found"))
    with pytest.raises(CannotAcquireConnection, match="Data source name not found") as caught:
        session()
    assert "p{w" not in caught.value.describe()
    monkeypatch.setitem(sys.modules, "pyodbc", None)
    with pytest.raises(DriverMissing, match="pyodbc"):
        session()
