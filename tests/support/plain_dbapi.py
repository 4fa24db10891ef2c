"""A session over Python's own sqlite3 as a plain DB-API driver: a real database for what drivers share."""

import sqlite3
from decimal import Decimal

from dtserve.connections.errors import CannotAcquireConnection
from dtserve.connections.sql.dbapi import DbApiSession
from dtserve.connections.sql.target import DatabaseTarget

__all__ = ["PlainSession", "plain_session"]

sqlite3.register_adapter(Decimal, str)


class PlainSession(DbApiSession):
    dialect = "sqlite"
    errors_base = sqlite3.Error

    def connect(self):
        try:
            return sqlite3.connect(self.target.database, isolation_level=None, check_same_thread=False)
        except sqlite3.Error as error:
            raise CannotAcquireConnection(name="plain", detail=str(error)) from None

    def marker(self, position, slot):
        return "?"

    def quote(self, name):
        return f"`{name}`"

    def column_type(self, cursor, at):
        return None

    def start(self):
        self.connection.execute("BEGIN")

    def finish(self, commit):
        self.connection.execute("COMMIT" if commit else "ROLLBACK")

    def stop(self):
        self.connection.interrupt()


def plain_session(path=":memory:"):
    return PlainSession(DatabaseTarget("sqlite", database=str(path), source="sqlite"))
