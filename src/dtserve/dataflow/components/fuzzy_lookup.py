"""Fuzzy Lookup: the rows of a reference table that are most like a row (DATA_FLOW §5, :mod:`dtserve.dataflow.fuzzy`).

``ReferenceTableName``; per input column ``JoinToReferenceColumn``, ``JoinType`` 1 exact or 2
fuzzy, ``MinSimilarity``, ``FuzzyComparisonFlags``, ``FuzzyComparisonFlagsEx``; for the component ``MinSimilarity``,
``MaxOutputMatchesPerInput``, ``Delimiters``, ``Exhaustive``, ``MaxMemoryUsage``. Output columns come from
the input (``SourceInputColumnLineageID``) or the reference (``CopyFromReferenceColumn``), or are by
``ColumnType`` 1 the similarity, 2 the confidence, 3 the similarity of a column. A row without match
leaves once, with 0 in these and NULL in the columns of the reference.

The match index is built in memory for each run, whatever ``MatchIndexOptions`` says;
``MatchIndexName``, ``CopyReferenceTable``, ``DropExistingMatchIndex`` and ``WarmCaches`` change no row.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from dtserve.dataflow import properties
from dtserve.dataflow.base import BlockingTransform, Emit
from dtserve.dataflow.errors import BadProperty
from dtserve.dataflow.fuzzy.matcher import Match, Matcher, confidences
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
from dtserve.dataflow.lookup_errors import LookupIncompatibleTypes, ReferenceColumnMissing
from dtserve.dataflow.reference import read_reference, reference_columns, uncut
from dtserve.dataflow.registry import component
from dtserve.dataflow.sql import acquire, connection_of, quoted_table
from dtserve.dataflow.text_errors import FuzzyColumnType, FuzzyNoJoin
from dtserve.dataflow.transform_errors import OutputColumnNotInInput
from dtserve.datatypes import DT, TypeSpec

if TYPE_CHECKING:
    import polars as pl

    from dtserve.dataflow.external_metadata import ExternalCheck
    from dtserve.package.model import Column

__all__ = ["FuzzyLookup"]

SIMILARITY, CONFIDENCE, COLUMN_SIMILARITY = 1, 2, 3
AT_ONCE = 512
"""Rows that are looked up between two looks at whether the run was stopped."""

RIVALS = 8
"""Matches that the confidence takes into account, at least."""

_WORDS = (DT.STR, DT.WSTR)
_BLOBS = (DT.TEXT, DT.NTEXT, DT.IMAGE)


@component("FuzzyLookup")
class FuzzyLookup(BlockingTransform):
    """Looks rows up by likeness."""

    _matcher: Matcher | None = None
    _reference: pl.DataFrame | None = None

    def validate(self) -> None:
        """Joins and their types, thresholds, the reference table, where output columns come from."""
        connection_of(self, "OleDbConnection")
        if not self._table():
            raise BadProperty(property="ReferenceTableName", component=self.model.name, detail="it is empty")
        joins = self._joins()
        if not any(kind == FUZZY for _, _, kind in joins):
            raise FuzzyNoJoin(component=self.model.name)
        for column, name, kind in joins:
            self._check_join(column, name, kind)
        similarity(self, self)
        if self._most() < 1:
            raise BadProperty(property="MaxOutputMatchesPerInput", component=self.model.name, detail="it is below 1")
        self._sources()

    def validate_external(self, check: ExternalCheck) -> None:
        """The reference table must have the columns."""
        session = check.session(self, "OleDbConnection")
        found = {column.name.lower() for column in session.table_columns(self._table())}
        for name in self._wanted():
            if found and name.lower() not in found:
                raise ReferenceColumnMissing(column=name)

    def start(self) -> None:
        """Read the reference table and index it."""
        announce(self)
        self._stopped = threading.Event()
        session = acquire(self, "OleDbConnection")
        try:
            statement = f"select * from {quoted_table(self._table())}"
            self._reference = read_reference(session, statement, self._wanted(), locale_id=self.locale)
        finally:
            session.close()
        fuzzy, exact = self._split()
        self._matcher = Matcher(
            [self._tokens(self._reference[name], column) for column, name in fuzzy],
            self._reference.select(name for _, name in exact) if exact else None,
            minimum=similarity(self, self),
            minima=[similarity(self, column) for column, _ in fuzzy],
            exhaustive=properties.boolean(self.model.properties, "Exhaustive", owner=self.model.name),
        )
        check_memory(self, self._matcher.estimated_bytes + int(self._reference.estimated_size()))

    def process(self, input_ref: str, frame: pl.DataFrame) -> Iterable[Emit]:
        """Look up one buffer, some rows at a time."""
        for start in range(0, frame.height, AT_ONCE):
            if self._stopped.is_set() or self.host.cancel.is_set():
                return
            yield self.output().ref_id, self._looked_up(frame.slice(start, AT_ONCE))

    def interrupt(self) -> None:
        """Stop between two rows."""
        self._stopped.set()

    def close(self) -> None:
        """Forget the reference."""
        self._matcher = self._reference = None

    def _looked_up(self, frame: pl.DataFrame) -> pl.DataFrame:
        fuzzy, exact = self._split()
        tokens = [self._tokens(frame[column.lineage_id], column).to_list() for column, _ in fuzzy]
        keys = list(frame.select(column.lineage_id for column, _ in exact).iter_rows()) if exact else []
        most = self._most()
        places: list[int] = []
        rows: list[int | None] = []
        scores: list[tuple[float, float, tuple[float, ...]]] = []
        for at, found in enumerate(self._matches(tokens, keys, frame.height, max(most, RIVALS))):
            sure = confidences([match.similarity for match in found])
            if not found:
                places.append(at)
                rows.append(None)
                scores.append((0.0, 0.0, (0.0,) * len(fuzzy)))
            for match, confidence in list(zip(found, sure, strict=True))[:most]:
                places.append(at)
                rows.append(match.row)
                scores.append((match.similarity, confidence, match.columns))
        return self._made(frame, places, rows, scores)

    def _matches(
        self, tokens: list[list[list[str]]], keys: list[tuple[object, ...]], count: int, most: int
    ) -> Iterator[list[Match]]:
        if self._matcher is None:
            return
        for at in range(count):
            if at % 64 == 0 and self._stopped.is_set():
                return
            yield self._matcher.find([each[at] for each in tokens], keys[at] if keys else (), limit=most)

    def _made(
        self,
        frame: pl.DataFrame,
        places: list[int],
        rows: list[int | None],
        scores: list[tuple[float, float, tuple[float, ...]]],
    ) -> pl.DataFrame:
        """The output's columns for the rows of the input at ``places`` and those of the reference."""
        import polars as pl

        reference = self._reference if self._reference is not None else pl.DataFrame()
        fuzzy = [column.lineage_id for column, _ in self._split()[0]]
        at, found = pl.Series(places, dtype=pl.UInt32), pl.Series(rows, dtype=pl.UInt32)
        made = []
        for column, kind, source in self._sources():
            if kind == SIMILARITY:
                values = pl.Series([each[0] for each in scores], dtype=pl.Float64)
            elif kind == CONFIDENCE:
                values = pl.Series([each[1] for each in scores], dtype=pl.Float64)
            elif kind == COLUMN_SIMILARITY:
                place = fuzzy.index(source) if source in fuzzy else -1
                values = pl.Series([each[2][place] if place >= 0 else 0.0 for each in scores], dtype=pl.Float64)
            elif source in frame.columns:
                values = frame[source].gather(at)
            else:
                values = reference.select(pl.col(source).gather(found)).to_series()
            made.append(values.cast(column.type.polars()).alias(column.lineage_id))
        return pl.DataFrame(made)

    # --- the model ------------------------------------------------------------------------------

    def _table(self) -> str:
        return properties.text(self.model.properties, "ReferenceTableName").strip()

    def _most(self) -> int:
        return properties.integer(self.model.properties, "MaxOutputMatchesPerInput", 1, owner=self.model.name)

    def _joins(self) -> list[tuple[Column, str, int]]:
        """Input column, reference column, kind."""
        found = []
        for column in self.model.inputs[0].columns:
            name = properties.text(column.properties, "JoinToReferenceColumn").strip()
            kind = properties.integer(column.properties, "JoinType", FUZZY, owner=self.model.name)
            if name:
                found.append((column, name, kind))
        return found

    def _split(self) -> tuple[list[tuple[Column, str]], list[tuple[Column, str]]]:
        joins = self._joins()
        return [(c, n) for c, n, kind in joins if kind == FUZZY], [(c, n) for c, n, kind in joins if kind == EXACT]

    def _check_join(self, column: Column, name: str, kind: int) -> None:
        spec = self._arriving(column)
        if kind not in (EXACT, FUZZY):
            raise BadProperty(property="JoinType", component=self.model.name, detail=f"{kind} is not known")
        if spec.dt in _BLOBS or (kind == FUZZY and spec.dt not in _WORDS):
            raise FuzzyColumnType(column=column.name, type=spec)
        similarity(self, column)
        known = reference_columns(properties.text(self.model.properties, "ReferenceMetadataXml"))
        if known and name not in known:
            raise ReferenceColumnMissing(column=name)
        if known and known[name].family != spec.family:
            raise LookupIncompatibleTypes(column=column.name, reference=name)

    def _arriving(self, column: Column) -> TypeSpec:
        return self.input_schemas[self.model.inputs[0].ref_id].get(column.lineage_id, column.type)

    def _wanted(self) -> dict[str, TypeSpec]:
        """The reference columns that are read, with the types in which they are needed."""
        wanted = {name: uncut(self._arriving(column)) for column, name, _ in self._joins()}
        known = reference_columns(properties.text(self.model.properties, "ReferenceMetadataXml"))
        for column in self.output().columns:
            name = properties.text(column.properties, "CopyFromReferenceColumn").strip()
            if name:
                wanted.setdefault(name, uncut(known.get(name, column.type)))
        return wanted

    def _sources(self) -> list[tuple[Column, int, str]]:
        """Output columns with their kind and the lineage id or reference column they come from."""
        arriving = self.input_schemas[self.model.inputs[0].ref_id]
        found = []
        for column in self.output().columns:
            kind = properties.integer(column.properties, "ColumnType", owner=self.model.name)
            source = properties.reference(column.properties, "SourceInputColumnLineageID")
            name = properties.text(column.properties, "CopyFromReferenceColumn").strip()
            if kind == 0 and not name and source not in arriving:
                raise OutputColumnNotInInput(column=column.name, number=column.number, lineage=source)
            found.append((column, kind, name or source))
        return found

    def _tokens(self, values: pl.Series, column: Column) -> pl.Series:
        extended = properties.integer(column.properties, "FuzzyComparisonFlagsEx", owner=self.model.name)
        return tokenise(values, delimiters(self), comparison_flags(self, column), extended)
