"""What a Flat File Destination writes, value by value in plain Python, and random formats and rows for it (DATA_FLOW §6)."""

from __future__ import annotations

import datetime as dt
import random
import uuid
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl

from dtserve.connections.flat_file_format import FlatFileColumn, FlatFileFormat
from dtserve.datatypes import DT, TypeSpec
from dtserve.datatypes.text import format_value
from dtserve.errors import DtserveError
from support.flat_files import FileConnection, write
from support.flows import RecordingHost

__all__ = ["Written", "expected", "random_written", "written"]

_TYPES = [
    TypeSpec(DT.WSTR, length=30), TypeSpec(DT.STR, length=30, code_page=1252), TypeSpec(DT.NTEXT), TypeSpec(DT.I4),
    TypeSpec(DT.I8), TypeSpec(DT.UI1), TypeSpec(DT.R8), TypeSpec(DT.R4), TypeSpec(DT.BOOL), TypeSpec(DT.CY),
    TypeSpec(DT.NUMERIC, precision=12, scale=4), TypeSpec(DT.NUMERIC, precision=9), TypeSpec(DT.DECIMAL, scale=6),
    TypeSpec(DT.DBDATE), TypeSpec(DT.DBTIME), TypeSpec(DT.DBTIME2, scale=5), TypeSpec(DT.DATE),
    TypeSpec(DT.DBTIMESTAMP), TypeSpec(DT.DBTIMESTAMP2, scale=6), TypeSpec(DT.GUID), TypeSpec(DT.BYTES, length=6),
    TypeSpec(DT.FILETIME),
]  # fmt: skip
_TEXTS = [
    "", "a", "b c", '"', "'", 'a"b', "x,y", "é", "ß€", "日本", "😀", "line\r\nend", "tab\t", " pad ", "\0",
    "a rather long one here", '"q"',
]  # fmt: skip
_CODECS = {65001: "utf-8", 932: "cp932", 1200: "utf-16-le"}
_HOLES_OF_1252 = "\x81\x8d\x8f\x90\x9d"


@dataclass
class Written:
    """A format, rows with their types, and the properties of the destination."""

    format: FlatFileFormat
    types: list[TypeSpec]
    rows: list[list[Any]]
    properties: dict[str, object]
    batch: int


def random_written(rnd: random.Random) -> Written:
    """A random file to write; some values do not fit."""
    types = [rnd.choice(_TYPES) for _ in range(rnd.randint(1, 5))]
    page, shape = (
        rnd.choice([65001, 1252, 1252, 932, 1200]),
        rnd.choice(["Delimited"] * 3 + ["FixedWidth", "RaggedRight"]),
    )
    row, separator = rnd.choice(["\r\n", "\n", "|\r\n", ";"]), rnd.choice([",", ",", "\t", "||", "|", ";"])
    columns = []
    for at, spec in enumerate(types):
        last = at == len(types) - 1
        wide = (TypeSpec(DT.STR, length=60, code_page=1252), TypeSpec(DT.WSTR, length=60))
        kept = rnd.choice([spec, spec, *wide])
        if shape == "Delimited" or (shape == "RaggedRight" and last):
            end = row if last else separator
            columns.append(FlatFileColumn(f"c{at}", kept, delimiter=end, text_qualified=rnd.random() < 0.8))
        else:
            width = rnd.choice([40, 60])
            columns.append(FlatFileColumn(f"c{at}", kept, delimiter="", width=width, column_type="FixedWidth"))
    made = FlatFileFormat(
        format=shape,
        columns=tuple(columns),
        qualifier=rnd.choice(["", '"', '"', "'", "##"]) if shape == "Delimited" else "",
        code_page=1252 if page == 1200 else page,
        unicode=page == 1200,
        row_delimiter=row,
        column_names_in_first_data_row=rnd.random() < 0.5,
        locale_id=rnd.choice([1033, 1033, 1031, 2057]),
    )
    rows = [[_value(rnd, spec) for spec in types] for _ in range(rnd.choice([0, 1, 3, 8, 40]))]
    chances: dict[str, tuple[float, object]] = {
        "EscapeQualifier": (0.4, True), "Header": (0.2, "head é"), "Overwrite": (0.2, False),
    }  # fmt: skip
    properties = {name: value for name, (share, value) in chances.items() if rnd.random() < share}
    return Written(made, types, rows, properties, rnd.choice([1, 3, 100]))


def _value(rnd: random.Random, spec: TypeSpec) -> Any:
    if rnd.random() < 0.15:
        return None
    if spec.family == "text":
        return rnd.choice(_TEXTS)
    if spec.family == "int":
        return rnd.choice([0, 1, spec.info.low, spec.info.high, rnd.randint(spec.info.low, spec.info.high)])
    if spec.family == "float":
        some = [0.0, -0.0, 1.5, -2.25, 3.0]
        return rnd.choice(some if spec.dt is DT.R4 else [*some, 0.1 + 0.2, 1e20, 1e-9, rnd.uniform(-1e6, 1e6)])
    if spec.family == "decimal":
        scale = 4 if spec.dt is DT.CY else spec.scale
        return Decimal(rnd.choice([0, 1, -1, 999, rnd.randint(-(10**8), 10**8)])).scaleb(-scale)
    if spec.dt is DT.BOOL:
        return rnd.random() < 0.5
    if spec.dt is DT.GUID:
        return "{" + str(uuid.UUID(int=rnd.getrandbits(128))).upper() + "}"
    if spec.dt is DT.BYTES:
        return bytes(rnd.randrange(256) for _ in range(rnd.randint(0, 6)))
    return _moment(rnd, spec)


def _moment(rnd: random.Random, spec: TypeSpec) -> Any:
    moment = dt.datetime(
        rnd.randint(1900, 2200), rnd.randint(1, 12), rnd.randint(1, 28), rnd.choice([0, rnd.randint(0, 23)]),
        rnd.choice([0, 30]), rnd.choice([0, 59]),
    )  # fmt: skip
    if spec.dt is DT.DBDATE:
        return moment.date()
    if spec.dt is DT.DBTIME:
        return moment.time()
    if spec.dt is DT.DBTIME2:
        return moment.time().replace(microsecond=rnd.choice([0, 120_000, 999_990]))
    fractions = {DT.DBTIMESTAMP: 123_000, DT.FILETIME: 123_000, DT.DBTIMESTAMP2: 123_456}
    return moment.replace(microsecond=rnd.choice([0, fractions.get(spec.dt, 0)]))


def expected(case: Written) -> bytes | None:
    """The bytes of the file; None where a value does not fit its column or the code page."""
    try:
        return _all(case)
    except (OverflowError, UnicodeEncodeError):
        return None


def _all(case: Written) -> bytes:
    made = case.format
    page = 1200 if made.unicode else made.code_page
    parts = [b"\xff\xfe" if page == 1200 else b""]
    if case.properties.get("Header"):
        parts.append(_encoded(f"{case.properties['Header']}\r\n", page))
    if made.column_names_in_first_data_row:
        parts += [_field(case, column, column.name, page, name=True) for column in made.columns]
    for row in case.rows:
        for column, spec, value in zip(made.columns, case.types, row, strict=True):
            text = "" if value is None else format_value(value, spec, locale_id=made.locale_id)
            if column.delimited and column.type.dt in (DT.STR, DT.WSTR):
                counted = 1200 if column.type.dt is DT.WSTR else page
                if len(_encoded(text, counted)) // (2 if counted == 1200 else 1) > column.type.length:
                    raise OverflowError
            parts.append(_field(case, column, text, page))
    return b"".join(parts)


def _field(case: Written, column: FlatFileColumn, text: str, page: int, *, name: bool = False) -> bytes:
    mark = case.format.qualifier if column.text_qualified and column.delimited else ""
    if column.delimited:
        inner = text.replace(mark, mark * 2) if mark and case.properties.get("EscapeQualifier") and not name else text
        return _encoded(mark + inner + mark + column.delimiter, page)
    data, unit = _encoded(text, page), 2 if page == 1200 else 1
    if len(data) > column.width * unit:
        raise OverflowError
    return data + _encoded(" ", page) * (column.width - len(data) // unit)


def _encoded(text: str, page: int) -> bytes:
    if page != 1252:
        return text.encode(_CODECS[page])
    return b"".join(c.encode("latin-1") if c in _HOLES_OF_1252 else c.encode("cp1252") for c in text)


def written(case: Written, folder: Path) -> bytes | None:
    """What the component writes; None where it fails."""
    path = folder / "out.txt"
    path.unlink(missing_ok=True)
    names = [f"c{at}" for at in range(len(case.types))]
    frame = pl.DataFrame(
        {
            name: pl.Series([row[at] for row in case.rows], dtype=spec.polars())
            for at, (name, spec) in enumerate(zip(names, case.types, strict=True))
        }
    )
    frames = [frame.slice(at, case.batch) for at in range(0, max(frame.height, 1), case.batch)]
    columns = dict(zip(names, case.types, strict=True))
    try:
        write(frames, columns, FileConnection(path, case.format), RecordingHost(folder), **case.properties)
    except DtserveError:
        return None
    return path.read_bytes()
