"""Tokens of TDS 7.4: what a server answers; for :mod:`support.tds_server`. Source: MS-TDS §2.2.7."""

from __future__ import annotations

import re
import struct
from collections.abc import Sequence
from datetime import UTC
from typing import Any

import polars as pl

from dtserve.connections.base import ResultColumn, ResultSet
from dtserve.datatypes import DT, TypeSpec
from dtserve.errors import DtserveError
from support.tds_wire import COLLATION, Kind, kind_of, type_info, value_bytes

__all__ = [
    "ATTN", "COUNT", "ERROR", "MORE", "b_text", "changed", "changes_of_login", "declaration", "done", "failure", "message",
    "offset", "replies", "returned", "table", "token", "transaction_change",
]  # fmt: skip

MORE, ERROR, COUNT, ATTN = 1, 2, 0x10, 0x20
_NUMBERS = (
    (r"no such table: (?:main\.)?(.+)", 208, "Invalid object name '{0}'."),
    (r"no such column: (.+)", 207, "Invalid column name '{0}'."),
    (r"UNIQUE constraint failed: (.+)", 2627, "Violation of PRIMARY KEY constraint. Cannot insert duplicate key in '{0}'."),
    (r"NOT NULL constraint failed: (.+)", 515, "Cannot insert the value NULL into column '{0}'."),
)  # fmt: skip


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


def replies(
    results: Sequence[ResultSet],
    *,
    call: bool = False,
    status: int = 0,
    outputs: Sequence[tuple[str, Kind, Any]] = (),
) -> bytes:
    """Rows and counts of a batch; of a call its return status and OUTPUT values, too."""
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
        parts.append(b"\x79" + struct.pack("<i", status))
        parts += [returned(at, *output) for at, output in enumerate(outputs)]
        parts.append(done(0, 0, 0xFE))
    return b"".join(parts)


def returned(at: int, name: str, kind: Kind, value: Any) -> bytes:
    """RETURNVALUE."""
    head = b"\xac" + struct.pack("<H", at) + b_text(name) + b"\x01" + struct.pack("<IH", 0, 1)
    return head + type_info(kind) + value_bytes(kind, value)


def transaction_change(kind: int, descriptor: int) -> bytes:
    """ENVCHANGE of a transaction: 8 begun, 9 committed, 10 rolled back."""
    number = b"\x08" + struct.pack("<Q", descriptor)
    return changed(kind, number + b"\0" if kind == 8 else b"\0" + number)


def changes_of_login(database: str, size: int) -> bytes:
    """What changes by a login: database, collation, size of packets."""
    return b"".join(
        (
            changed(1, b_text(database) + b_text("master")),
            message(0xAB, 5701, 0, f"Changed database context to '{database}'."),
            changed(7, b"\x05" + COLLATION + b"\0"),
            changed(4, b_text(str(size)) + b_text("4096")),
        )
    )


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
        "utc": value.astimezone(UTC).replace(tzinfo=None),
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
