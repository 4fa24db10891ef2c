"""Ways to spoil a small table in any dialect of delimited text, and what SSIS's rules make of it (DATA_FLOW §7.2).

The rows that come of a spoilt table are written down where the pollution is made; no reader computes them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product

from dtserve.connections.flat_file_format import FlatFileColumn, FlatFileFormat
from dtserve.datatypes import DT, TypeSpec

__all__ = ["FAMILIES", "TABLE", "TEXT", "Dialect", "Row", "Spoilt", "table"]

Row = tuple[str | None, ...]
TABLE: list[list[str]] = [
    ["1", "Anna", "12.50", "north"],
    ["2", "Bo b", "", "it's"],
    ["3", " x ", "0.5", ""],
    ["44444", "a rather long text", "-7", "z"],
]
WIDTH = 4
TEXT = TypeSpec(DT.WSTR, length=4000)
_CODECS = {65001: "utf-8", 1252: "cp1252", 1250: "cp1250", 437: "cp437", 932: "cp932", 1200: "utf-16-le"}


@dataclass(frozen=True)
class Dialect:
    """Separator, row delimiter, qualifier and encoding (1200 is Unicode=True)."""

    separator: str = ","
    row: str = "\r\n"
    qualifier: str = '"'
    page: int = 65001

    def format(self, width: int = WIDTH, **settings: object) -> FlatFileFormat:
        """A format of text columns."""
        ends = [self.separator] * (width - 1) + [self.row]
        columns = tuple(
            FlatFileColumn(f"C{at}", TEXT, delimiter=end, text_qualified=True) for at, end in enumerate(ends)
        )
        return FlatFileFormat(
            columns=columns,
            qualifier=self.qualifier,
            code_page=1252 if self.page == 1200 else self.page,
            unicode=self.page == 1200,
            row_delimiter=self.row,
            **settings,  # type: ignore[arg-type]
        )

    def line(self, fields: list[str]) -> str:
        """A row with its delimiter."""
        return self.separator.join(fields) + self.row

    def encode(self, text: str) -> bytes:
        """A text in the dialect's encoding."""
        return text.encode(_CODECS[self.page])

    def quoted(self, text: str) -> str:
        """A field between qualifiers, those inside doubled."""
        return self.qualifier + text.replace(self.qualifier, self.qualifier * 2) + self.qualifier


@dataclass(frozen=True)
class Spoilt:
    """The lines of a file and the rows that come of them."""

    name: str
    text: str
    rows: list[Row]
    malformed: int | None = None
    partial: bool = False


def table(dialect: Dialect, *, start: int = 0, stop: int = len(TABLE)) -> tuple[str, list[Row]]:
    """Rows of the table as text and as values."""
    return "".join(dialect.line(fields) for fields in TABLE[start:stop]), [tuple(f) for f in TABLE[start:stop]]


def around(dialect: Dialect, at: int, line: str, *rows: Row) -> tuple[str, list[Row]]:
    """A line put into the table in front of row ``at``."""
    (before, first), (after, last) = table(dialect, stop=at), table(dialect, start=at)
    return before + line + after, [*first, *rows, *last]


def short_rows(d: Dialect) -> Iterator[Spoilt]:
    """Rows that end early: the columns left are missing."""
    for at, count in product((0, 2, 4), (1, 2, 3)):
        fields = ["s", "t", "u"][:count]
        yield Spoilt(f"{count} columns at {at}", *around(d, at, d.line(fields), (*fields, *[None] * (WIDTH - count))))
    for at in (0, 4):
        yield Spoilt(f"empty line at {at}", *around(d, at, d.row, ("", None, None, None)))
        yield Spoilt(f"only separators at {at}", *around(d, at, d.line([""] * WIDTH), ("",) * WIDTH))
        yield Spoilt(f"comment at {at}", *around(d, at, "# nothing" + d.row, ("# nothing", None, None, None)))


def long_rows(d: Dialect) -> Iterator[Spoilt]:
    """Rows with too many separators: they belong to the last column."""
    for at, more in product((0, 1, 4), (1, 3)):
        fields = ["a", "b", "c", *["d"] * (more + 1)]
        last = d.separator.join(fields[3:])
        yield Spoilt(f"{more} more at {at}", *around(d, at, d.line(fields), ("a", "b", "c", last)))
    ends = d.line(["a", "b", "c", "d", "", ""])
    yield Spoilt("separators at the end", *around(d, 2, ends, ("a", "b", "c", "d" + d.separator * 2)))


def ends_of_files(d: Dialect) -> Iterator[Spoilt]:
    """Files that end without the last row delimiter, or inside a row."""
    text, rows = table(d)
    yield Spoilt("no last row delimiter", text.removesuffix(d.row), rows)
    for count in (1, 2, 3):
        fields = ["p", "q", "r"][:count]
        values: Row = (*fields, *[None] * (WIDTH - count))
        yield Spoilt(f"ends after {count}", text + d.separator.join(fields), [*rows, values], partial=True)
    yield Spoilt("empty rows at the end", text + d.row * 3, [*rows, *[("", None, None, None)] * 3])
    yield Spoilt("nothing", "", [])


def foreign_ends(d: Dialect) -> Iterator[Spoilt]:
    """Line ends of other systems are data, unless they are part of the row delimiter."""
    for other in ("\n", "\r", "\x0b", "\x0c", "\x85", "\u2028"):
        if other in d.row or d.row in other or other in d.separator:
            continue
        for value in (f"a{other}b", other + "a", "a" + other, other):
            if (value + d.row).startswith(d.row) or (value + d.row).find(d.row) != len(value):
                continue
            if d.page not in (65001, 1200) and other in "\x85\u2028":
                continue
            yield Spoilt(f"{value!r}", *around(d, 1, d.line([value, "x", value, "y"]), (value, "x", value, "y")))


def qualified(d: Dialect) -> Iterator[Spoilt]:
    """Qualified text: delimiters, line ends and doubled qualifiers inside."""
    q = d.qualifier
    inner = [
        "",
        " ",
        d.separator,
        d.row,
        d.row * 2,
        q,
        q * 2,
        f"a{q}b",
        f"{q}a{q}",
        f"a{d.separator}{q}{d.row}",
        "\n",
        "\r",
        "'",
    ]
    for number, value in enumerate(inner):
        for at in (0, WIDTH - 1):
            fields: list[str] = ["v", "w", "x", "y"]
            written = [*fields]
            fields[at], written[at] = value, d.quoted(value)
            yield Spoilt(f"value {number} in column {at}", *around(d, 1, d.line(written), tuple(fields)))
    text = "".join(d.line([d.quoted(f) for f in fields]) for fields in TABLE)
    yield Spoilt("everything", text, [tuple(fields) for fields in TABLE])
    yield Spoilt("a short row", *around(d, 2, d.line([d.quoted("a"), d.quoted("b")]), ("a", "b", None, None)))
    yield Spoilt("no last row delimiter", text.removesuffix(d.row), [tuple(fields) for fields in TABLE])


def stray_qualifiers(d: Dialect) -> Iterator[Spoilt]:
    """Qualifiers that do not begin a field are data."""
    q = d.qualifier
    for value in (f"a{q}", f"a{q}b", f"a{q}b{q}", f" {q}a{q}", f"a{q}{q}b", f"1{q} pipe"):
        for at in range(WIDTH):
            fields = ["v", "w", "x", "y"]
            fields[at] = value
            yield Spoilt(f"{value!r} in column {at}", *around(d, 2, d.line(fields), tuple(fields)))


def malformed(d: Dialect) -> Iterator[Spoilt]:
    """Text after a closing qualifier, and qualifiers that never close, end the reading."""
    q = d.qualifier
    for at, column in product((0, 3), range(WIDTH)):
        before, rows = table(d, stop=at)
        after = table(d, start=at)[0]
        for name, value in (("after", f"{q}a{q}x"), ("blank after", f"{q}a{q} "), ("never closed", f"{q}a")):
            fields = ["v", "w", "x", "y"]
            fields[column] = value
            yield Spoilt(f"{name} in column {column} of row {at}", before + d.line(fields) + after, rows, column)
    line = d.line(["v", "w", "x", d.quoted("y"), "z"])
    yield Spoilt("separator after the last column", around(d, 4, line)[0], table(d)[1], WIDTH - 1)


def odd_characters(d: Dialect) -> Iterator[Spoilt]:
    """Characters that some readers take for something."""
    for value in (
        "\0",
        "a\0b",
        "\x1a",
        "\x1a\x1a",
        "\ufeff",
        "\\",
        "\\N",
        "NULL",
        "null",
        "#N/A",
        "=1+1",
        "\t ",
        "é",
        "日本",
        "😀",
        "\x7f",
    ):
        try:
            d.encode(value)
        except UnicodeEncodeError:
            continue
        if d.separator in value or (d.qualifier and value.startswith(d.qualifier)):
            continue
        yield Spoilt(f"{value!r}", *around(d, 2, d.line([value, value, "x", value]), (value, value, "x", value)))


def sizes(d: Dialect) -> Iterator[Spoilt]:
    """Many rows, long fields, and a field longer than any block."""
    line, row = d.line(["a", "b", "c", "d"]), ("a", "b", "c", "d")
    yield Spoilt("many rows", line * 3000, [row] * 3000)
    long = "long " * 30_000
    yield Spoilt("a long field", *around(d, 1, d.line([long, "b", "c", long]), (long, "b", "c", long)))
    if d.qualifier:
        inner = (d.separator + d.row) * 5_000
        yield Spoilt(
            "a long qualified field", *around(d, 1, d.line([d.quoted(inner), "b", "c", "d"]), (inner, "b", "c", "d"))
        )


FAMILIES: dict[str, Callable[[Dialect], Iterator[Spoilt]]] = {
    "short rows": short_rows,
    "long rows": long_rows,
    "ends of files": ends_of_files,
    "foreign line ends": foreign_ends,
    "qualified": qualified,
    "stray qualifiers": stray_qualifiers,
    "malformed": malformed,
    "odd characters": odd_characters,
    "sizes": sizes,
}
