"""A test double of SQL Server: its wire (TDS 7.4), spoken to real clients, over dtserve's own T-SQL on SQLite.

It knows prelogin with TLS, LOGIN7, SQL batches, RPC of sp_executesql, of prepared statements and of procedures
that a test hands in, requests of the transaction manager, INSERT BULK with its data, attention, and
``WAITFOR DELAY``. What only SQL Server's engine can do is not tested with it.
"""

from __future__ import annotations

import re
import select
import socket
import struct
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import polars as pl

from dtserve.connections.base import BulkOptions, ResultColumn, ResultSet, SqlParameter
from dtserve.connections.errors import NoSuchTable, SqlError
from dtserve.connections.sql import open_session, parse_url
from dtserve.datatypes import DT, TypeSpec
from dtserve.errors import Canceled, DtserveError
from support.fake_sql_server import ServerError
from support.tds_link import ATTENTION, BATCH, BULK, LOGIN, PRELOGIN, RPC, TRANSACTION, Link, server_context
from support.tds_tokens import (
    ATTN,
    COUNT,
    ERROR,
    changed,
    changes_of_login,
    declaration,
    done,
    failure,
    message,
    offset,
    replies,
    table,
    token,
    transaction_change,
)
from support.tds_wire import COLLATION, Kind, Reader

__all__ = ["SAMPLES", "Answer", "TdsServer", "plain_name"]

ZONED = TypeSpec(DT.DBTIMESTAMPOFFSET, scale=7)
TEXT, NUMBER, FLAG = TypeSpec(DT.WSTR, length=128), TypeSpec(DT.I4), TypeSpec(DT.BOOL)
INT = Kind(0x26, 4)
_NUMBERED = {
    10: "sp_executesql",
    11: "sp_prepare",
    12: "sp_execute",
    13: "sp_prepexec",
    15: "sp_unprepare",
}
_LEVELS = {1: "READ UNCOMMITTED", 2: "READ COMMITTED", 3: "REPEATABLE READ", 4: "SERIALIZABLE", 5: "SNAPSHOT"}
_DECLARED = re.compile(r"(@\w+)\s+(?:AS\s+)?(\w+(?:\s*\([^)]*\))?)", re.IGNORECASE)
_LOAD = re.compile(r"INSERT BULK (\S+?)\s*\((.*?)\)\s*(WITH\s*\([\w, =]*\))?\s*;?\s*$", re.DOTALL | re.IGNORECASE)
_SHAPE = re.compile(r"SET FMTONLY ON;.*EXEC sp_tablecollations_100 N'([^']+)'", re.DOTALL)
_EXEC = re.compile(
    r"(?P<before>.*?)\bEXEC(?:UTE)?\s+(?:(?P<status>@\w+)\s*=\s*)?(?P<name>[\w.\[\]]+)\s*(?P<arguments>[^;]*)(?P<after>.*)",
    re.IGNORECASE | re.DOTALL,
)


@dataclass
class Answer:
    """What a procedure of a test answers: results, OUTPUT values by name, return value."""

    results: list[ResultSet] = field(default_factory=list)
    outputs: Mapping[str, Any] = field(default_factory=dict)
    status: int = 0


@dataclass
class Given:
    """A parameter of a call as the client sent it."""

    name: str
    kind: Kind
    value: Any
    output: bool


def _doubled(arguments: dict[str, Any]) -> Answer:
    value, text = arguments["@value"], arguments.get("@text")
    outputs = {"@twice": 2 * value, "@text": None if text is None else text * 2}
    return Answer([table(("value",), (NUMBER,), [(value,)])], outputs, 3)


SAMPLES = {"doubled": _doubled}
"""A procedure: a row, two OUTPUT parameters and a return value."""


class TdsServer:
    """Listens on loopback; ``sent`` is every batch and call it got, ``login`` what the last client said of itself."""

    def __init__(
        self,
        folder: Path,
        password: str = "p;w}",
        *,
        certificate: tuple[Path, Path] | None = None,
        required: bool = False,
        driver: str = "pytds",
        procedures: Mapping[str, Callable[[dict[str, Any]], Answer]] = MappingProxyType({}),
    ) -> None:
        self.driver = driver
        self.password = password
        self.context = server_context(*certificate) if certificate else None
        self.required = required
        self.procedures = procedures
        self.fresh(folder)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._threads: list[threading.Thread] = []
        self._closed = False
        accepting = threading.Thread(target=self._accept, daemon=True)
        accepting.start()
        self._threads.append(accepting)

    def fresh(self, folder: Path) -> None:
        """From now on an empty database, and nothing told of what came before."""
        self.database = f"sqlite:///{folder / 'sqlserver.db'}"
        self.sent: list[tuple[str, list[Any]]] = []
        self.loads: list[str] = []
        self.login: dict[str, str] = {}
        self.encrypted: list[str] = []

    def answered(self, text: str, user: str) -> list[ResultSet] | None:
        """The answer to a text that this server knows itself; None where its database answers."""

    def procedure(self, name: str, arguments: dict[str, Any], user: str) -> Answer:
        """Run one of ``procedures``."""
        known = self.procedures.get(plain_name(name))
        if known is None:
            raise SqlError(detail=f"Could not find stored procedure '{name}'.")
        return known(arguments)

    def url(self, user: str = "sa", password: str = "p%3Bw%7D", **options: Any) -> str:
        if self.driver == "mssql_python":
            options = {"trust": "yes", **options}
        more = "".join(f"&{key}={value}" for key, value in options.items())
        return f"mssql://{user}:{password}@127.0.0.1:{self.port}/Sales?driver={self.driver}{more}"

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
        self.server = server
        self.link = Link(plug, server.context, server.required)
        self.descriptor = 0
        self.user = ""
        self.started()
        self.after_sending: Callable[[], None] = lambda: None
        self.loading: tuple[str, str] | None = None
        self.stopped = threading.Event()

    def started(self) -> None:
        """As after the login."""
        self.engine = open_session(parse_url(self.server.database, catalog="Sales"))
        self.prepared: dict[int, tuple[str, str]] = {}

    def close(self) -> None:
        self.engine.close()

    # --- packets -----------------------------------------------------------------------

    def run(self) -> None:
        while not self.server._closed:
            if self.link.ready():
                self.answer(*self.link.message())

    def answer(self, kind: int, data: bytes) -> None:
        if kind == PRELOGIN:
            self.link.prelogin(data)
        elif kind == LOGIN:
            self.link.send(self.log_in(data))
            self.after_sending()
        elif kind == ATTENTION:
            self.link.send(done(ATTN))
        else:
            first = b""
            if self.link.reset:  # a client that takes the connection from its pool
                self.close()
                self.started()
                first = changed(18, b"\0\0")
            work = {BATCH: self.batch, RPC: self.call, BULK: self.bulk, TRANSACTION: self.transaction}[kind]
            self.work(lambda: first + work(Reader(data)))

    def work(self, job: Any) -> None:
        """Do a job while listening for an attention."""
        found: list[bytes] = []
        self.stopped.clear()
        thread = threading.Thread(target=lambda: found.append(self.guarded(job)), daemon=True)
        thread.start()
        thread.join(0.01)
        attention = False
        while thread.is_alive():
            if self.link.ready():
                assert self.link.message()[0] == ATTENTION
                attention = True
                self.stopped.set()
                self.engine.cancel()
            thread.join(0.01)
        self.link.send(done(ATTN) if attention else found[0])

    def guarded(self, job: Any) -> bytes:
        try:
            return bytes(job())
        except Canceled:
            return done(ERROR)
        except DtserveError as error:
            return failure(error) + done(ERROR)
        except ServerError as error:
            return message(0xAA, error.msg_no, 16, error.text) + done(ERROR)

    # --- requests ----------------------------------------------------------------------

    def log_in(self, data: bytes) -> bytes:
        def field(at: int) -> bytes:
            offset, size = struct.unpack_from("<HH", data, at)
            return data[offset : offset + 2 * size]

        names = {"host": 36, "user": 40, "application": 48, "server": 52, "database": 68}
        self.server.login = {name: field(at).decode("utf-16-le") for name, at in names.items()}
        self.server.encrypted.append(self.link.encrypted)
        self.user = self.server.login["user"]
        secret = bytes(((b ^ 0xA5) << 4 & 0xF0) | ((b ^ 0xA5) >> 4) for b in field(44)).decode("utf-16-le")
        if secret != self.server.password:
            text = f"Login failed for user '{self.server.login['user']}'."
            return message(0xAA, 18456, 14, text) + done(ERROR)
        name = "Test double".encode("utf-16-le")
        ack = struct.pack(">BI", 1, 0x74000004) + bytes([len(name) // 2]) + name + bytes([16, 0, 0, 0])
        size = min(max(struct.unpack_from("<I", data, 8)[0], 512), 32767) or 4096
        answer = changes_of_login(self.server.login["database"] or "master", size) + token(0xAD, ack) + done(0)
        self.after_sending = lambda: setattr(self.link, "size", size)
        return answer

    def batch(self, reader: Reader) -> bytes:
        reader.headers()
        text = reader.text((len(reader.data) - reader.at) // 2)
        self.server.sent.append((text, []))
        return self.changing(lambda: replies(self.execute(text, [])))

    def changing(self, job: Callable[[], bytes]) -> bytes:
        """A job, and word of the transaction that it begins or ends."""
        before = self.engine.transaction_depth
        found = job()
        after = self.engine.transaction_depth
        if bool(before) == bool(after):
            return found
        if after:
            self.descriptor += 1
        return transaction_change(8 if after else 9, self.descriptor) + found

    def transaction(self, reader: Reader) -> bytes:
        """A request of the transaction manager."""
        reader.headers()
        kind = reader.number(2)
        level = reader.number(1) if kind == 5 else 0
        text = {5: "BEGIN TRANSACTION", 7: "COMMIT TRANSACTION", 8: "ROLLBACK TRANSACTION"}[kind]
        self.server.sent.append((f"{text} {_LEVELS.get(level, '')}".rstrip(), []))
        rest = reader.data[reader.at :]
        self.execute(text, [])
        if kind == 5:
            self.descriptor += 1
        found = transaction_change({5: 8, 7: 9, 8: 10}[kind], self.descriptor)
        if kind != 5 and len(rest) > 1 and rest[1 + rest[0] * 2] & 1:  # and begin another one
            self.execute("BEGIN TRANSACTION", [])
            self.descriptor += 1
            found += transaction_change(8, self.descriptor)
        return found + done(0)

    def call(self, reader: Reader) -> bytes:
        """One or several procedures."""
        reader.headers()
        found = b""
        while reader.at < len(reader.data):
            size = reader.number(2)
            name = _NUMBERED[reader.number(2)] if size == 0xFFFF else reader.text(size)
            reader.take(2)
            given = []
            while reader.at < len(reader.data):
                length = reader.number(1)
                if length == 0xFF:  # another call follows
                    break
                label, flags = reader.text(length), reader.number(1)
                kind = reader.kind()
                given.append(Given(label, kind, reader.value(kind), bool(flags & 1)))
            found += self.changing(lambda name=name, given=given: self.called(name.lower(), given))
        return found

    def called(self, name: str, given: list[Given]) -> bytes:
        if name == "sp_executesql":
            return self.prepared_call(given[0].value, given[1].value if len(given) > 1 else "", given[2:])
        if name in ("sp_prepare", "sp_prepexec"):
            handle = len(self.prepared) + 1
            self.prepared[handle] = given[2].value, given[1].value or ""
            first = [("", INT, handle)]
            if name == "sp_prepare":
                return replies([], call=True, outputs=first)
            return self.prepared_call(given[2].value, given[1].value or "", given[3:], first)
        if name == "sp_execute":
            return self.prepared_call(*self.prepared[given[0].value], given[1:])
        if name == "sp_unprepare":
            del self.prepared[given[0].value]
            return replies([], call=True)
        self.server.sent.append((name, [each.value for each in given]))
        answer = self.procedure(name, {each.name: each.value for each in given})
        outputs = [(each.name, each.kind, answer.outputs.get(each.name)) for each in given if each.output]
        return replies(answer.results, call=True, status=answer.status, outputs=outputs)

    def prepared_call(
        self, text: str, declared: str, given: list[Given], first: Sequence[tuple[str, Kind, Any]] = ()
    ) -> bytes:
        names = [found[1] for found in _DECLARED.finditer(declared)]
        for each, name in zip(given, names, strict=False):
            each.name = each.name or name
        self.server.sent.append((text, [each.value for each in given]))
        parameters = [
            SqlParameter(each.value, ZONED if each.kind.number == 0x2B else None, each.name, "Output" if each.output else "Input")
            for each in given
        ]  # fmt: skip
        results = self.execute(text, parameters)
        values = {name: value for result in results for name, value in result.output_values.items()}
        outputs = [(each.name, each.kind, values.get(each.name)) for each in given if each.output]
        return replies(results, call=True, outputs=[*first, *outputs])

    def procedure(self, name: str, arguments: dict[str, Any]) -> Answer:
        return self.server.procedure(name, arguments, self.user)

    def executed(self, call: re.Match[str], parameters: Sequence[SqlParameter]) -> list[ResultSet]:
        """A batch with EXEC of a procedure: what stands before it, the procedure, what stands behind it."""
        before = call["before"]
        pieces = [piece.strip() for piece in call["arguments"].split(",") if piece.strip()]
        named = [
            re.match(r"(?:(@\w+)\s*=\s*)?(.*?)(\s+OUT(?:PUT)?)?$", piece, re.IGNORECASE | re.DOTALL) for piece in pieces
        ]
        arguments: dict[str, Any] = {}
        sent = {"NULL": None, **{each.name: each.value for each in parameters}}
        if all(each and each[1] and each[2] in sent for each in named):
            arguments = {each[1]: sent[each[2]] for each in named if each}
        elif named:
            rows = self.engine.execute(f"{before} SELECT {', '.join(each[2] for each in named if each)}", parameters)
            (row,) = rows[-1].rows()
            arguments = {
                each[1] or str(at): value for at, (each, value) in enumerate(zip(named, row, strict=True)) if each
            }
        answer = self.procedure(call["name"], arguments)
        places = {each[2]: each[1] or str(at) for at, each in enumerate(named) if each and each[3]}
        values = {place: answer.outputs.get(name) for place, name in places.items()}
        if call["status"]:
            values[call["status"]] = answer.status
        changes = "".join(f" SET {place} = {_literal(value)};" for place, value in values.items())
        text = f"{before}{changes} {call['after'].lstrip('; ')}"
        rest = self.engine.execute(text, parameters) if text.strip() else []
        return [*answer.results, *(each for each in rest if each.columns or not answer.results)]

    def execute(self, text: str, parameters: Sequence[SqlParameter]) -> list[ResultSet]:
        own = self.server.answered(text, self.user)
        if own is not None:
            return own
        wait = re.match(r"\s*WAITFOR DELAY '00:00:(\d+)'", text, re.IGNORECASE)
        if wait:
            if self.stopped.wait(float(wait[1])):
                raise Canceled
            return [ResultSet()]
        load = _LOAD.match(text)
        if load:
            self.server.loads.append(load[3] or "")
            self.loading = load[1], load[3] or ""
            return [ResultSet()]
        if "sys.dm_exec_describe_first_result_set" in text:
            return [self.described(str(parameters[0].value))]
        if "sys.columns c WHERE c.object_id" in text:
            return [self.columns(str(parameters[0].value))]
        if "FROM sys.triggers" in text:
            found = self.engine.insert_triggers(text.partition("OBJECT_ID('")[2].partition("')")[0])
            return [table(("name",), (TEXT,), [(name,) for name in found])]
        shape = _SHAPE.search(text)
        if shape:
            return self.shape(shape[1])
        call = _EXEC.fullmatch(text)
        if call and not call["before"].strip().lower().startswith("select"):
            return self.executed(call, parameters)
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

    def shape(self, path: str) -> list[ResultSet]:
        """What a bulk copy asks of a table: open transactions, the columns, their collations."""
        found = self.engine.require_table(path).columns
        empty = table([c.name for c in found], [c.type or TEXT for c in found], [])
        spec = TypeSpec(DT.BYTES, length=5)
        texts = [
            (at + 1, c.name, *((COLLATION, "Latin1_General_CI_AS") if (c.type or TEXT).family == "text" else (None, None)))
            for at, c in enumerate(found)
        ]  # fmt: skip
        names = ("colid", "name", "tds_collation", "collation")
        return [table(("",), (NUMBER,), [(0,)]), empty, table(names, (NUMBER, TEXT, spec, TEXT), texts)]

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
                BulkOptions(
                    keep_identity=any(known[name.lower()].identity for name, _ in columns),
                    keep_nulls="KEEP_NULLS" in words,
                    check_constraints="CHECK_CONSTRAINTS" in words,
                ),
            )
            if rows
            else 0
        )
        return done(COUNT, stored)


def plain_name(name: str) -> str:
    """A procedure's name without its schema and brackets."""
    return re.sub(r"[\[\]]", "", name).rpartition(".")[2].lower()


def _literal(value: Any) -> str:
    if value is None:
        return "NULL"
    return str(value) if isinstance(value, int | float) else "N'" + str(value).replace("'", "''") + "'"
