"""The columnar meanings of the text functions that need more than one Polars method."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import polars as pl

from dtserve.datatypes import DT
from dtserve.datatypes.code_pages import UTF8, is_single_byte
from dtserve.datatypes.distinct import through_distinct
from dtserve.expressions.columnar_calls import ColumnCall, each_row
from dtserve.expressions.program import Run
from dtserve.expressions.switches import current
from dtserve.expressions.tokens import nth_pattern, pattern
from dtserve.expressions.unit_columns import BEYOND_BMP, by_distinct, clipped, select, unit_kernel, with_nulls
from dtserve.expressions.utf16 import units
from dtserve.expressions.value_errors import FunctionOverflow

__all__ = [
    "change_case", "code_point", "find_string", "hexadecimal", "length", "replace", "replicate", "reverse", "token",
    "token_count",
]  # fmt: skip


@cache
def _not_simple(way: str) -> str:
    """The characters whose case Polars changes otherwise than one by one, as a character class."""
    odd: list[str] = []
    known = np.arange(0x80, 0x1F000, dtype="<u4").tobytes().decode("utf-32-le", "surrogatepass")
    for at in range(0, len(known), 128):  # changing case never shortens, so a block that does not grow has none
        block = known[at : at + 128]
        if len(getattr(block, way)()) != len(block):
            odd.extend(char for char in block if len(getattr(char, way)()) != 1)
    if way == "lower":
        odd.append("\u03a3")  # capital sigma: Polars writes a final one at the end of a word
    return "[" + "".join(odd) + "]"


def change_case(call: ColumnCall, way: str) -> pl.Expr:
    """UPPER and LOWER: texts with characters like ``ß`` take the scalar meaning."""

    def simple(text: pl.Series) -> pl.Series:
        return text.str.to_uppercase() if way == "upper" else text.str.to_lowercase()

    def careful(text: pl.Series) -> pl.Series:
        odd = text.str.contains(_not_simple(way)).fill_null(False)
        made = simple(text)
        return each_row(call, [text], odd).zip_with(odd, made) if odd.any() else made

    def kernel(run: Run, text: pl.Series) -> pl.Series:
        return simple(text) if run.is_ascii(call.operands[0]) else through_distinct(text, careful)

    return call.kernel(kernel)


def reverse(call: ColumnCall) -> pl.Expr:
    """REVERSE: code point by code point (Polars' own reversal keeps combining marks in place)."""

    def kernel(run: Run, text: pl.Series) -> pl.Series:
        if run.is_ascii(call.operands[0]):
            return text.str.reverse()
        return text.str.split("").list.reverse().list.join("")

    return call.kernel(kernel)


def length(call: ColumnCall) -> pl.Expr:
    """LEN of text in UTF-16 units, of DT_TEXT in bytes of its code page, of binaries in bytes."""
    spec = call.operands[0].type

    def kernel(run: Run, value: pl.Series) -> pl.Series:
        if spec.family == "binary":
            return value.bin.size().cast(pl.Int32)
        if run.is_ascii(call.operands[0]) or (spec.dt is DT.TEXT and spec.code_page == UTF8):
            return value.str.len_bytes().cast(pl.Int32)
        if spec.dt is DT.TEXT and not is_single_byte(spec.code_page):
            return each_row(call, [value])
        made = value.str.len_chars().cast(pl.Int32)
        return made if spec.dt is DT.TEXT else made + value.str.count_matches(BEYOND_BMP).cast(pl.Int32)

    return call.kernel(kernel)


def code_point(call: ColumnCall) -> pl.Expr:
    """CODEPOINT: looked up once per distinct first character."""

    def kernel(run: Run, text: pl.Series) -> pl.Series:
        first = text.str.head(1)
        found = [char for char in first.unique().drop_nulls() if char]
        known = {char: int.from_bytes(units(char)[:2], "little") for char in found}
        return first.replace_strict(known, default=None, return_dtype=pl.UInt16)

    return call.kernel(kernel)


_MOST_REPEATS = 40
_DIGITS = np.frombuffer("0123456789ABCDEF".encode("utf-32-le"), dtype=np.uint32)


def hexadecimal(call: ColumnCall) -> pl.Expr:
    """HEX: four bits at a time over the whole column."""
    width = call.operands[0].type.info.width

    def kernel(run: Run, number: pl.Series) -> pl.Series:
        raw = number.fill_null(0).to_numpy().astype(np.int64 if number.dtype.is_signed_integer() else np.uint64)
        shifts = np.arange(width - 4, -1, -4, dtype=np.uint64)
        digits = _DIGITS[((raw.view(np.uint64)[:, None] >> shifts) & np.uint64(15)).astype(np.intp)]
        texts = np.ascontiguousarray(digits).view(f"U{width // 4}").ravel()
        made = pl.Series(texts.tolist(), dtype=pl.String).str.strip_chars_start("0")
        made = made.to_frame("m").select(pl.when(pl.col("m") == "").then(pl.lit("0")).otherwise("m")).to_series()
        return with_nulls(made, [number])

    return call.kernel(kernel)


def find_string(call: ColumnCall) -> pl.Expr:
    """FINDSTRING: by byte offset in ASCII columns, else by the pieces between occurrences."""
    occurrence = call.operands[2]
    if current().findstring_overlaps:
        return call.kernel(lambda run, *arguments: each_row(call, arguments))

    def by_pieces(text: Any, search: Any, occurrence: Any) -> pl.Expr:
        if isinstance(search, str) and not search:
            return pl.when(_lit(text).is_not_null()).then(pl.lit(0, dtype=pl.Int32))
        wanted = clipped(occurrence, 1)
        text, search = _lit(text), _lit(search)
        pieces = text.str.split(search)
        before = pieces.list.head(wanted).list.eval(pl.element().str.len_chars()).list.sum().cast(pl.Int64)
        at = before + (wanted - 1) * search.str.len_chars().cast(pl.Int64) + 1
        found = (pieces.list.len() > wanted) & (search != "")
        return pl.when(found).then(at).otherwise(0).cast(pl.Int32)

    def by_offset(text: Any, search: Any, occurrence: Any) -> pl.Expr:
        if isinstance(search, str) and not search:
            return pl.when(_lit(text).is_not_null()).then(pl.lit(0, dtype=pl.Int32))
        at = _lit(text).str.find(search, literal=True).cast(pl.Int32) + 1
        return pl.when(_lit(search) != "").then(at.fill_null(0)).otherwise(0).cast(pl.Int32)

    first = occurrence.constant and occurrence.value == 1
    return unit_kernel(call, by_pieces, by_offset if first else by_pieces)


def _lit(value: Any) -> pl.Expr:
    return value if isinstance(value, pl.Expr) else pl.lit(value)


def replace(call: ColumnCall) -> pl.Expr:
    """REPLACE: one Polars pass per distinct search text."""

    def build(text: Any, search: str, replacement: Any) -> pl.Expr:
        return (
            _lit(text).str.replace_all(search, _lit(replacement).fill_null(""), literal=True) if search else _lit(text)
        )

    def kernel(run: Run, *arguments: Any) -> pl.Series:
        return by_distinct(call, arguments, 1, build)

    return call.kernel(kernel)


def replicate(call: ColumnCall, limit: int) -> pl.Expr:
    """REPLICATE: repeated lists joined; longer than ``limit`` is an overflow."""

    def kernel(run: Run, text: Any, count: Any) -> tuple[pl.Series, pl.Series | None]:
        size = select([text, count], lambda t, c: _lit(t).str.len_chars().cast(pl.Int128) * clipped(c))
        long = (size > pl.Series([limit], dtype=pl.Int128)).fill_null(False)
        times = select([text, count], lambda t, c: pl.when(_lit(t).is_not_null()).then(clipped(c)))
        if long.any():
            times = times.to_frame("n").select(pl.when(long).then(0).otherwise("n")).to_series()
        made = select([text, times], lambda t, n: _lit(t).repeat_by(n).list.join(""))
        return with_nulls(made, [count]), long if long.any() else None

    return call.kernel(kernel, FunctionOverflow)


def token(call: ColumnCall) -> pl.Expr:
    """TOKEN: all tokens by one regular expression per distinct set of delimiters."""
    beyond = pl.lit("" if current().token_beyond_is_empty else None, dtype=pl.String)

    def build(text: Any, delimiters: str, occurrence: Any) -> pl.Expr:
        if isinstance(occurrence, int) and occurrence <= _MOST_REPEATS:
            found = _lit(text).str.extract(nth_pattern(delimiters, max(occurrence, 1)), 1)
        else:
            all_of_them = _lit(text).str.extract_all(pattern(delimiters))
            found = all_of_them.list.get(clipped(occurrence, 1) - 1, null_on_oob=True)
        return pl.when(found.is_null()).then(beyond).otherwise(found)

    def kernel(run: Run, *arguments: Any) -> pl.Series:
        return by_distinct(call, arguments, 1, build)

    return call.kernel(kernel)


def token_count(call: ColumnCall) -> pl.Expr:
    """TOKENCOUNT: matches counted; a NULL text has none."""

    def build(text: pl.Expr, delimiters: str) -> pl.Expr:
        return text.str.count_matches(pattern(delimiters)).cast(pl.Int32)

    def single(text: pl.Expr, delimiter: str) -> pl.Expr:
        """One delimiter that never stands twice in a row: parts minus the empty ones at the ends."""
        ends = text.str.starts_with(delimiter).cast(pl.Int32) + text.str.ends_with(delimiter).cast(pl.Int32)
        parts = text.str.count_matches(delimiter, literal=True).cast(pl.Int32) + 1 - ends
        return pl.when(text == "").then(0).otherwise(parts)

    def kernel(run: Run, text: Any, delimiters: Any) -> pl.Series:
        if delimiters is None:
            return pl.repeat(None, run.frame.height, dtype=pl.Int32, eager=True)
        known = text.fill_null("")
        plain = isinstance(delimiters, str) and len(delimiters) == 1
        if plain and not known.str.contains(delimiters * 2, literal=True).any():
            return select([known, delimiters], single)
        return by_distinct(call, [known, delimiters], 1, build)

    return call.kernel(kernel)
