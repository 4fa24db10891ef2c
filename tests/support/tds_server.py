"""A test double of SQL Server: its wire (TDS 7.4), spoken to real clients, over dtserve's own T-SQL on SQLite.

It knows prelogin (without encryption), LOGIN7, SQL batches, RPC of sp_executesql, INSERT BULK with its data, attention,
and ``WAITFOR DELAY``. What only SQL Server's engine can do is not tested with it.
"""

from __future__ import annotations

import re
import select
import socket
import struct
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from dtserve.connections.base import BulkOptions, ResultColumn, ResultSet, SqlParameter
from dtserve.connections.errors import NoSuchTable, SqlError
from dtserve.connections.sql import open_session, parse_url
from dtserve.datatypes import DT, TypeSpec
from dtserve.errors import Canceled, DtserveError
from support.tds_wire import COLLATION, Kind, Reader, kind_of, type_info, value_bytes

__all__ = ["TdsServer"]

BATCH, RPC, REPLY, ATTENTION, BULK, LOGIN, PRELOGIN = 1, 3, 4, 6, 7, 16, 18
MORE, ERROR, COUNT, ATTN = 1, 2, 0x10, 0x20
ZONED = TypeSpec(DT.DBTIMESTAMPOFFSET, scale=7)
TEXT, NUMBER, FLAG = TypeSpec(DT.WSTR, length=128), TypeSpec(DT.I4), TypeSpec(DT.BOOL)
_NUMBERS = (
    (r"no such table: (?:main\.)?(.+)", 208, "Invalid object name '{0}'."),
    (r"no such column: (.+)", 207, "Invalid column name '{0}'."),
    (r"UNIQUE constraint failed: (.+)", 2627, "Violation of PRIMARY KEY constraint. Cannot insert duplicate key in '{0}'."),
    (r"NOT NULL constraint failed: (.+)", 515, "Cannot insert the value NULL into column '{0}'."),
)  # fmt: skip


class TdsServer:
    """Listens on loopback; ``sent`` is every batch and call it got, ``login`` what the last client said of itself."""

    def __init__(self, folder: Path, password: str = "p;w}") -> None:
        self.password = password
        self.database = f"sqlite:///{folder / 'sqlserver.db'}"
        self.sent: list[tuple[str, list[Any]]] = []
        self.loads: list[str] = []
        self.login: dict[str, str] = {}
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._threads: list[threading.Thread] = []
        self._closed = False
        accepting = threading.Thread(target=self._accept, daemon=True)
        accepting.start()
        self._threads.append(accepting)

    def url(self, user: str = "sa", password: str = "p%3Bw%7D", **options: Any) -> str:
        more = "".join(f"&{key}={value}" for key, value in options.items())
        return f"mssql://{user}:{password}@127.0.0.1:{self.port}/Sales?driver=pytds{more}"

    def stop(self) -> None:
        self._closed = True
        self._socket.close()
        for thread in self._threads:
            thread.join(5)
            assert not thread.is_alive()

    def _accept(self) -> None:
        while not self._closed:
            try:
                ready, _, _ = select.select([self._socket], [], [], 0.02)
                if not ready:
                    continue
                plug, _ = self._socket.accept()
            except (OSError, ValueError):
                return
            thread = threading.Thread(target=self._serve, args=(plug,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, plug: socket.socket) -> None:
        with plug:
            client = _Client(self, plug)
            try:
                client.run()
            except (OSError, EOFError):
                pass
            finally:
                client.close()


class _Client:
    def __init__(self, server: TdsServer, plug: socket.socket) -> None:
        self.server, self.plug = server, plug
        self.engine = open_session(parse_url(server.database, catalog="Sales"))
        self.loading: tuple[str, str] | None = None
        self.stopped = threading.Event()

    def close(self) -> None:
        self.engine.close()

    # --- packets -----------------------------------------------------------------------

    def run(self) -> None:
        while not self.server._closed:
            ready, _, _ = select.select([self.plug], [], [], 0.02)
            if ready:
                self.answer(*self.message())

    def message(self) -> tuple[int, bytes]:
        kind, data, last = 0, b"", False
        while not last:
            head = self.exactly(8)
            kind, last = head[0], bool(head[1] & 1)
            data += self.exactly(struct.unpack(">H", head[2:4])[0] - 8)
        return kind, data

    def exactly(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            part = self.plug.recv(size - len(data))
            if not part:
                raise EOFError
            data += part
        return data

    def send(self, data: bytes) -> None:
        size = 4096 - 8
        parts = [data[at : at + size] for at in range(0, len(data), size)] or [b""]
        for number, part in enumerate(parts):
            last = number == len(parts) - 1
            self.plug.sendall(struct.pack(">BBHHBB", REPLY, last, len(part) + 8, 0, number % 256, 0) + part)

    def answer(self, kind: int, data: bytes) -> None:
        if kind == PRELOGIN:
            self.send(bytes.fromhex("00000b00060100110001ff") + bytes(6) + b"\x02")
        elif kind == LOGIN:
            self.send(self.log_in(data))
        elif kind == ATTENTION:
            self.send(done(ATTN))
        else:
            work = {BATCH: self.batch, RPC: self.call, BULK: self.bulk}[kind]
            self.work(lambda: work(Reader(data)))

    def work(self, job: Any) -> None:
        """Do a job while listening for an attention."""
        found: list[bytes] = []
        self.stopped.clear()
        thread = threading.Thread(target=lambda: found.append(self.guarded(job)), daemon=True)
        thread.start()
        attention = False
        while thread.is_alive():
            ready, _, _ = select.select([self.plug], [], [], 0.02)
            if ready:
                assert self.message()[0] == ATTENTION
                attention = True
                self.stopped.set()
                self.engine.cancel()
            thread.join(0.01)
        self.send(done(ATTN) if attention else found[0])

    def guarded(self, job: Any) -> bytes:
        try:
            return bytes(job())
        except Canceled:
            return done(ERROR)
        except DtserveError as error:
            return failure(error) + done(ERROR)

    # --- requests ----------------------------------------------------------------------

    def log_in(self, data: bytes) -> bytes:
        def field(at: int) -> bytes:
            offset, size = struct.unpack_from("<HH", data, at)
            return data[offset : offset + 2 * size]

        names = {"host": 36, "user": 40, "application": 48, "server": 52, "database": 68}
        self.server.login = {name: field(at).decode("utf-16-le") for name, at in names.items()}
        secret = bytes(((b ^ 0xA5) << 4 & 0xF0) | ((b ^ 0xA5) >> 4) for b in field(44)).decode("utf-16-le")
        if secret != self.server.password:
            text = f"Login failed for user '{self.server.login['user']}'."
            return message(0xAA, 18456, 14, text) + done(ERROR)
        database = self.server.login["database"]
        name = "Test double".encode("utf-16-le")
        ack = struct.pack(">BI", 1, 0x74000004) + bytes([len(name) // 2]) + name + bytes([16, 0, 0, 0])
        changes = changed(1, b_text(database) + b_text("master")) + changed(7, b"\x05" + COLLATION + b"\0")
        return changes + changed(4, b_text("4096") + b_text("4096")) + token(0xAD, ack) + done(0)

    def batch(self, reader: Reader) -> bytes:
        reader.headers()
        text = reader.text((len(reader.data) - reader.at) // 2)
        self.server.sent.append((text, []))
        return replies(self.execute(text, []))

    def call(self, reader: Reader) -> bytes:
        reader.headers()
        size = reader.number(2)
        assert size == 0xFFFF, reader.text(size)
        assert reader.number(2) == 10, "sp_executesql"
        reader.take(2)
        values = []
        while reader.at < len(reader.data):
            name = reader.text(reader.number(1))
            reader.take(1)
            kind = reader.kind()
            values.append((name, reader.value(kind), ZONED if kind.number == 0x2B else None))
        text, given = values[0][1], values[2:]
        self.server.sent.append((text, [value for _, value, _ in given]))
        parameters = [SqlParameter(value, spec, name) for name, value, spec in given]
        return replies(self.execute(text, parameters), call=True)

    def execute(self, text: str, parameters: Sequence[SqlParameter]) -> list[ResultSet]:
        wait = re.match(r"\s*WAITFOR DELAY '00:00:(\d+)'", text, re.IGNORECASE)
        if wait:
            if self.stopped.wait(float(wait[1])):
                raise Canceled
            return [ResultSet()]
        load = re.match(r"INSERT BULK (\S+?)\((.*?)\) (WITH \([\w, =]*\))?\s*$", text, re.DOTALL)
        if load:
            self.server.loads.append(load[3] or "")
            self.loading = load[1], load[3] or ""
            return [ResultSet()]
        if "sys.dm_exec_describe_first_result_set" in text:
            return [self.described(str(parameters[0].value))]
        if "sys.columns c WHERE c.object_id" in text:
            return [self.columns(str(parameters[0].value))]
        if text.lower().startswith("use "):
            return [ResultSet()]
        if re.match(r"SET (IDENTITY_INSERT|TRANSACTION ISOLATION)", text):
            return [ResultSet()]
        if text.endswith(" described WHERE 1 = 0") and ";" in text:
            raise SqlError(detail="Incorrect syntax near ';'.")
        return self.engine.execute(text, parameters) or [ResultSet()]

    def described(self, text: str) -> ResultSet:
        if "#" in text:  # "The metadata could not be determined because the statement uses a temp table."
            return table(("name", "system_type_name", "is_nullable"), (TEXT, TEXT, FLAG), [])
        rows = [(c.name, declaration(c.type), c.nullable) for c in self.engine.describe(text)]
        return table(("name", "system_type_name", "is_nullable"), (TEXT, TEXT, FLAG), rows)

    def columns(self, path: str) -> ResultSet:
        names = (
            "name",
            "type",
            "max_length",
            "precision",
            "scale",
            "is_nullable",
            "is_identity",
            "is_computed",
            "default",
        )
        specs = (TEXT, TEXT, NUMBER, NUMBER, NUMBER, FLAG, FLAG, FLAG, TEXT)
        try:
            found = self.engine.require_table(path)
        except NoSuchTable:
            return table(names, specs, [])
        rows = []
        for column in found.columns:
            kind = column.type or TypeSpec(DT.WSTR, length=50)
            name, _, rest = declaration(kind).partition("(")
            size = -1 if "max" in rest else kind.length * (2 if kind.dt is DT.WSTR else 1)
            scale = kind.scale or (7 if name in ("datetime2", "time", "datetimeoffset") else 0)
            flags = (column.nullable, column.identity, column.computed)
            rows.append((column.name, name, size, kind.precision, scale, *flags, column.default or None))
        return table(names, specs, rows)

    def bulk(self, reader: Reader) -> bytes:
        assert self.loading is not None
        path, words = self.loading
        self.loading = None
        assert reader.number(1) == 0x81
        columns: list[tuple[str, Kind]] = []
        for _ in range(reader.number(2)):
            reader.take(6)
            kind = reader.kind()
            columns.append((reader.text(reader.number(1)), kind))
        rows = []
        while reader.number(1) == 0xD1:
            rows.append([reader.value(kind) for _, kind in columns])
        known = self.engine.require_table(path).by_name
        targets = [ResultColumn(name, known[name.lower()].type or TEXT) for name, _ in columns]
        frame = pl.DataFrame(
            [
                pl.Series(str(at), [offset(row[at]) for row in rows], dtype=column.type.polars(), strict=False)
                for at, column in enumerate(targets)
            ]
        )
        stored = (
            self.engine.bulk_load(
                path,
                targets,
                [frame],
                BulkOptions(keep_nulls="KEEP_NULLS" in words, check_constraints="CHECK_CONSTRAINTS" in words),
            )
            if rows
            else 0
        )
        return done(COUNT, stored)


# --- tokens ------------------------------------------------------------------------------


def token(number: int, data: bytes) -> bytes:
    return bytes([number]) + struct.pack("<H", len(data)) + data


def b_text(text: str) -> bytes:
    return bytes([len(text)]) + text.encode("utf-16-le")


def changed(kind: int, data: bytes) -> bytes:
    return token(0xE3, bytes([kind]) + data)


def done(status: int, rows: int = 0, number: int = 0xFD) -> bytes:
    return bytes([number]) + struct.pack("<HHQ", status, 0, rows)


def message(number: int, code: int, severity: int, text: str) -> bytes:
    body = struct.pack("<iBB", code, 1, severity) + struct.pack("<H", len(text)) + text.encode("utf-16-le")
    return token(number, body + b_text("double") + b_text("") + struct.pack("<I", 1))


def failure(error: DtserveError) -> bytes:
    detail = str(error.facts.get("detail", error.message))
    for pattern, code, text in _NUMBERS:
        found = re.search(pattern, detail)
        if found:
            return message(0xAA, code, 16, text.format(found[1]))
    return message(0xAA, 50000, 16, detail)


def replies(results: Sequence[ResultSet], *, call: bool = False) -> bytes:
    parts = []
    for number, result in enumerate(results):
        more = MORE if call or number < len(results) - 1 else 0
        rows = result.rows_affected
        if result.columns:
            kinds = [kind_of(column.type) for column in result.columns]
            heads = (
                struct.pack("<IH", 0, 1) + type_info(kind) + b_text(column.name)
                for kind, column in zip(kinds, result.columns, strict=True)
            )
            parts.append(b"\x81" + struct.pack("<H", len(kinds)) + b"".join(heads))
            rows = 0
            for row in result.rows():
                rows += 1
                cells = (value_bytes(kind, value) for kind, value in zip(kinds, row, strict=True))
                parts.append(b"\xd1" + b"".join(cells))
        parts.append(done(more | (COUNT if rows >= 0 else 0), max(rows, 0), 0xFF if call else 0xFD))
    if call:
        parts.append(b"\x79\0\0\0\0" + done(0, 0, 0xFE))
    return b"".join(parts)


def table(names: Sequence[str], specs: Sequence[TypeSpec], rows: Sequence[Sequence[Any]]) -> ResultSet:
    columns = tuple(ResultColumn(name, spec) for name, spec in zip(names, specs, strict=True))
    frame = pl.DataFrame(
        [pl.Series(str(at), [row[at] for row in rows], dtype=spec.polars()) for at, spec in enumerate(specs)]
    )
    return ResultSet(columns, len(rows), [frame])


def offset(value: Any) -> Any:
    if getattr(value, "tzinfo", None) is None:
        return value
    return {
        "utc": value.astimezone(__import__("datetime").UTC).replace(tzinfo=None),
        "offset": value.utcoffset().seconds // 60,
    }


def declaration(spec: TypeSpec) -> str:
    """The T-SQL type of an SSIS type, as SQL Server would name it."""
    simple = {
        DT.BOOL: "bit", DT.UI1: "tinyint", DT.I2: "smallint", DT.I4: "int", DT.I8: "bigint", DT.R4: "real", DT.R8: "float",
        DT.CY: "money", DT.GUID: "uniqueidentifier", DT.DBDATE: "date", DT.DBTIMESTAMP: "datetime", DT.TEXT: "varchar(max)",
        DT.NTEXT: "nvarchar(max)", DT.IMAGE: "varbinary(max)", DT.DBTIMESTAMP2: "datetime2(7)", DT.DBTIME2: "time(7)",
        DT.DBTIMESTAMPOFFSET: "datetimeoffset(7)",
    }  # fmt: skip
    if spec.dt in simple:
        return simple[spec.dt]
    if spec.dt in (DT.NUMERIC, DT.DECIMAL):
        return f"decimal({spec.precision},{spec.scale})"
    return f"{ {DT.STR: 'varchar', DT.BYTES: 'varbinary'}.get(spec.dt, 'nvarchar') }({spec.length})"
