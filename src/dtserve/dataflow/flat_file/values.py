"""From the text of a file's column to the values of an output column (DATA_FLOW §7.3).

Empty fields: with RetainNulls they are NULL (delimited formats only), without they are
the empty text, or the default value of the column's type. UNVERIFIED for dates: the
documentation says "appropriate default"; the zero of each type is taken, which for the
types of OLE Automation and OLE DB is midnight of 1899-12-30.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from dtserve.dataflow.flat_file.layout import MISSING_COLUMN_IS_NULL
from dtserve.datatypes import DT, TypeSpec
from dtserve.datatypes.code_pages import UTF8, is_single_byte
from dtserve.datatypes.errors import HOST_CODES

if TYPE_CHECKING:
    import polars as pl

    from dtserve.datatypes.column_result import ColumnResult
    from dtserve.package.model import Column

__all__ = ["ColumnReader", "default_value"]

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

    def read(self, raw: pl.Series, *, clean: bool) -> ColumnResult:
        """The values of a column of texts; NULL is a missing column.

        ``clean`` tells that the text around has no NUL character.
        """
        from dtserve.datatypes.columns_text import fit_bytes_column

        if self.binary:
            return self._coded(fit_bytes_column(raw, self.column.type))
        sizes = raw.str.len_bytes()
        if self.column.type.family == "text":
            return self._text(raw, sizes, clean)
        return self._value(raw, sizes)

    def _text(self, raw: pl.Series, sizes: pl.Series, clean: bool) -> ColumnResult:
        from dtserve.datatypes.column_result import ColumnResult
        from dtserve.datatypes.text import parse_column

        spec = self.column.type
        if self.retain_nulls and self.empty_is_null and sizes.min() == 0:
            raw = _without(raw, sizes)
        if not MISSING_COLUMN_IS_NULL and not self.retain_nulls and raw.null_count():
            raw = raw.fill_null("")
        if not clean or not self._maps_to(spec):
            return self._coded(parse_column(raw, spec))
        length = spec.length if spec.dt in (DT.STR, DT.WSTR) else 0
        if not length or int(sizes.max() or 0) <= length:  # type: ignore[arg-type]
            return ColumnResult(raw)
        return self._long(raw, (sizes > length).arg_true())

    def _maps_to(self, spec: TypeSpec) -> bool:
        """Whether the type has every character of the file, in no more bytes than UTF-8 has."""
        if spec.dt in (DT.WSTR, DT.NTEXT) or spec.code_page == UTF8:
            return True
        return spec.code_page == self.code_page and is_single_byte(spec.code_page)

    def _long(self, raw: pl.Series, rows: pl.Series) -> ColumnResult:
        """The result where just some rows are long enough to need a look at their characters."""
        import polars as pl

        from dtserve.datatypes.column_result import ColumnResult
        from dtserve.datatypes.text import parse_column

        if len(rows) > len(raw) // 4:
            return self._coded(parse_column(raw, self.column.type))
        found = self._coded(parse_column(raw.gather(rows), self.column.type))
        values = raw.clone().scatter(rows, found.values)
        return ColumnResult(
            values,
            None
            if found.errors is None
            else pl.repeat(None, len(raw), dtype=pl.UInt32, eager=True).scatter(rows, found.errors),
            None
            if found.truncated is None
            else pl.repeat(False, len(raw), dtype=pl.Boolean, eager=True).scatter(rows, found.truncated),
        )

    def _value(self, raw: pl.Series, sizes: pl.Series) -> ColumnResult:
        from dtserve.datatypes.column_result import ColumnResult
        from dtserve.datatypes.text import parse_column

        spec = self.column.type
        missing = raw.null_count()
        texts = _without(raw, sizes) if sizes.min() == 0 else raw
        result = self._coded(parse_column(texts, spec, locale_id=self.locale_id, fast_parse=self.fast_parse))
        if self.retain_nulls or texts.null_count() == (missing if MISSING_COLUMN_IS_NULL else 0):
            return result
        values = _filled(result.values, texts.is_null() & _fillable(raw), spec)
        return ColumnResult(values, result.errors, result.truncated)

    def _coded(self, result: ColumnResult) -> ColumnResult:
        """The error codes of this component instead of those of Data Conversion (DATA_FLOW §2)."""
        import polars as pl

        from dtserve.datatypes.column_result import ColumnResult

        if result.errors is None:
            return result
        codes = HOST_CODES["flat_file_source"]
        mapped = result.errors.cast(pl.UInt64).replace(codes).cast(pl.UInt32)
        return ColumnResult(result.values, mapped, result.truncated)


def _without(raw: pl.Series, sizes: pl.Series) -> pl.Series:
    """The column with NULL in place of empty texts."""
    import polars as pl

    frame = pl.DataFrame([raw.alias("raw"), sizes.alias("size")])
    return frame.select(pl.when(pl.col("size") > 0).then(pl.col("raw"))).to_series().alias(raw.name)


def _fillable(raw: pl.Series) -> pl.Series:
    import polars as pl

    if MISSING_COLUMN_IS_NULL:
        return raw.is_not_null()
    return pl.repeat(True, len(raw), dtype=pl.Boolean, eager=True)


def _filled(values: pl.Series, where: pl.Series, spec: TypeSpec) -> pl.Series:
    import polars as pl

    default = pl.Series([default_value(spec)], dtype=values.dtype)
    frame = pl.DataFrame([values.alias("value"), where.alias("where")])
    filled = pl.when(pl.col("where")).then(pl.lit(default)).otherwise(pl.col("value"))
    return frame.select(filled).to_series().alias(values.name)
