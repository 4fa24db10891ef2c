"""Random flat files, well-formed and polluted, and the comparison of the fast readers with the exact machine."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from dtserve.connections.flat_file_format import FlatFileColumn, FlatFileFormat
from dtserve.dataflow.flat_file.chunk import Chunk, Wanted, split_exact
from dtserve.dataflow.flat_file.fast import FastReader
from dtserve.dataflow.flat_file.fixed import FixedReader
from dtserve.dataflow.flat_file.layout import Layout
from dtserve.dataflow.flat_file.reader import FlatFileReader
from dtserve.dataflow.flat_file.vectorised import VectorReader
from dtserve.datatypes import DT, TypeSpec

READERS = (FastReader, VectorReader, FixedReader)

_ROW_ENDS = ["\r\n", "\r\n", "\r\n", "\n", "\n", "\r", ";", "|\r\n", "\r\n\r\n", "~~", "||"]
_SEPARATORS = [",", ",", ",", "\t", "|", ";", "::", "||", ", ", "\x1f"]
_WORDS = [
    "",
    "",
    "a",
    "12",
    "0.5",
    "2024-01-31",
    "abc def",
    " x ",
    "é",
    "日本",
    "😀",
    "a rather long text here",
    "NULL",
]


_LONG_FILES = 0.01
"""The share of files that are many times as long."""

_BLOCKS = [5, 37, 37, 200, 5000]


def text_spec(width: int = 50) -> TypeSpec:
    return TypeSpec(DT.STR, length=width, code_page=1252)


@dataclass
class Case:
    """A format and a file of it."""

    format: FlatFileFormat
    data: bytes

    @property
    def layout(self) -> Layout:
        return Layout.of(self.format)

    @property
    def wanted(self) -> Wanted:
        return Wanted(tuple(range(len(self.format.columns))))


def random_case(rnd: random.Random, *, well_formed: bool | None = None) -> Case:
    """A random format with a random file, polluted more or less; not at all when ``well_formed``, surely when not."""
    width = rnd.randint(1, 5)
    row = rnd.choice(_ROW_ENDS)
    code_page, unicode = rnd.choice([(65001, False), (65001, False), (1252, False), (932, False), (1252, True)])
    if rnd.random() < 0.25:
        columns = _fixed_columns(rnd, width, row)
    else:
        columns = _delimited_columns(rnd, width, row)
    qualifier = rnd.choice(["", '"', '"', '"', "'"]) if columns[0].delimited else ""
    made = FlatFileFormat(
        format="Delimited",
        columns=tuple(columns),
        qualifier=qualifier,
        code_page=code_page,
        unicode=unicode,
        row_delimiter=columns[-1].delimiter,
        always_check_for_row_delimiters=rnd.random() < 0.8,
    )
    shares = {True: [0.0], False: [0.02, 0.1, 0.3], None: [0.0, 0.0, 0.02, 0.3]}[well_formed]
    text = _file(rnd, made, pollution=rnd.choice(shares))
    if rnd.random() < _LONG_FILES:
        text *= rnd.randint(50, 400)
    codec = "utf-16-le" if unicode else {65001: "utf-8", 1252: "cp1252", 932: "cp932"}[code_page]
    data = text.encode(codec, "replace")
    if data and not well_formed and rnd.random() < 0.05:
        at = rnd.randrange(len(data))
        data = data[:at] + bytes(rnd.randrange(256) for _ in range(rnd.randint(1, 3))) + data[at:]
    if rnd.random() < 0.02 and not unicode:
        data = b"\xef\xbb\xbf" + data
    return Case(made, data)


def _delimited_columns(rnd: random.Random, width: int, row: str) -> list[FlatFileColumn]:
    same = rnd.choice(_SEPARATORS)
    mixed = rnd.random() < 0.2
    qualified = rnd.random() < 0.9
    ends = [rnd.choice(_SEPARATORS) if mixed else same for _ in range(width - 1)]
    return [
        FlatFileColumn(f"c{i}", text_spec(), delimiter=end, text_qualified=qualified or rnd.random() < 0.5)
        for i, end in enumerate([*ends, row])
    ]


def _fixed_columns(rnd: random.Random, width: int, row: str) -> list[FlatFileColumn]:
    columns = [
        FlatFileColumn(f"c{i}", text_spec(), delimiter="", width=rnd.randint(1, 6), column_type="FixedWidth")
        for i in range(width)
    ]
    if rnd.random() < 0.7:
        columns.append(FlatFileColumn("last", text_spec(), delimiter=row))
    return columns


def _file(rnd: random.Random, made: FlatFileFormat, pollution: float) -> str:
    parts = []
    for _ in range(rnd.randint(0, 12)):
        for column in made.columns:
            value = rnd.choice(_WORDS)
            if column.width:
                value = value.ljust(column.width)[: column.width]
            elif made.qualifier and column.text_qualified and rnd.random() < 0.4:
                inner = value + rnd.choice(["", column.delimiter, made.qualifier * 2, made.columns[-1].delimiter, "\n"])
                value = made.qualifier + inner + made.qualifier
            if rnd.random() < pollution:
                value += rnd.choice([made.qualifier, "\r", "\n", ",", column.delimiter, made.columns[-1].delimiter])
            if rnd.random() < pollution:
                value = rnd.choice([made.qualifier, "\n", " ", column.delimiter]) + value
            parts.append(value)
            if rnd.random() >= pollution / 2:
                parts.append(column.delimiter)
    text = "".join(parts)
    end = made.columns[-1].delimiter
    if rnd.random() < 0.2 and end and text.endswith(end):
        text = text[: -len(end)]
    return text


Verdict = Literal["same", "declined", "different"]


def compare(case: Case, folder: Path) -> dict[str, tuple[Verdict, str]]:
    """What each fast reader makes of a file beside the exact machine, and the reader of files block by block."""
    found: dict[str, tuple[Verdict, str]] = {}
    layout, wanted = case.layout, case.wanted
    data = layout.code_page.to_utf8(case.data) if layout.transcoded else case.data
    exact = split_exact(data, layout, wanted, final=True)
    for kind in READERS:
        if not kind.accepts(layout):
            continue
        chunk = kind(layout, wanted).split(data)
        wrong = "" if chunk is None else _prefix(chunk, exact)
        found[kind.__name__] = ("declined" if chunk is None else "different" if wrong else "same"), wrong
    path = folder / "file.txt"
    path.write_bytes(case.data)
    block = _BLOCKS[len(case.data) % len(_BLOCKS)]
    right, fast = (
        _read(path, layout, wanted, exact=exact, block=size) for exact, size in ((True, 1 << 20), (False, block))
    )
    found["FlatFileReader"] = ("same", "") if right == fast else ("different", f"{fast} instead of {right}")
    return found


def differences(case: Case, folder: Path) -> list[str]:
    """What the fast readers do otherwise than the exact machine."""
    return [f"{name}: {text}" for name, (verdict, text) in compare(case, folder).items() if verdict == "different"]


def _prefix(fast: Chunk, exact: Chunk) -> str:
    """A fast reader may stop earlier, but what it gives must be what the exact machine gives; else the difference."""
    count = fast.frame.height
    if fast.frame.rows() != exact.frame.rows()[:count]:
        return f"{fast.frame.rows()} instead of {exact.frame.rows()}"
    if fast.starts[:-1].tolist() != exact.starts[:count].tolist() or fast.next > int(exact.starts[count]):
        return f"rows at {fast.starts.tolist()} instead of {exact.starts.tolist()}"
    if fast.malformed is not None and (exact.malformed is None or fast.malformed.args != exact.malformed.args):
        return f"malformed {fast.malformed} instead of {exact.malformed}"
    return ""


def _read(path: Path, layout: Layout, wanted: Wanted, *, exact: bool, block: int) -> tuple[object, ...]:
    rows: list[object] = []
    raw: list[str] = []
    malformed, partial = None, False
    reader = FlatFileReader(path, layout, wanted, warn=lambda code, text: None, block_bytes=block, exact=exact)
    for chunk in reader.chunks():
        rows.extend(chunk.frame.rows())
        raw.extend(chunk.raw(range(chunk.frame.height), layout, keep_delimiter=True))
        malformed = chunk.malformed.column if chunk.malformed else None
        partial = chunk.partial
    return rows, raw, malformed, partial
