"""The reference side of a Lookup: where its rows come from and how one is found.

:class:`FullCache` holds all rows in a hash table and compares as the engine does: by
characters, NULL equal to NULL. :class:`DatabaseRows` asks the database per key, so that
its collation compares, with the partial cache in between or without.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Any

from lxml import etree

from dtserve.connections.base import SqlParameter
from dtserve.dataflow.conversion import fit
from dtserve.dataflow.hash_table import index_of
from dtserve.dataflow.lookup_errors import ReferenceColumnMissing, ReferenceValueUnfit
from dtserve.dataflow.runs import held_bytes
from dtserve.dataflow.sql import parameter_value
from dtserve.datatypes import DT, TypeSpec, from_name

if TYPE_CHECKING:
    import polars as pl

    from dtserve.connections.base import ResultColumn, SqlSession
    from dtserve.datatypes.columns import ColumnResult

__all__ = ["DatabaseRows", "FullCache", "read_reference", "reference_columns", "uncut", "unfit_rows"]

_ROW_OVERHEAD = 100


def reference_columns(xml: str) -> dict[str, TypeSpec]:
    """Name and type of the reference columns in ``ReferenceMetadataXml``; empty when there is none."""
    if not xml.strip() or "<!DOCTYPE" in xml:
        return {}
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(xml.strip().encode(), parser)
    except etree.XMLSyntaxError:
        return {}
    found = {}
    for element in root.iter("referenceColumn"):
        values = {str(key).lower(): str(value) for key, value in element.attrib.items()}
        try:
            dt = from_name(values.get("datatype", ""))
        except KeyError:
            continue
        found[values.get("name", "")] = TypeSpec(
            dt,
            length=int(values.get("length") or 0),
            precision=int(values.get("precision") or 0),
            scale=int(values.get("scale") or 0),
            code_page=int(values.get("codepage") or 0),
        )
    return found


def read_reference(
    session: SqlSession,
    statement: str,
    wanted: dict[str, TypeSpec],
    *,
    locale_id: int,
    keys: Collection[str] = (),
    check: Callable[[int], None] = lambda size: None,
) -> pl.DataFrame:
    """The columns ``wanted`` (reference name → type) of a query, converted; raises ReferenceColumnMissing.

    ``keys`` are columns that are compared with input columns of these types: a row whose value does not fit equals none of
    theirs and is left out. Another value that does not convert is ReferenceValueUnfit. ``check`` is called with the bytes so
    far and may raise.
    """
    import polars as pl

    result = session.query(statement)
    places = {name: _place(result.columns, name) for name in wanted}
    frames = []
    size = 0
    for frame in result.batches:
        made = []
        unfit = pl.repeat(False, frame.height, dtype=pl.Boolean, eager=True)
        for name, spec in wanted.items():
            at = places[name]
            values = fit(frame.to_series(at), result.columns[at].type, spec, "ole_db_source", locale_id=locale_id)
            if name in keys:
                unfit = unfit | unfit_rows(values, frame.to_series(at))
            elif values.errors is not None:
                raise ReferenceValueUnfit(column=name, type=spec)
            made.append(values.values.alias(name))
        rows = pl.DataFrame(made)
        frames.append(rows.filter(~unfit) if unfit.any() else rows)
        size += held_bytes(frames[-1])
        check(size)
    schema = {name: spec.polars() for name, spec in wanted.items()}
    return pl.concat(frames) if frames else pl.DataFrame(schema=schema)


def _place(columns: Sequence[ResultColumn], name: str) -> int:
    for fold in (str, str.lower):
        for at, column in enumerate(columns):
            if fold(column.name) == fold(name):
                return at
    raise ReferenceColumnMissing(column=name)


def unfit_rows(result: ColumnResult, before: pl.Series) -> pl.Series:
    """The rows whose value does not fit, or only when it is cut."""
    import polars as pl

    marks = pl.repeat(False, len(result.values), dtype=pl.Boolean, eager=True)
    if result.errors is not None:
        marks = marks | result.errors.is_not_null()
    if result.truncated is not None:
        marks = marks | result.truncated.fill_null(False)
    if before.dtype.is_decimal() and result.values.dtype.is_decimal() and before.dtype != result.values.dtype:
        both = pl.DataFrame([before.alias("before"), result.values.alias("after")])
        marks = marks | both.select((pl.col("before") != pl.col("after")).fill_null(False)).to_series()
    return marks


def _converted(values: pl.Series, source: TypeSpec, target: TypeSpec, locale_id: int, name: str) -> pl.Series:
    result = fit(values, source, target, "ole_db_source", locale_id=locale_id)
    if result.errors is not None:
        raise ReferenceValueUnfit(column=name, type=target)
    return result.values


def uncut(spec: TypeSpec) -> TypeSpec:
    """The type that holds texts and bytes of any length, so that only who receives them cuts them."""
    return spec.with_(length=0) if spec.dt in (DT.STR, DT.WSTR, DT.BYTES) else spec


class FullCache:
    """All reference rows in memory; ``keys`` are the names of the join columns in ``rows``, ``wanted`` those that are copied."""

    def __init__(self, rows: pl.DataFrame, keys: list[str], wanted: Sequence[str] | None = None) -> None:
        import polars as pl

        index = index_of(rows, keys)
        self._index = index
        self.duplicates = index.duplicates
        """Rows whose key an earlier row has."""
        copied = rows.select(list(dict.fromkeys(wanted))) if wanted is not None else rows
        missing = pl.DataFrame([pl.Series(name, [None], dtype=dtype) for name, dtype in copied.schema.items()])
        self._rows = pl.concat([copied, missing], rechunk=True)
        self._count = rows.height

    def find(self, probe: pl.DataFrame) -> tuple[pl.Series, pl.DataFrame]:
        """Per row of ``probe`` whether there is a match, and the reference row (NULLs where there is none)."""
        import numpy as np
        import polars as pl

        at = self._index.find(probe)
        matched = at >= 0
        places = np.where(matched, at, self._count).astype(np.uint32)
        found = self._rows[pl.Series(places)] if self._rows.width else pl.DataFrame()
        return pl.Series("matched", matched), found


class DatabaseRows:
    """Reference rows asked for key by key.

    ``memory`` bytes of the partial cache, of which ``missing_share`` percent remember keys
    without a match; 0 bytes is "no cache", where only the key of the row before is kept.
    ``check`` is called before each query and may raise.
    """

    def __init__(
        self,
        session: SqlSession,
        statement: str,
        types: Sequence[TypeSpec],
        wanted: dict[str, TypeSpec],
        *,
        locale_id: int,
        memory: int = 0,
        missing_share: int = 0,
        check: Callable[[], None] = lambda: None,
    ) -> None:
        self._session = session
        self._statement = statement
        self._types = types
        self._wanted = wanted
        self._locale = locale_id
        self._found = _Cache(memory * (100 - missing_share) // 100)
        self._missing = _Cache(memory * missing_share // 100)
        self._cached = memory > 0
        self._check = check
        self._last: tuple[tuple[Any, ...], tuple[Any, ...] | None] | None = None
        self.queries = 0

    duplicates = 0

    def find(self, probe: pl.DataFrame) -> tuple[pl.Series, pl.DataFrame]:
        """Per row of ``probe`` whether there is a match, and the reference row (NULLs where there is none)."""
        import polars as pl

        rows = [self._row(key) for key in probe.iter_rows()]
        matched = pl.Series("matched", [row is not None for row in rows], dtype=pl.Boolean)
        columns = [
            pl.Series(name, [None if row is None else row[at] for row in rows], dtype=spec.polars())
            for at, (name, spec) in enumerate(self._wanted.items())
        ]
        return matched, pl.DataFrame(columns) if columns else pl.DataFrame({"": matched})

    def _row(self, key: tuple[Any, ...]) -> tuple[Any, ...] | None:
        if self._cached:
            row = self._found.get(key)
            if row is not None or self._missing.get(key) is not None:
                return row
        elif self._last is not None and self._last[0] == key:
            return self._last[1]
        row = self._ask(key)
        if not self._cached:
            self._last = (key, row)
        elif row is None:
            self._missing.put(key, ())
        else:
            self._found.put(key, row)
        return row

    def _ask(self, key: tuple[Any, ...]) -> tuple[Any, ...] | None:
        """The first row the database gives for a key."""
        self._check()
        self.queries += 1
        parameters = [
            SqlParameter(parameter_value(value, spec), spec) for value, spec in zip(key, self._types, strict=True)
        ]
        found: tuple[Any, ...] | None = None
        result = self._session.query(self._statement, parameters, batch_rows=1)
        for frame in result.batches:
            if found is None and frame.height:
                found = tuple(
                    _converted(
                        frame.head(1).to_series(_place(result.columns, name)),
                        result.columns[_place(result.columns, name)].type,
                        spec,
                        self._locale,
                        name,
                    )[0]
                    for name, spec in self._wanted.items()
                )
        return found


class _Cache:
    """A least-recently-used map bounded by an estimate of its bytes."""

    def __init__(self, memory: int) -> None:
        self._memory = memory
        self._bytes = 0
        self._rows: OrderedDict[tuple[Any, ...], tuple[Any, ...]] = OrderedDict()

    def get(self, key: tuple[Any, ...]) -> tuple[Any, ...] | None:
        row = self._rows.get(key)
        if row is not None:
            self._rows.move_to_end(key)
        return row

    def put(self, key: tuple[Any, ...], row: tuple[Any, ...]) -> None:
        self._rows[key] = row
        self._bytes += _size(key) + _size(row)
        while self._bytes > self._memory and self._rows:
            old, gone = self._rows.popitem(last=False)
            self._bytes -= _size(old) + _size(gone)


def _size(row: tuple[Any, ...]) -> int:
    return _ROW_OVERHEAD + sum(len(value) if isinstance(value, str | bytes) else 8 for value in row)
