"""All polluted flat files: every way to spoil a table in many dialects, headers, encodings, fixed width.

A :class:`Variant` is a format, the bytes of a file, and what SSIS's rules make of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from dtserve.connections.flat_file_format import FlatFileColumn, FlatFileFormat
from dtserve.dataflow.flat_file.chunk import Wanted
from dtserve.dataflow.flat_file.encoding import UNDECODED
from dtserve.dataflow.flat_file.layout import Layout
from dtserve.dataflow.flat_file.reader import FlatFileReader
from support.flat_file_pollution import FAMILIES, TABLE, TEXT, Dialect, Row, table

__all__ = ["Variant", "read", "variants"]

_NEED_QUALIFIER = {"qualified", "stray qualifiers", "malformed"}


@dataclass(frozen=True)
class Variant:
    """A polluted file and what it holds; ``malformed`` is the column at which reading stops after the rows."""

    name: str
    format: FlatFileFormat
    data: bytes
    rows: list[Row]
    malformed: int | None = None
    partial: bool = False
    warning: bool = False

    @property
    def expected(self) -> tuple[object, ...]:
        """What reading it must give: see :func:`read`."""
        return self.rows, self.malformed, self.partial, self.warning


def dialects() -> Iterator[Dialect]:
    """The dialects: every separator, row delimiter, qualifier and encoding, not every combination of them."""
    for separator, row in product((",", ";", "\t", "|", "::"), ("\r\n", "\n")):
        yield Dialect(separator, row)
    for row in ("\r", "|\r\n", "##", "\r\n\r\n"):
        yield Dialect(row=row)
    for qualifier in ("", "'", "`", "##"):
        yield Dialect(qualifier=qualifier)
    for page in (1252, 1250, 437, 932, 1200):
        yield Dialect(page=page)
        yield Dialect(separator="\x1f", row="\n", qualifier="", page=page)


def variants() -> Iterator[Variant]:
    """All polluted files."""
    for dialect in dialects():
        label = f"{dialect.separator!r} {dialect.row!r} {dialect.qualifier!r} {dialect.page}"
        for family, spoil in FAMILIES.items():
            if not dialect.qualifier and family in _NEED_QUALIFIER:
                continue
            for made in spoil(dialect):
                name = f"{family}: {made.name}, {label}"
                yield Variant(
                    name, dialect.format(), dialect.encode(made.text), made.rows, made.malformed, made.partial
                )
        yield from _headers(dialect, label)
        yield from _unchecked(dialect, label)
        yield from _bytes(dialect, label)
    yield from _fixed()


def read(path: Path, made: FlatFileFormat, *, exact: bool, block: int) -> tuple[object, ...]:
    """The rows of a file, the column at which it is malformed, whether it ended inside a row, whether there was a warning."""
    warnings: list[int] = []
    rows: list[Row] = []
    malformed, partial = None, False
    wanted = Wanted(tuple(range(len(made.columns))))
    layout = Layout.of(made)
    reader = FlatFileReader(
        path, layout, wanted, warn=lambda code, text: warnings.append(code), block_bytes=block, exact=exact
    )
    for chunk in reader.chunks():
        rows.extend(chunk.frame.rows())
        malformed = chunk.malformed.column if chunk.malformed else None
        partial = chunk.partial
    return rows, malformed, partial, bool(warnings)


def _headers(d: Dialect, label: str) -> Iterator[Variant]:
    """Preambles, column names, rows to skip, and marks of the encoding."""
    text, rows = table(d)
    for count, names, skip in product((0, 1, 3), (False, True), (0, 2)):
        head = "preamble ,;| text\n" * count + (d.line(["A", "B", "C", "D"]) if names else "")
        made = d.format(
            header_rows_to_skip=count,
            header_row_delimiter="\n",
            column_names_in_first_data_row=names,
            data_rows_to_skip=skip,
        )
        yield Variant(f"header {count} {names} {skip}, {label}", made, d.encode(head + text), rows[skip:])
    made = d.format(header_rows_to_skip=9, header_row_delimiter="\n")
    yield Variant(f"file ends in the header, {label}", made, d.encode("one\ntwo"), [], warning=True)
    made = d.format(column_names_in_first_data_row=True)
    yield Variant(f"names alone, {label}", made, d.encode(d.line(["A", "B", "C", "D"])), [])
    if d.page == 1200:
        yield Variant(f"mark, {label}", d.format(), b"\xff\xfe" + d.encode(text), rows)
    if d.page == 65001:
        first = ("\ufeff" + TABLE[0][0], *TABLE[0][1:])
        yield Variant(f"mark, {label}", d.format(), b"\xef\xbb\xbf" + d.encode(text), [first, *rows[1:]])


def _unchecked(d: Dialect, label: str) -> Iterator[Variant]:
    """Without AlwaysCheckForRowDelimiters a row delimiter counts in the last column alone."""
    made = d.format(always_check_for_row_delimiters=False)
    text, rows = table(d)
    yield Variant(f"unchecked, {label}", made, d.encode(text), rows)
    swallowed = d.line(["a", "b"]) + d.line(["c", "d", "e", "f"])
    # the row delimiter of the short row is data of its second field, up to the next separator
    first = ("a", f"b{d.row}c", "d", d.separator.join(["e", "f"]))
    yield Variant(f"unchecked short row, {label}", made, d.encode(swallowed + text), [first, *rows])
    yield Variant(f"unchecked end, {label}", made, d.encode(text + d.separator.join(["a", "b"])), rows, partial=True)


def _bytes(d: Dialect, label: str) -> Iterator[Variant]:
    """Bytes that are no text in the encoding."""
    bad = {65001: [b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xf0\x9f\x98"], 932: [b"\x81\x01"], 1200: [b"\x00\xd8"]}
    text, rows = table(d)
    for wrong in bad.get(d.page, []):
        line = d.encode("a") + wrong + d.encode(d.separator + "b" + d.separator + "c" + d.separator + "d" + d.row)
        marks = UNDECODED * (3 if wrong == b"\xed\xa0\x80" else 1)
        rest = "\x01" if d.page == 932 else ""
        yield Variant(
            f"bytes {wrong.hex()}, {label}",
            d.format(),
            line + d.encode(text),
            [(f"a{marks}{rest}", "b", "c", "d"), *rows],
        )
    if d.page == 1252:
        line = b"a\x81\x8d\x9d" + d.encode(d.line(["", "b", "c", "d"]))
        yield Variant(
            f"holes of 1252, {label}", d.format(), line + d.encode(text), [("a\x81\x8d\x9d", "b", "c", "d"), *rows]
        )


def _fixed() -> Iterator[Variant]:
    """Fixed width and ragged right files."""
    for page, row, check in product((1252, 65001, 1200, 932), ("", "\r\n", "\n"), (True, False)):
        d = Dialect(row=row, page=page)
        widths = [3, 2, 4]
        columns = [
            FlatFileColumn(f"C{at}", TEXT, delimiter="", width=w, column_type="FixedWidth")
            for at, w in enumerate(widths)
        ]
        if row:
            columns.append(FlatFileColumn("last", TEXT, delimiter=row))
        made = FlatFileFormat(
            format="RaggedRight" if row else "FixedWidth",
            columns=tuple(columns),
            code_page=1252 if page == 1200 else page,
            unicode=page == 1200,
            row_delimiter=row,
            always_check_for_row_delimiters=check,
        )
        label = f"{row!r} {page} {check}"
        values: list[Row] = [("abc", "de", "f   "), ("  1", "  ", "    "), ("x,y", '"q', 'r"st')]
        tails = ["rest", "", "x,y "]
        lines = [
            "".join(map(str, value)) + (tail + row if row else "") for value, tail in zip(values, tails, strict=True)
        ]
        rows = [(*value, tail) if row else value for value, tail in zip(values, tails, strict=True)]
        yield Variant(f"fixed, {label}", made, d.encode("".join(lines)), rows)
        yield Variant(f"fixed, many, {label}", made, d.encode("".join(lines) * 500), rows * 500)
        if row and check:
            short = [("ab", None, None, None), ("abc", "d", None, None), ("", None, None, None)]
            text = f"ab{row}abcd{row}{row}"
            yield Variant(f"fixed, short rows, {label}", made, d.encode(text + "".join(lines)), [*short, *rows])
        if not row:
            yield Variant(f"fixed, rest, {label}", made, d.encode("".join(lines) + "abcd"), rows, partial=True)
