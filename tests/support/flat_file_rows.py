"""What a Flat File Source gives, row by row in plain Python, and random files for it: typed columns, any disposition.

:func:`expected` reads with the exact machine and parses value after value (DATA_FLOW §7.2, §7.3); :func:`found` runs the
component, in blocks small enough that rows cross their edges, and with several blocks in work at once.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from dtserve.connections.flat_file_format import FlatFileFormat
from dtserve.dataflow.flat_file import prefetch, reader
from dtserve.dataflow.flat_file.encoding import UNDECODED, shown
from dtserve.dataflow.flat_file.exact import MalformedRecord, records
from dtserve.dataflow.flat_file.layout import Layout
from dtserve.dataflow.flat_file.values import default_value
from dtserve.datatypes import DT, TypeSpec
from dtserve.datatypes.errors import HOST_CODES, ConversionError
from dtserve.datatypes.text import parse_value
from dtserve.errors import DtserveError
from support.flat_file_fuzz import random_case
from support.flat_files import FileConnection, read, source_model
from support.flows import RecordingHost

__all__ = ["SourceCase", "differences", "expected", "found", "random_source_case"]

_TYPES = [
    TypeSpec(DT.STR, length=3, code_page=1252), TypeSpec(DT.STR, length=50, code_page=1252),
    TypeSpec(DT.STR, length=50, code_page=65001), TypeSpec(DT.STR, length=20, code_page=932),
    TypeSpec(DT.WSTR, length=2), TypeSpec(DT.WSTR, length=50), TypeSpec(DT.NTEXT), TypeSpec(DT.TEXT, code_page=1252),
    TypeSpec(DT.I1), TypeSpec(DT.I4), TypeSpec(DT.I8), TypeSpec(DT.UI2), TypeSpec(DT.R4), TypeSpec(DT.R8),
    TypeSpec(DT.BOOL), TypeSpec(DT.CY), TypeSpec(DT.NUMERIC, precision=6, scale=2), TypeSpec(DT.NUMERIC, precision=18),
    TypeSpec(DT.DECIMAL, scale=3), TypeSpec(DT.DBDATE), TypeSpec(DT.DBTIME), TypeSpec(DT.DBTIME2, scale=3),
    TypeSpec(DT.DATE), TypeSpec(DT.DBTIMESTAMP), TypeSpec(DT.DBTIMESTAMP2, scale=2),
    TypeSpec(DT.DBTIMESTAMPOFFSET, scale=0), TypeSpec(DT.GUID),
]  # fmt: skip
_WORDS = [
    "", "1", "0", "-7", "300", "99999", "2147483648", "18446744073709551616", " 5 ", "+4", "1.5", "-0.125", "1,234.50",
    "1.234.567", "$5", "(5)", "1e3", "1E400", "true", "False", "TRUE", "2024-01-31", "1/31/2024", "31/1/2024", "20240131",
    "2024-02-30", "2024-01-31 12:30", "2024-01-31 12:30:59.123456", "12:30:59.9999", "23:59", "2024-01-31 10:00 +02:00",
    "{01234567-89AB-CDEF-0123-456789ABCDEF}", "01234567-89AB-CDEF-0123-456789ABCDEF", "abc", "a rather long text", "é", "ポ",
    "\0", "a\0b", "\u00a01", "NaN", "inf", "0x10", "١", "-", ".", "00012", "0.0000000000000000000000001", "€12",
]  # fmt: skip
_DISPOSITIONS = ["FailComponent", "IgnoreFailure", "IgnoreFailure", "RedirectRow", "RedirectRow"]
_BLOCKS = [3, 17, 100, 1000, 1 << 20]

Outcome = tuple[list[tuple[Any, ...]], list[tuple[Any, ...]], str]
"""Rows, redirected rows, and the last error's message."""


@dataclass
class SourceCase:
    """A file, its format, and the columns of the source."""

    format: FlatFileFormat
    data: bytes
    columns: dict[str, TypeSpec]
    dispositions: dict[str, tuple[str, str]]
    retain_nulls: bool
    fast_parse: frozenset[str]
    block: int


def random_source_case(rnd: random.Random) -> SourceCase:
    """A random file with words that are values of some type, or nearly so."""
    base = random_case(rnd)
    made = replace(base.format, locale_id=rnd.choice([1033, 1033, 1031, 2057]))
    codec = "utf-16-le" if made.unicode else {65001: "utf-8", 1252: "cp1252", 932: "cp932"}[made.code_page]
    names = [column.name for column in made.columns]
    types = [rnd.choice(_TYPES) for _ in names]
    likely = [rnd.sample(_WORDS, rnd.randint(1, 6)) for _ in names]
    parts = []
    for _ in range(rnd.choice([0, 1, 3, 20, 20, 600])):
        for column, words in zip(made.columns, likely, strict=True):
            word = rnd.choice(words if rnd.random() < 0.9 else _WORDS)
            if column.width:
                word = word.ljust(column.width)[: column.width]
            elif made.qualifier and column.text_qualified and rnd.random() < 0.3:
                word = made.qualifier + word.replace(made.qualifier, made.qualifier * 2) + made.qualifier
            parts.append(word)
            if rnd.random() > 0.002:
                parts.append(column.delimiter)
    data = "".join(parts).encode(codec, "replace") if rnd.random() < 0.9 else base.data
    if data and rnd.random() < 0.03:
        at = rnd.randrange(len(data))
        data = data[:at] + bytes([rnd.randrange(256)]) + data[at:]
    kept = [name for name in names if rnd.random() < 0.8] or names[:1]
    fails = rnd.random() < 0.4
    choices = _DISPOSITIONS if fails else _DISPOSITIONS[1:]
    return SourceCase(
        format=made,
        data=data,
        columns={name: spec for name, spec in zip(names, types, strict=True) if name in kept},
        dispositions={name: (rnd.choice(choices), rnd.choice(choices)) for name in kept},
        retain_nulls=rnd.random() < 0.5,
        fast_parse=frozenset(name for name in kept if rnd.random() < 0.2),
        block=rnd.choice(_BLOCKS),
    )


def expected(case: SourceCase) -> Outcome:
    """Rows, error rows and the error, one value after the other."""
    layout = Layout.of(case.format)
    data = layout.code_page.to_utf8(case.data) if layout.transcoded else case.data
    places = {column.name: at for at, column in enumerate(case.format.columns)}
    numbers = {name: number for number, name in enumerate(case.columns, start=10)}
    kept: list[tuple[Any, ...]] = []
    away: list[tuple[Any, ...]] = []
    count = 0
    try:
        for record in records(data, layout, final=True):
            if not record.fields:
                continue
            count += 1
            row, fate = [], None
            for name, spec in case.columns.items():
                raw = record.fields[places[name]]
                value, code, cut = _value(case, name, spec, None if raw is None else layout.cut_page.decode(raw))
                row.append(value)
                disposition = case.dispositions[name][1 if cut else 0] if code is not None else "IgnoreFailure"
                if fate is None and disposition != "IgnoreFailure":
                    fate = (disposition, code, numbers[name])
            if fate is None:
                kept.append(tuple(row))
            elif fate[0] == "FailComponent":
                return kept, away, f"on data row {count}."
            else:
                text = shown(layout.cut_page.decode(data[record.start : record.end]))
                away.append((text, _signed(fate[1] or 0), fate[2]))
    except MalformedRecord:
        return kept, away, f"on data row {count + 1}."
    return kept, away, ""


def _value(case: SourceCase, name: str, spec: TypeSpec, text: str | None) -> tuple[Any, int | None, bool]:
    """The value of a field, or the code of what is wrong with it and whether it was cut."""
    if text is None:
        return None, None, False
    if UNDECODED in text:
        return None, 0xC0209084, False
    if text == "":
        if case.retain_nulls:
            if spec.family != "text" or case.format.format == "Delimited":
                return None, None, False
            return "", None, False
        return default_value(spec), None, False
    try:
        value = parse_value(text, spec, locale_id=case.format.locale_id, fast_parse=name in case.fast_parse)
    except ConversionError as error:
        if error.kind == "truncation":
            return error.value, 0xC0209085, True
        return None, HOST_CODES["flat_file_source"].get(error.code, error.code), False
    return value, None, False


def _signed(code: int) -> int:
    return code - 2**32 if code >= 2**31 else code


def found(case: SourceCase, folder: Path) -> Outcome:
    """The same from the component."""
    path = folder / "in.txt"
    path.write_bytes(case.data)
    fast = {name: {"FastParse": True} for name in case.fast_parse}
    model = source_model(
        case.columns, dispositions=case.dispositions, column_properties=fast, RetainNulls=case.retain_nulls
    )
    told = ""
    rows: dict[str, Any] = {}
    with _blocks(case.block):
        try:
            rows = read(model, FileConnection(path, case.format), RecordingHost(folder))
        except DtserveError as error:
            told = "on data row" + error.message.rpartition("on data row")[2]
    kept = [tuple(row) for row in rows["Flat File Source Output"].rows()] if "Flat File Source Output" in rows else []
    error_output = rows.get("Flat File Source Error Output")
    return kept, error_output.rows() if error_output is not None else [], told


@contextmanager
def _blocks(size: int) -> Iterator[None]:
    """Files are read in blocks of this size, several of them in work at once."""
    before = reader.BLOCK_BYTES, prefetch.worthwhile
    reader.BLOCK_BYTES, prefetch.worthwhile = size, lambda: True
    try:
        yield
    finally:
        reader.BLOCK_BYTES, prefetch.worthwhile = before


def differences(case: SourceCase, folder: Path) -> str:
    """What the component does otherwise; after an error only the error is compared."""
    right, made = expected(case), found(case, folder)
    if right[2] or made[2]:
        return "" if right[2] == made[2] else f"error {made[2]!r} instead of {right[2]!r}"
    for name, wanted, got in (("rows", right[0], made[0]), ("error rows", right[1], made[1])):
        if not _same(wanted, got):
            at = next((i for i, (a, b) in enumerate(zip(wanted, got, strict=False)) if not _same([a], [b])), -1)
            pair = (wanted[at], got[at]) if at >= 0 else (len(wanted), len(got))
            return f"{name} at {at}: {pair[1]} instead of {pair[0]}"
    return ""


def _same(left: list[tuple[Any, ...]], right: list[tuple[Any, ...]]) -> bool:
    return len(left) == len(right) and all(repr(_plain(a)) == repr(_plain(b)) for a, b in zip(left, right, strict=True))


def _plain(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(map(_one, row))


def _one(value: Any) -> Any:
    """Decimals without their scale, moments with a zone as the frame holds them."""
    if isinstance(value, Decimal):
        return value.normalize()
    if isinstance(value, dt.datetime) and value.tzinfo is not None:
        minutes = int((value.utcoffset() or dt.timedelta()) / dt.timedelta(minutes=1))
        return {"utc": value.astimezone(dt.UTC).replace(tzinfo=None), "offset": minutes}
    return value
