"""Classes of .NET that a script reaches others for: references in its assembly are pointed at the host's.

Files and databases of a package are named as its author's Windows knew them. A script asks System.IO and
System.Data.SqlClient for them directly; while it runs here, the host's classes of the same names answer, which know
the path map and the connection map. Only the table of type references is changed (ECMA-335 §II.22.38): scope and
namespace of a row; the assembly's code stays as it is.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

__all__ = ["REDIRECTED", "TypeReference", "redirected", "type_references"]

_DATABASES = (
    "Command", "Connection", "DataAdapter", "DataReader", "Exception", "Parameter", "ParameterCollection", "Transaction",
)  # fmt: skip
REDIRECTED: frozenset[tuple[str, str]] = frozenset(
    {("System.IO", name) for name in ("Directory", "DirectoryInfo", "File", "FileInfo", "FileStream", "FileSystemInfo", "Path", "StreamReader", "StreamWriter")}
    | {(f"System.Data.{space}", prefix + name) for space, prefix in (("SqlClient", "Sql"), ("OleDb", "OleDb")) for name in _DATABASES}
)  # fmt: skip
"""Namespace and name of the classes that the host stands in for."""
_HOME = "Microsoft.SqlServer.Dts.Tasks.ScriptTask"
"""The namespace of the host's classes, which every script refers to."""
_ASSEMBLY_REF = 2


@dataclass(frozen=True, slots=True)
class TypeReference:
    """A row of the table: names, its scope (a coded index), where scope and namespace stand in the file."""

    namespace: str
    name: str
    scope: int
    namespace_index: int
    place: int
    scope_size: int
    string_size: int


def redirected(assembly: bytes) -> bytes:
    """The assembly with its references to :data:`REDIRECTED` classes pointed at the host; unchanged without any."""
    try:
        rows = type_references(assembly)
    except (struct.error, IndexError, ValueError):
        return assembly
    home = next((row for row in rows if row.namespace == _HOME and row.scope & 3 == _ASSEMBLY_REF), None)
    if home is None:
        return assembly
    changed = bytearray(assembly)
    for row in rows:
        if (row.namespace, row.name) in REDIRECTED and row.scope & 3 == _ASSEMBLY_REF:
            _put(changed, row.place, row.scope_size, home.scope)
            _put(changed, row.place + row.scope_size + row.string_size, row.string_size, home.namespace_index)
    return bytes(changed)


def _put(data: bytearray, place: int, size: int, value: int) -> None:
    data[place : place + size] = value.to_bytes(size, "little")


def _number(data: bytes, place: int, size: int) -> int:
    return int.from_bytes(data[place : place + size], "little")


def type_references(assembly: bytes) -> list[TypeReference]:
    """The rows of the table of type references; ValueError or struct.error for what is no assembly of .NET."""
    streams = _streams(assembly)
    if not {"#~", "#Strings"} <= streams.keys():
        raise ValueError("no tables")
    tables, strings = streams["#~"], streams["#Strings"]
    heaps = assembly[tables + 6]
    string_size, guid_size = (4 if heaps & 1 else 2), (4 if heaps & 2 else 2)
    (valid,) = struct.unpack_from("<Q", assembly, tables + 8)
    present = [table for table in range(64) if valid >> table & 1]
    counts = dict(zip(present, struct.unpack_from(f"<{len(present)}I", assembly, tables + 24), strict=True))
    scopes = max(counts.get(table, 0) for table in (0x00, 0x1A, 0x23, 0x01))
    scope_size = 4 if scopes >= 1 << 14 else 2
    place = tables + 24 + 4 * len(present) + counts.get(0, 0) * (2 + string_size + 3 * guid_size)
    if place + counts.get(1, 0) * (scope_size + 2 * string_size) > len(assembly):
        raise ValueError("more rows than there is room for")
    rows = []
    for _ in range(counts.get(1, 0)):
        scope = _number(assembly, place, scope_size)
        name = _number(assembly, place + scope_size, string_size)
        space = _number(assembly, place + scope_size + string_size, string_size)
        texts = (_text(assembly, strings + space), _text(assembly, strings + name))
        rows.append(TypeReference(*texts, scope, space, place, scope_size, string_size))
        place += scope_size + 2 * string_size
    return rows


def _text(data: bytes, place: int) -> str:
    return data[place : data.index(b"\0", place)].decode("utf-8")


def _streams(data: bytes) -> dict[str, int]:
    """Where the metadata streams begin in the file, by name."""
    if data[:2] != b"MZ":
        raise ValueError("no executable")
    (header,) = struct.unpack_from("<I", data, 0x3C)
    if data[header : header + 4] != b"PE\0\0":
        raise ValueError("no executable")
    sections, optional = struct.unpack_from("<H", data, header + 6)[0], struct.unpack_from("<H", data, header + 20)[0]
    magic = struct.unpack_from("<H", data, header + 24)[0]
    directories = header + 24 + (112 if magic == 0x20B else 96)
    table = header + 24 + optional

    def offset(address: int) -> int:
        for number in range(sections):
            size, start, raw_size, raw = struct.unpack_from("<IIII", data, table + 40 * number + 8)
            if start <= address < start + max(size, raw_size):
                return int(address - start + raw)
        raise ValueError("no such address")

    runtime = offset(struct.unpack_from("<I", data, directories + 14 * 8)[0])
    root = offset(struct.unpack_from("<I", data, runtime + 8)[0])
    if data[root : root + 4] != b"BSJB":
        raise ValueError("no metadata")
    (length,) = struct.unpack_from("<I", data, root + 12)
    (count,) = struct.unpack_from("<H", data, root + 16 + length + 2)
    place, found = root + 16 + length + 4, {}
    for _ in range(count):
        (start,) = struct.unpack_from("<I", data, place)
        name = _text(data, place + 8)
        found[name] = root + start
        place += 8 + (len(name) + 4) // 4 * 4
    return found
