"""Fuzzy Grouping: rows that are likely duplicates, with a canonical row for each group (DATA_FLOW §5).

Input columns with ``ToBeCleaned`` are compared: ``ExactFuzzy`` 1 exactly, 2 by likeness, with ``MinSimilarity``,
``FuzzyComparisonFlags`` and ``LeadingTrailingNumeralsSignificant`` (1 leading, 2 trailing, 3 both numerals must be
equal); for the component ``MinSimilarity``, ``Delimiters``, ``Exhaustive``, ``MaxMemoryUsage``. Output columns by
``ColumnType``: 1 ``_key_in`` (rows counted from 1), 2 ``_key_out`` (the ``_key_in`` of the canonical row), 3 ``_score``,
4 similarity of the column ``InputId``, 5 that column itself, 6 its value in the canonical row. Rows leave in the order
in which they came. How groups are found: :mod:`dtserve.dataflow.fuzzy.grouping`.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from dtserve.dataflow import properties
from dtserve.dataflow.base import BlockingTransform, Emit
from dtserve.dataflow.budget import Lease, lease
from dtserve.dataflow.errors import BadProperty
from dtserve.dataflow.fuzzy.grouping import Membership, group_records
from dtserve.dataflow.fuzzy.matcher import Matcher
from dtserve.dataflow.fuzzy.settings import (
    EXACT,
    FUZZY,
    announce,
    check_memory,
    comparison_flags,
    delimiters,
    similarity,
)
from dtserve.dataflow.fuzzy.tokens import tokenise
from dtserve.dataflow.registry import component
from dtserve.dataflow.sorting import OUT_ROWS
from dtserve.dataflow.spool import Spool
from dtserve.dataflow.text_errors import FuzzyColumnType, FuzzyNoJoin
from dtserve.dataflow.transform_errors import OutputColumnNotInInput
from dtserve.datatypes import DT, TypeSpec

if TYPE_CHECKING:
    import polars as pl

    from dtserve.package.model import Column

__all__ = ["FuzzyGrouping"]

KEY_IN, KEY_OUT, SCORE, COLUMN_SIMILARITY, PASS_THROUGH, CANONICAL = range(1, 7)
LEADING, TRAILING = 1, 2

_RECORD = "__record"
_KEY = "__key"
_WORDS = (DT.STR, DT.WSTR)
_BLOBS = (DT.TEXT, DT.NTEXT, DT.IMAGE)


@component("FuzzyGrouping")
class FuzzyGrouping(BlockingTransform):
    """Groups likely duplicates."""

    _spool: Spool | None = None
    _lease: Lease | None = None

    def validate(self) -> None:
        """Compared columns and their types, thresholds, kinds of output columns."""
        compared = self._compared()
        if not any(kind == FUZZY for _, kind in compared):
            raise FuzzyNoJoin(component=self.model.name)
        for column, kind in compared:
            spec = self._arriving(column)
            if kind not in (EXACT, FUZZY):
                raise BadProperty(property="ExactFuzzy", component=self.model.name, detail=f"{kind} is not known")
            if spec.dt in _BLOBS or (kind == FUZZY and spec.dt not in _WORDS):
                raise FuzzyColumnType(column=column.name, type=spec)
            similarity(self, column)
        similarity(self, self)
        for column, kind, source in self._outputs():
            if kind not in range(KEY_IN, CANONICAL + 1):
                raise BadProperty(property="ColumnType", component=self.model.name, detail=f"{kind} is not known")
            if kind in (PASS_THROUGH, CANONICAL) and source not in self._schema():
                raise OutputColumnNotInInput(column=column.name, number=column.number, lineage=source)

    def start(self) -> None:
        """Prepare for rows."""
        announce(self)
        self._stopped = threading.Event()
        settings = self.host.settings
        self._lease = lease(settings.memory_limit)
        self._spool = Spool(settings.temp, self._lease)
        self._rows = 0
        self._records: dict[tuple[object, ...], int] = {}
        self._counts: list[int] = []
        self._first: list[int] = []

    def process(self, input_ref: str, frame: pl.DataFrame) -> Iterable[Emit]:
        """Keep the rows, number their records."""
        import polars as pl

        if self._spool is None or self._lease is None:
            return ()
        self._lease.take()
        numbers = []
        for at, row in enumerate(frame.select(c.lineage_id for c, _ in self._compared()).iter_rows(), self._rows):
            record = self._records.setdefault(row, len(self._counts))
            if record == len(self._counts):
                self._counts.append(0)
                self._first.append(at)
            self._counts[record] += 1
            numbers.append(record)
        keys = pl.int_range(self._rows + 1, self._rows + frame.height + 1, dtype=pl.Int64, eager=True)
        self._spool.add(frame.with_columns(pl.Series(_RECORD, numbers, dtype=pl.Int64), keys.alias(_KEY)))
        self._rows += frame.height
        return ()

    def finish(self) -> Iterator[Emit]:
        """Group the records, then give the rows with their groups."""
        import polars as pl

        if not self._counts or self._spool is None:
            return
        columns = [c for c, _ in self._compared()]
        schema = {c.lineage_id: self._arriving(c).polars() for c in columns}
        records = pl.DataFrame(list(self._records), schema=schema, orient="row")
        self._records.clear()
        members = self._members(records)
        if not members:
            return
        canonical = pl.Series([member.canonical for member in members], dtype=pl.UInt32)
        table = records.select(pl.col(name).gather(canonical) for name in schema)
        first = pl.Series(self._first, dtype=pl.Int64).gather(canonical) + 1
        for frame in self._spool.frames():
            for start in range(0, frame.height, OUT_ROWS):
                part = frame.slice(start, OUT_ROWS)
                yield self.output().ref_id, self._made(part, members, table, first)

    def interrupt(self) -> None:
        """Stop comparing."""
        self._stopped.set()

    def close(self) -> None:
        """Forget the rows."""
        if self._spool is not None:
            self._spool.close()
            self._spool = None
        if self._lease is not None:
            self._lease.give_back()

    def _members(self, records: pl.DataFrame) -> list[Membership]:
        """The group of each record."""
        fuzzy = [c for c, kind in self._compared() if kind == FUZZY]
        tokens = [tokenise(records[c.lineage_id], delimiters(self), comparison_flags(self, c)) for c in fuzzy]
        exact = self._exact(records)
        matcher = Matcher(
            tokens,
            exact,
            minimum=similarity(self, self),
            minima=[similarity(self, c) for c in fuzzy],
            exhaustive=properties.boolean(self.model.properties, "Exhaustive", owner=self.model.name),
        )
        check_memory(self, matcher.estimated_bytes + int(records.estimated_size()))
        keys = list(exact.iter_rows()) if exact is not None else [()] * records.height
        return group_records(
            matcher,
            [series.to_list() for series in tokens],
            keys,
            self._counts,
            lambda: self._stopped.is_set() or self.host.cancel.is_set(),
        )

    def _exact(self, records: pl.DataFrame) -> pl.DataFrame | None:
        """What must be equal: the exact columns, and the numerals of columns where they are significant."""
        import polars as pl

        made: list[pl.Series] = []
        for column, kind in self._compared():
            values = records[column.lineage_id]
            if kind == EXACT:
                made.append(values.alias(f"e{len(made)}"))
                continue
            significant = self._number(column, "LeadingTrailingNumeralsSignificant")
            if significant & LEADING:
                made.append(values.str.extract(r"^\s*(\d+)").alias(f"e{len(made)}"))
            if significant & TRAILING:
                made.append(values.str.extract(r"(\d+)\s*$").alias(f"e{len(made)}"))
        return pl.DataFrame(made) if made else None

    def _made(
        self, frame: pl.DataFrame, members: list[Membership], canonical: pl.DataFrame, first: pl.Series
    ) -> pl.DataFrame:
        """The output's columns for some rows."""
        import polars as pl

        records = frame[_RECORD]
        mine = [members[at] for at in records.to_list()]
        fuzzy = [c.lineage_id for c, kind in self._compared() if kind == FUZZY]
        made = []
        for column, kind, source in self._outputs():
            if kind == KEY_IN:
                values = frame[_KEY]
            elif kind == KEY_OUT:
                values = first.gather(records)
            elif kind == SCORE:
                values = pl.Series([each.similarity for each in mine], dtype=pl.Float64)
            elif kind == COLUMN_SIMILARITY:
                place = fuzzy.index(source) if source in fuzzy else -1
                values = pl.Series([each.columns[place] if place >= 0 else 1.0 for each in mine], dtype=pl.Float64)
            elif kind == CANONICAL and source in canonical.columns:
                values = canonical[source].gather(records)
            else:
                values = frame[source]
            made.append(values.cast(column.type.polars()).alias(column.lineage_id))
        return pl.DataFrame(made)

    # --- the model ------------------------------------------------------------------------------

    def _schema(self) -> dict[str, TypeSpec]:
        return dict(self.input_schemas[self.model.inputs[0].ref_id])

    def _arriving(self, column: Column) -> TypeSpec:
        return self._schema().get(column.lineage_id, column.type)

    def _number(self, column: Column, name: str) -> int:
        return properties.integer(column.properties, name, owner=self.model.name)

    def _compared(self) -> list[tuple[Column, int]]:
        """The columns that decide, and how."""
        return [
            (c, properties.integer(c.properties, "ExactFuzzy", FUZZY, owner=self.model.name))
            for c in self.model.inputs[0].columns
            if properties.boolean(c.properties, "ToBeCleaned", owner=self.model.name)
        ]

    def _outputs(self) -> list[tuple[Column, int, str]]:
        return [
            (c, self._number(c, "ColumnType"), properties.reference(c.properties, "InputId"))
            for c in self.output().columns
        ]
