"""Values on the line to scripts: ``{"t": type, "v": text}``, null for nothing.

What only .NET can hold stays in the host; here it is a :class:`ScriptObject` with its number, as are lists and
tables made by scripts (:class:`ScriptList`, :class:`ScriptTable`), which the package can also read. What only the
package can hold stays here, under a number of :class:`Keeper`.
"""

from __future__ import annotations

import base64
import itertools
import weakref
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, TypeVar

from dtserve.datatypes import DT, TypeSpec
from dtserve.datatypes.recordset import DataSet, Recordset, RecordsetColumn
from dtserve.scripts.errors import ScriptObjectGone

__all__ = [
    "TYPE_CODES",
    "Keeper",
    "ScriptList",
    "ScriptObject",
    "ScriptSet",
    "ScriptTable",
    "decode",
    "encode",
    "encode_table",
]

_H = TypeVar("_H")

_BY_VT = {
    2: "i2", 3: "i4", 4: "r4", 5: "r8", 6: "decimal", 7: "date", 8: "string", 11: "bool", 14: "decimal", 16: "i1",
    17: "ui1", 18: "char", 19: "ui4", 20: "i8", 21: "ui8", 22: "i4", 23: "ui4", 72: "guid",
}  # fmt: skip
TYPE_CODES = {
    0: 0, 1: 2, 2: 7, 3: 9, 4: 13, 5: 14, 6: 15, 7: 16, 8: 18, 11: 3, 13: 1, 14: 15, 16: 5, 17: 6, 18: 4, 19: 10,
    20: 11, 21: 12, 22: 9, 23: 10, 72: 1,
}  # fmt: skip
"""System.TypeCode of a VARIANT type."""
_BY_DT = {
    DT.BOOL: "bool", DT.I1: "i1", DT.I2: "i2", DT.I4: "i4", DT.I8: "i8", DT.UI1: "ui1", DT.UI2: "ui2", DT.UI4: "ui4",
    DT.UI8: "ui8", DT.R4: "r4", DT.R8: "r8", DT.CY: "decimal", DT.DECIMAL: "decimal", DT.NUMERIC: "decimal",
    DT.DATE: "date", DT.DBDATE: "date", DT.DBTIMESTAMP: "date", DT.DBTIMESTAMP2: "date", DT.FILETIME: "date",
    DT.DBTIMESTAMPOFFSET: "dateoffset", DT.DBTIME: "time", DT.DBTIME2: "time", DT.GUID: "guid", DT.BYTES: "bytes",
    DT.IMAGE: "bytes",
}  # fmt: skip
_SPECS = {
    "bool": TypeSpec(DT.BOOL), "i1": TypeSpec(DT.I1), "i2": TypeSpec(DT.I2), "i4": TypeSpec(DT.I4),
    "i8": TypeSpec(DT.I8), "ui1": TypeSpec(DT.UI1), "ui2": TypeSpec(DT.UI2), "ui4": TypeSpec(DT.UI4),
    "ui8": TypeSpec(DT.UI8), "char": TypeSpec(DT.UI2), "r4": TypeSpec(DT.R4), "r8": TypeSpec(DT.R8),
    "date": TypeSpec(DT.DBTIMESTAMP2, scale=7), "dateoffset": TypeSpec(DT.DBTIMESTAMPOFFSET, scale=7),
    "time": TypeSpec(DT.DBTIME2, scale=7), "guid": TypeSpec(DT.GUID),
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class ScriptObject:
    """An object of .NET that lives in the host."""

    number: int
    type_name: str

    def __str__(self) -> str:
        return self.type_name


class ScriptList(list[Any]):
    """An array or list that a script made; ``number`` is the object's in the host."""

    number: int = 0


@dataclass(frozen=True)
class ScriptTable(Recordset):
    """A DataTable that a script made."""

    number: int = 0


@dataclass(frozen=True)
class ScriptSet(DataSet):
    """A DataSet that a script made."""

    number: int = 0


_NUMBERS = itertools.count(1)
"""Never the same twice, so that an old number cannot stand for a new object."""


@dataclass
class Keeper:
    """Objects of the package that scripts hold by number, and what tells the host that one of its own is free.

    One per execution of a script.
    """

    released: Callable[[int], None] | None = None
    kept: dict[int, Any] = field(default_factory=dict)
    numbers: dict[int, int] = field(default_factory=dict)

    def number(self, value: Any) -> int:
        """Its number, the same each time."""
        if id(value) not in self.numbers:
            number = self.numbers[id(value)] = next(_NUMBERS)
            self.kept[number] = value
        return self.numbers[id(value)]

    def object(self, number: int) -> Any:
        """The object of a number; ScriptObjectGone when it was given to an earlier execution."""
        if number not in self.kept:
            raise ScriptObjectGone
        return self.kept[number]

    def follow(self, value: _H, number: int) -> _H:
        """Tell the host when an object made for one of its own is not used any more."""
        if self.released is not None and number:
            weakref.finalize(value, self.released, number)
        return value


def encode(value: Any, vt: int, keeper: Keeper) -> Any:
    """The value of a variable of type ``vt`` for the host."""
    if value is None:
        return None
    kind = _BY_VT.get(vt)
    if kind is not None:
        return {"t": kind, "v": _text(value, kind)}
    if isinstance(value, ScriptObject | ScriptList | ScriptTable | ScriptSet) and value.number:
        return {"id": value.number}
    if isinstance(value, Recordset):
        return {"t": "recordset", "ref": keeper.number(value), **encode_table(value)}
    if isinstance(value, DataSet):
        return {"t": "set", "tables": [encode_table(each) for each in value.tables]}
    kind = _kind(value)
    if kind:
        return {"t": kind, "v": _text(value, kind)}
    if isinstance(value, list | tuple):
        return {"t": "list", "v": [encode(each, 13, keeper) for each in value]}
    return {"t": "foreign", "ref": keeper.number(value), "v": type(value).__name__}


def _kind(value: Any) -> str:
    """The type of a bare Python value; empty for what has none."""
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int):
        return "i4" if -(1 << 31) <= value < 1 << 31 else "i8"
    if isinstance(value, datetime):
        return "dateoffset" if value.tzinfo else "date"
    plain: tuple[tuple[type, str], ...] = (
        (float, "r8"), (str, "string"), (Decimal, "decimal"), (date, "date"), (time, "time"), (bytes, "bytes"),
    )  # fmt: skip
    return next((name for kind, name in plain if isinstance(value, kind)), "")


def _text(value: Any, kind: str) -> str:
    if kind == "bool":
        return "1" if value else "0"
    if kind in ("r4", "r8"):
        return {"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN"}.get(repr(float(value)), repr(float(value)))
    if kind == "bytes":
        return base64.b64encode(value).decode()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    return str(value)


def encode_table(table: Recordset) -> dict[str, Any]:
    """Columns with their types, and rows of texts."""
    kinds = [_BY_DT.get(each.type.dt, "string") for each in table.columns]
    rows = [
        [None if value is None else _text(value, kind) for value, kind in zip(row, kinds, strict=True)]
        for row in table.rows()
    ]
    return {"columns": [[each.name, kind] for each, kind in zip(table.columns, kinds, strict=True)], "rows": rows}


# --- from the host --------------------------------------------------------------------------------


def decode(coded: Any, keeper: Keeper) -> tuple[Any, TypeSpec | None]:
    """A value of the host and its type; None as type for what only an Object holds."""
    if coded is None:
        return None, None
    kind = coded["t"]
    if kind == "foreign":
        return keeper.object(coded["ref"]), None
    if kind == "object":
        return keeper.follow(ScriptObject(coded["id"], coded["v"]), coded["id"]), None
    if kind == "list":
        items = ScriptList(decode(each, keeper)[0] for each in coded["v"])
        items.number = coded["id"]
        return keeper.follow(items, coded["id"]), None
    if kind == "table":
        return keeper.follow(_table(coded), coded.get("id", 0)), None
    if kind == "set":
        made = ScriptSet([_table(each) for each in coded["tables"]], coded.get("id", 0))
        return keeper.follow(made, made.number), None
    if kind == "dbnull":
        return None, None
    return _scalar(kind, coded["v"]), _spec(kind, coded["v"])


def _spec(kind: str, text: str) -> TypeSpec:
    if kind == "string":
        return TypeSpec(DT.WSTR, length=len(text))
    if kind == "decimal":
        return TypeSpec(DT.DECIMAL, scale=len(text.partition(".")[2]))
    return _SPECS.get(kind) or TypeSpec(DT.BYTES, length=len(text))


_READ: Mapping[str, Callable[[str], Any]] = {
    "bool": lambda text: text == "1", "r4": float, "r8": float, "decimal": Decimal, "bytes": base64.b64decode,
    "date": lambda text: datetime.fromisoformat(text[:26]), "string": str, "guid": str,
    "dateoffset": lambda text: datetime.fromisoformat(text[:26] + text[27:]),
    "time": lambda text: time.fromisoformat(text[:15]),
}  # fmt: skip


def _scalar(kind: str, text: str) -> Any:
    return _READ.get(kind, int)(text)


def _table(coded: Mapping[str, Any]) -> ScriptTable:
    rows = coded["rows"]
    columns = []
    series = []
    for at, (name, kind) in enumerate(coded["columns"]):
        texts = [row[at] for row in rows]
        spec = _column_spec(kind, texts)
        columns.append(RecordsetColumn(name, spec))
        series.append(_series(at, kind, texts, spec))
    return ScriptTable(tuple(columns), _frames(series), coded.get("id", 0))


def _column_spec(kind: str, texts: Sequence[str | None]) -> TypeSpec:
    """The type of a column; strings and decimals are as wide as the widest."""
    if kind == "string":
        return TypeSpec(DT.WSTR, length=max((len(text) for text in texts if text is not None), default=0))
    if kind == "decimal":
        return TypeSpec(DT.DECIMAL, scale=max((len(text.partition(".")[2]) for text in texts if text), default=0))
    return _SPECS.get(kind) or TypeSpec(DT.BYTES, length=8000)


def _series(at: int, kind: str, texts: Sequence[str | None], spec: TypeSpec) -> Any:
    from dtserve.datatypes.column_result import build_series

    return build_series([None if text is None else _scalar(kind, text) for text in texts], spec).alias(str(at))


def _frames(series: Sequence[Any]) -> Any:
    if not series:
        return ()
    import polars as pl

    return (pl.DataFrame(series),)
