"""A test double of a SQL Server driver: the face of python-tds (or mssql-python) over SQLite.

It knows the few T-SQL texts that a session itself sends. What a real server or driver does on
the wire is not tested with it.
"""

from __future__ import annotations

import re
import sqlite3
import types

__all__ = ["fake_driver"]

TYPES = {
    "INT": (38, 4, None, None),
    "BIGINT": (38, 8, None, None),
    "NVARCHAR": (231, 50, None, None),
    "DECIMAL": (108, 9, 18, 4),
    "BIT": (104, 1, None, None),
}


class Error(Exception):
    pass


class OperationalError(Error):
    def __init__(self, text, number=0):
        super().__init__(text)
        self.text, self.number = text, number


class Cursor:
    def __init__(self, connection):
        self.connection, self.sets, self.description, self.rowcount = connection, [], None, -1

    def execute(self, text, values=()):
        self.connection.sent.append((text, list(values)))
        if self.connection.broken:
            raise OperationalError("lost", 10054)
        plain = text.replace("%s", "?").replace("%%", "%") if self.connection.style == "format" else text
        self.sets = []
        for part in self._parts(plain, list(values)):
            self.sets.append(part)
        self._next()

    def _parts(self, text, values):
        known = re.fullmatch(r"(?:IF @@TRANCOUNT > 0 )?(BEGIN|COMMIT|ROLLBACK) TRANSACTION", text)
        if known:
            return [self._run(known[1], [])]
        if "sys.dm_exec_describe_first_result_set" in text:
            return [
                (
                    None,
                    [("a", "int", 1), ("b", "nvarchar(50)", 0)] if "described" in values[0] else [],
                    ["name", "type", "nullable"],
                )
            ]
        if "sys.columns" in text:
            return [(None, self._columns(values[0]), ["c"] * 9)]
        if text.startswith("SET IDENTITY_INSERT") or text.startswith("SET NOCOUNT ON; DECLARE"):
            answer = [(None, [(7, "out")], ["0", "1"])] if "SELECT @dtserve_out0" in text else []
            return [(3, None, None), *answer] if answer else [(0, None, None)]
        return [self._run(part, values) for part in text.split("\x1e")]

    def _columns(self, path):
        name = path.rpartition(".")[2].strip("[]")
        rows = self.connection.database.execute(f'PRAGMA table_info("{name}")').fetchall()
        return [(r[1], r[2].partition("(")[0].lower(), 100, 18, 4, 1 - r[3], int(r[5]), 0, r[4]) for r in rows]

    def _run(self, text, values):
        try:
            found = self.connection.database.execute(text.replace("[dbo].", ""), values)
        except sqlite3.Error as error:
            raise OperationalError(str(error), 1205 if "deadlock" in text else 0) from None
        names = [item[0] for item in found.description or ()]
        return (found.rowcount, found.fetchall() if names else None, names)

    def _next(self):
        self.rowcount, self.rows, names = self.sets.pop(0)
        self.description = None
        if self.rows is not None:
            self.description = [(n, *self._type(n)[:1], None, *self._type(n)[1:], True) for n in names]

    def _type(self, name):
        for table in [
            row[0] for row in self.connection.database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]:
            for row in self.connection.database.execute(f'PRAGMA table_info("{table}")'):
                if row[1] == name:
                    return TYPES[row[2].partition("(")[0].upper()]
        return (0, None, None, None)

    def nextset(self):
        if not self.sets:
            return None
        self._next()
        return True

    def fetchone(self):
        return self.rows.pop(0) if self.rows else None

    def fetchmany(self, size):
        taken, self.rows = self.rows[:size], self.rows[size:]
        return taken

    def fetchall(self):
        return self.fetchmany(len(self.rows))

    def executemany(self, text, rows):
        for row in rows:
            self.execute(text, row)

    def copy_to(self, table_or_view, schema, columns, data, **options):
        self.connection.copies.append((table_or_view, schema, [c.column_name for c in columns], options))
        marks = ", ".join("?" for _ in columns)
        try:
            self.connection.database.executemany(
                f'INSERT INTO "{table_or_view}" ({", ".join(c.column_name for c in columns)}) VALUES ({marks})', data
            )
        except sqlite3.Error as error:
            raise OperationalError(str(error)) from None

    def close(self):
        self.rows = []


class BulkCursor(Cursor):
    """As mssql-python has it."""

    def bulkcopy_arrow(self, table_name, source, *, column_mappings, **options):
        self.connection.copies.append((table_name, None, column_mappings, options))
        if self.connection.panics:
            raise type("PanicException", (BaseException,), {})("native panic")
        marks = ", ".join("?" for _ in column_mappings)
        name = table_name.rpartition(".")[2]
        self.connection.database.executemany(
            f"INSERT INTO {name} ({', '.join(column_mappings)}) VALUES ({marks})",
            [tuple(row.values()) for row in source.read_all().to_pylist()],
        )


class Connection:
    def __init__(self, style, arguments):
        self.style, self.arguments, self.sent, self.copies, self.broken, self.panics = (
            style,
            arguments,
            [],
            [],
            False,
            False,
        )
        self.database = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)

    def cursor(self):
        return Cursor(self) if self.style == "format" else BulkCursor(self)

    def close(self):
        self.database.close()


def fake_driver(style="format", refuse=""):
    """A module with ``connect`` and ``Error``; ``connections`` lists what was opened."""
    module = types.ModuleType("fake")
    module.Error = Error
    module.connections = []

    def connect(*positional, **named):
        if refuse:
            raise OperationalError(refuse)
        module.connections.append(Connection(style, (positional, named)))
        return module.connections[-1]

    module.connect = connect
    return module
