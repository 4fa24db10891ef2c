"""From the text of a file's column to the values of an output column (DATA_FLOW §7.3).

Empty fields: with RetainNulls they are NULL (delimited formats only), without they are
the empty text, or the default value of the column's type. UNVERIFIED for dates: the
documentation says "appropriate default"; the zero of each type is taken, which for the
types of OLE Automation and OLE DB is midnight of 1899-12-30.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

from dtserve.dataflow.dispositions import SomeRows
from dtserve.dataflow.flat_file.encoding import UNDECODED
from dtserve.dataflow.flat_file.errors import UNDECODABLE_CODE
from dtserve.dataflow.flat_file.layout import MISSING_COLUMN_IS_NULL
from dtserve.datatypes import DT, TypeSpec
from dtserve.datatypes.code_pages import UTF8, is_single_byte
from dtserve.datatypes.errors import HOST_CODES, ConversionError

if TYPE_CHECKING:
    import numpy as np
    import polars as pl

    from dtserve.datatypes.column_result import ColumnResult
    from dtserve.package.model import Column

__all__ = ["ColumnReader", "Found", "default_value"]

_FEW = 256
"""Texts up to which they are parsed one by one."""

_MOST_OUTCOMES = 10_000

Outcome = tuple[Any, int | None, bool]
"""The value of a text, or the code of its error; whether the value was cut."""

_ZERO_MOMENT = dt.datetime(1899, 12, 30)
_DEFAULTS: dict[str, Any] = {"int": 0, "float": 0.0, "decimal": Decimal(0), "bool": False, "binary": b"", "text": ""}


def default_value(spec: TypeSpec) -> Any:
    """What an empty field becomes without RetainNulls, in the form that Polars takes."""
    if spec.dt is DT.GUID:
        return "{00000000-0000-0000-0000-000000000000}"
    if spec.dt is DT.DBDATE:
        return _ZERO_MOMENT.date()
    if spec.dt in (DT.DBTIME, DT.DBTIME2):
        return dt.time()
    if spec.dt is DT.FILETIME:
        return dt.datetime(1601, 1, 1)
    if spec.dt is DT.DBTIMESTAMPOFFSET:
        return {"utc": _ZERO_MOMENT, "offset": 0}
    return _DEFAULTS.get(spec.family, _ZERO_MOMENT)


Found: TypeAlias = "ColumnResult | SomeRows"


@dataclass(frozen=True)
class ColumnReader:
    """How one output column is read: ``position`` in the file, and the rules for its text."""

    column: Column
    position: int
    locale_id: int
    code_page: int
    fast_parse: bool
    retain_nulls: bool
    empty_is_null: bool
    binary: bool
    outcomes: dict[str, Outcome] = field(default_factory=dict, compare=False, repr=False)

    def read(self, raw: pl.Series, *, clean: bool) -> Found:
        """The values of a column of texts; NULL is a missing column.

        ``clean`` tells that the text around has no NUL character.
        """
        from dtserve.dataflow.column_views import byte_lengths
        from dtserve.datatypes.columns_text import fit_bytes_column

        if self.binary:
            return self._coded(fit_bytes_column(raw, self.column.type))
        sizes = byte_lengths(raw)
        if self.column.type.family == "text":
            return self._text(raw, sizes, clean)
        return self._value(raw, sizes)

    def read_undecoded(self, raw: pl.Series, *, clean: bool) -> Found:
        """The same where fields may hold bytes that are no text: each such field is an error."""
        import numpy as np
        import polars as pl

        if self.binary:
            return self.read(raw, clean=clean)
        bad = raw.str.contains(UNDECODED, literal=True).fill_null(False)
        if not bad.any():
            return self.read(raw, clean=clean)
        nothing = pl.Series([None], dtype=pl.String)
        others = self.read(raw.zip_with(~bad, nothing).alias(raw.name), clean=clean)
        rows = bad.arg_true().to_numpy().astype(np.int64)
        known = others.rows if isinstance(others, SomeRows) else np.arange(len(raw))
        places = np.append(known, rows)
        order = np.argsort(places, kind="stable")  # the first row that fails is told
        return SomeRows(
            others.values.zip_with(~bad, pl.Series([None], dtype=others.values.dtype)),
            places[order],
            _appended(others.errors, len(known), pl.Series([UNDECODABLE_CODE] * len(rows), dtype=pl.UInt32))[order],
            _appended(others.truncated, len(known), pl.Series([False] * len(rows), dtype=pl.Boolean))[order],
        )

    def _text(self, raw: pl.Series, sizes: np.ndarray, clean: bool) -> Found:
        import numpy as np

        from dtserve.datatypes.column_result import ColumnResult

        spec = self.column.type
        if self.retain_nulls and self.empty_is_null and (sizes == 0).any():
            raw = _without(raw, sizes)
        if not MISSING_COLUMN_IS_NULL and not self.retain_nulls and raw.null_count():
            raw = raw.fill_null("")
        if not clean or not self._maps_to(spec):
            return self._parsed(raw)
        length = spec.length if spec.dt in (DT.STR, DT.WSTR) else 0
        long = np.flatnonzero(sizes > length) if length else sizes[:0]
        if not len(long):
            return ColumnResult(raw)
        return _spread(self._parsed(raw[long]), long, raw)

    def _maps_to(self, spec: TypeSpec) -> bool:
        """Whether the type has every character of the file, in no more bytes than UTF-8 has."""
        if spec.dt in (DT.WSTR, DT.NTEXT) or spec.code_page == UTF8:
            return True
        return spec.code_page == self.code_page and is_single_byte(spec.code_page)

    def _value(self, raw: pl.Series, sizes: np.ndarray) -> Found:
        import numpy as np

        from dtserve.dataflow.column_views import nulls
        from dtserve.dataflow.flat_file.regular import regular_values
        from dtserve.datatypes.column_result import ColumnResult

        result: Found
        missing = raw.null_count()
        empty = int(np.count_nonzero(sizes == 0))
        values = regular_values(raw, self.column.type, point=self._point, fast_parse=self.fast_parse)
        if values is None:
            result = self._parsed(_without(raw, sizes) if empty else raw)
        elif values.null_count() == missing + empty:
            result = ColumnResult(values)
        else:
            open_rows = np.flatnonzero(nulls(values) & (sizes > 0))
            parsed = self._parsed(raw[open_rows])
            result = parsed if len(open_rows) == len(raw) else _spread(parsed, open_rows, values)
        if self.retain_nulls or not (empty or (missing and not MISSING_COLUMN_IS_NULL)):
            return result
        blank = sizes == 0 if MISSING_COLUMN_IS_NULL else sizes <= 0
        return replace(result, values=_filled(result.values, blank, self.column.type))

    def _parsed(self, texts: pl.Series) -> ColumnResult:
        """Standard or fast parse, with the codes of this component."""
        from dtserve.datatypes.text import parse_column

        if len(texts) <= _FEW:
            return self._parsed_singly(texts)
        parsed = parse_column(texts, self.column.type, locale_id=self.locale_id, fast_parse=self.fast_parse)
        return self._coded(parsed)

    def _parsed_singly(self, texts: pl.Series) -> ColumnResult:
        """The same for a few texts, each different one once: less than a look at them as a column costs."""
        import polars as pl

        from dtserve.datatypes.column_result import ColumnResult, build_series

        if len(self.outcomes) > _MOST_OUTCOMES:
            self.outcomes.clear()
        found = [self.outcomes.get(text) or self._outcome(text) for text in texts.to_list()]
        values = build_series([value for value, _, _ in found], self.column.type)
        errors = pl.Series([code for _, code, _ in found], dtype=pl.UInt32)
        cut = pl.Series([cut for _, _, cut in found], dtype=pl.Boolean)
        return ColumnResult(values, errors if errors.null_count() < len(errors) else None, cut if cut.any() else None)

    def _outcome(self, text: str) -> Outcome:
        """Value, error code and whether it was cut; kept, because what fails often fails again."""
        from dtserve.datatypes.text import parse_value

        made: Outcome
        try:
            made = (
                parse_value(text, self.column.type, locale_id=self.locale_id, fast_parse=self.fast_parse),
                None,
                False,
            )
        except ConversionError as error:
            if error.kind == "truncation":
                made = error.value, None, True
            else:
                made = None, HOST_CODES["flat_file_source"].get(error.code, error.code), False
        self.outcomes[text] = made
        return made

    @cached_property
    def _point(self) -> str:
        from dtserve.datatypes.locales import locale_for

        return locale_for(self.locale_id).decimal

    def _coded(self, result: ColumnResult) -> ColumnResult:
        """The error codes of this component instead of those of Data Conversion (DATA_FLOW §2)."""
        import polars as pl

        from dtserve.datatypes.column_result import ColumnResult

        if result.errors is None:
            return result
        codes = HOST_CODES["flat_file_source"]
        mapped = result.errors.cast(pl.UInt64).replace(codes).cast(pl.UInt32)
        return ColumnResult(result.values, mapped, result.truncated)


def _spread(found: ColumnResult, rows: np.ndarray, values: pl.Series) -> SomeRows:
    """The values of all rows, with what was found out about some of them."""
    if found.values.null_count() < len(rows) or values.null_count() < len(rows):
        values = values.clone().scatter(rows, found.values)
    return SomeRows(values, rows, found.errors, found.truncated)


def _appended(found: pl.Series | None, count: int, more: pl.Series) -> pl.Series:
    """What was found about ``count`` rows, with that about more."""
    return (more.clear(count) if found is None else found.cast(more.dtype)).rename("").append(more)


def _without(raw: pl.Series, sizes: np.ndarray) -> pl.Series:
    """The column with NULL in place of empty texts."""
    import polars as pl

    return raw.zip_with(pl.Series(sizes != 0), pl.Series([None], dtype=pl.String)).alias(raw.name)


def _filled(values: pl.Series, where: np.ndarray, spec: TypeSpec) -> pl.Series:
    import polars as pl

    default = pl.Series([default_value(spec)], dtype=values.dtype)
    return values.zip_with(pl.Series(~where), default).alias(values.name)
