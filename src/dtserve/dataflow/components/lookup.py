"""Lookup: columns of a reference table by an equi-join (DATA_FLOW §5, FORMAT §6).

``CacheType`` 0 full cache (the whole query in memory, compared by characters: case,
accents and trailing blanks count, NULL matches NULL), 1 partial, 2 none (both ask the
database per key with ``SqlCommandParam``, so its collation compares and NULL matches
nothing). ``ConnectionType`` 1 takes the rows of a Cache connection manager. The first
reference row of a key wins; duplicates in a full cache are the warning 0x802090E4, or an
error with ``TreatDuplicateKeysAsError``.

A row without match goes to the no-match output (``NoMatchBehavior`` 1), or is the error
0xC020901E of the match output: Fail, Redirect (ErrorColumn 0), or Ignore, which leaves
NULL in the looked-up columns. The partial cache compares its own keys by characters;
its size follows MaxMemoryUsage64 (MB) and NoMatchCachePercentage.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from dtserve.dataflow import properties
from dtserve.dataflow.base import Emit, RowTransform
from dtserve.dataflow.budget import CacheShare, cache_share
from dtserve.dataflow.cache import cache_manager, load_cache
from dtserve.dataflow.conversion import fit
from dtserve.dataflow.dispositions import RowErrors
from dtserve.dataflow.errors import BadProperty
from dtserve.dataflow.lookup_errors import (
    LookupCopyType,
    LookupDuplicateKeys,
    LookupIncompatibleTypes,
    LookupIndexNotJoined,
    LookupJoinType,
    LookupMemoryFull,
    LookupNoJoin,
    LookupNoMatch,
    LookupParameterCount,
    ReferenceColumnMissing,
)
from dtserve.dataflow.reference import DatabaseRows, FullCache, read_reference, reference_columns, uncut
from dtserve.dataflow.registry import component
from dtserve.dataflow.sql import acquire, connection_of
from dtserve.dataflow.sql_parameters import count_markers
from dtserve.datatypes import DT, TypeSpec
from dtserve.errors import Canceled, DtserveError

if TYPE_CHECKING:
    import polars as pl

    from dtserve.connections.base import SqlSession
    from dtserve.dataflow.external_metadata import ExternalCheck
    from dtserve.package.model import Column, Output

__all__ = ["Lookup"]

FULL, PARTIAL = 0, 1
NO_MATCH = 0xC020901E
_DUPLICATE_WARNING = 0x802090E4
_MATCHED = "__matched"
_READY = "ready:"
"""Before the lineage id of a column whose reference values are converted already."""
_NO_JOIN = frozenset({DT.R4, DT.R8, DT.TEXT, DT.NTEXT, DT.IMAGE})


@component("Lookup")
class Lookup(RowTransform):
    """Looks rows up."""

    _session: SqlSession | None = None
    _rows: FullCache | DatabaseRows | None = None
    _stopped = False
    _share: CacheShare | None = None
    _probe: list[tuple[str, str, pl.DataType | None]]
    """Lineage id, name and type (None as it arrives) of each key column."""

    def validate(self) -> None:
        """Joins, their types, copied columns and the parameters of the statement."""
        joins = self._joins()
        if not joins:
            raise LookupNoJoin()
        known = self._known_types()
        for column, name in joins:
            spec = self._arriving(column)
            if spec.dt in _NO_JOIN:
                raise LookupJoinType(column=column.name)
            if known and name not in known:
                raise ReferenceColumnMissing(column=name)
            if known and known[name].dt is not spec.dt:
                raise LookupIncompatibleTypes(column=column.name, reference=name)
        for column, name in self._copies():
            if known and name not in known:
                raise ReferenceColumnMissing(column=name)
            if known and known[name].family != column.type.family:
                raise LookupCopyType(column=column.name)
        for column in self._match_outputs()[0].columns:
            if not properties.text(column.properties, "CopyFromReferenceColumn").strip():
                detail = f'the output column "{column.name}" names no reference column'
                raise BadProperty(property="CopyFromReferenceColumn", component=self.model.name, detail=detail)
        if not self._from_cache() and self._cache_type() != FULL:
            self._parameters()

    def validate_external(self, check: ExternalCheck) -> None:
        """The query must give the reference columns."""
        if self._from_cache():
            return
        session = check.session(self, "OleDbConnection", "LookupConnection")
        found = check.query(session, self._statement())
        names = {column.name.lower() for column in found or ()}
        for _, name in (*self._joins(), *self._copies()):
            if found and name.lower() not in names:
                raise ReferenceColumnMissing(column=name)

    def start(self) -> None:
        """Load the cache, or open the connection for single keys."""
        self._match, self._no_match = self._match_outputs()
        self._join_columns = self._joins()
        self._targets = self._copies()
        self._behavior = properties.integer(self.model.properties, "NoMatchBehavior", owner=self.model.name)
        self.concurrent = self._from_cache() or self._cache_type() == FULL
        if self._from_cache():
            self._rows = self._cached_rows()
            return
        self._session = acquire(self, "OleDbConnection", "LookupConnection")
        if self._cache_type() == FULL:
            self._rows = self._all_rows(self._session)
            self._session.close()
            self._session = None
        else:
            self._rows = self._single_rows(self._session)

    def process(self, input_ref: str, frame: pl.DataFrame) -> Iterable[Emit]:
        """Look one buffer up."""
        import polars as pl

        from dtserve.dataflow.column_views import rows_of

        if self._rows is None:
            return
        matched, found = self._rows.find(self._keys(frame))
        errors = RowErrors(self, frame.height)
        complete = bool(matched.all())
        if self._behavior != 1 and not complete:
            codes = pl.DataFrame([matched.alias("m")]).select(pl.when(~pl.col("m")).then(pl.lit(NO_MATCH, pl.UInt32)))
            errors.errors(self._match, codes.to_series(), whole_row=True, cause=_no_match)
        made = []
        for column, name in self._targets:
            ready = _READY + column.lineage_id
            if ready in found.columns:
                made.append(found[ready].alias(column.lineage_id))
                continue
            spec = self._types[name]
            result = fit(found[name], spec, self._target_type(column), "ole_db_source", locale_id=self.locale)
            made.append(errors.take(column, result).alias(column.lineage_id))
        kept, redirected = errors.settle(frame.with_columns(*made, matched.alias(_MATCHED)), frame)
        if redirected is not None:
            yield self.output(error=True).ref_id, redirected
        if self._behavior == 1 and self._no_match is not None and not complete:
            matched = kept[_MATCHED]
            yield self._no_match.ref_id, rows_of(self._sent(self._no_match, kept), ~matched)
            kept = rows_of(self._sent(self._match, kept), matched)
        yield self._match.ref_id, kept.drop(_MATCHED, strict=False)

    def _keys(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The key columns of a buffer under the names and in the types of the reference."""
        import polars as pl

        made = []
        for lineage, name, dtype in self._probe:
            values = frame[lineage]
            made.append((values if dtype is None or values.dtype == dtype else values.cast(dtype)).alias(name))
        return pl.DataFrame(made)

    def _sent(self, output: Output, rows: pl.DataFrame) -> pl.DataFrame:
        """The columns that somebody behind an output wants."""
        import polars as pl

        wanted = self.output_schemas.get(output.ref_id)
        return pl.DataFrame([rows[name] for name in wanted]) if wanted else rows

    def interrupt(self) -> None:
        """End a query, and ask no more."""
        self._stopped = True
        if self._session is not None:
            self._session.cancel()

    def close(self) -> None:
        """Close the connection and forget the rows."""
        if self._session is not None:
            self._session.close()
        self._session = self._rows = None
        if self._share is not None:
            self._share.give_back()

    # --- reference rows -----------------------------------------------------------------

    def _all_rows(self, session: SqlSession) -> FullCache:
        statement = self._statement()
        known = self._known_types()
        joins = {name: _comparable(self._arriving(c), known.get(name)) for c, name in self._join_columns}
        self._types = self._wanted_types(joins)
        keys = [name for _, name in self._join_columns]
        rows = read_reference(
            session, statement, self._types, locale_id=self.locale, keys=keys, check=self._check_memory
        )
        return self._full(keys, rows)

    def _cached_rows(self) -> FullCache:
        manager = cache_manager(self, connection_of(self, "CacheConnection"))
        data = load_cache(manager, self.model.name, self._check_memory)
        joined = {name: c for c, name in self._join_columns}
        if set(joined) != set(data.index):
            raise LookupIndexNotJoined(joined=len(joined), index=len(data.index))
        self._types = {c.name: c.type for c in data.columns}
        for name, column in joined.items():
            if self._types[name].dt is not self._arriving(column).dt:
                raise LookupIncompatibleTypes(column=column.name, reference=name)
            self._types[name] = _comparable(self._arriving(column), self._types[name])
        rows = data.rows.cast({name: self._types[name].polars() for name in joined})
        return self._full(list(joined), rows)

    def _full(self, keys: list[str], rows: pl.DataFrame) -> FullCache:
        """A hash table over the rows, key columns in the types of the input columns."""
        self._probe = [(c.lineage_id, name, rows.schema[name]) for c, name in self._join_columns]
        rows = self._converted(rows)
        cache = FullCache(rows, keys, [n for n in rows.columns if n not in self._types or n in self._late])
        if cache.duplicates:
            if properties.boolean(self.model.properties, "TreatDuplicateKeysAsError", owner=self.model.name):
                raise LookupDuplicateKeys(component=self.model.name)
            self.host.fire_warning(
                _DUPLICATE_WARNING,
                self.label,
                f"The {self.model.name} encountered duplicate reference key values when caching reference data. This "
                "error occurs in Full Cache mode only. Either remove the duplicate key values, or change the cache "
                "mode to PARTIAL or NO_CACHE.",
            )
        return cache

    def _converted(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The reference with every copied column in its target type, where all of its values fit."""
        made = []
        self._late: set[str] = set()
        for column, name in self._targets:
            result = fit(
                rows[name], self._types[name], self._target_type(column), "ole_db_source", locale_id=self.locale
            )
            if result.errors is None and result.truncated is None:
                made.append(result.values.alias(_READY + column.lineage_id))
            else:
                self._late.add(name)
        return rows.with_columns(made)

    def _check_memory(self, size: int) -> None:
        """Full caches may take half of the memory; checked while one is read."""
        self._check_stop()
        self._share = self._share or cache_share(self.host.settings.memory_limit)
        if size > (most := self._share.most(size)):
            raise LookupMemoryFull(component=self.model.name, limit=most // 2**20)

    def _check_stop(self) -> None:
        if self._stopped or self.host.cancel.is_set():
            raise Canceled

    def _single_rows(self, session: SqlSession) -> DatabaseRows:
        statement, columns = self._parameters()
        self._types = self._wanted_types({})
        self._probe = [(c.lineage_id, str(at), None) for at, c in enumerate(columns)]
        memory = properties.integer(self.model.properties, "MaxMemoryUsage64", owner=self.model.name)
        memory = memory or properties.integer(self.model.properties, "MaxMemoryUsage", 25, owner=self.model.name)
        return DatabaseRows(
            session,
            statement,
            [self._arriving(c) for c in columns],
            self._types,
            locale_id=self.locale,
            memory=memory * 2**20 if self._cache_type() == PARTIAL else 0,
            missing_share=properties.integer(self.model.properties, "NoMatchCachePercentage", owner=self.model.name),
            check=self._check_stop,
        )

    def _wanted_types(self, joins: dict[str, TypeSpec]) -> dict[str, TypeSpec]:
        """Reference column → type, of the join columns and of those that are copied."""
        known = self._known_types()
        wanted = dict(joins)
        for column, name in self._targets:
            wanted.setdefault(name, uncut(known.get(name, self._target_type(column))))
        return wanted

    def _parameters(self) -> tuple[str, list[Column]]:
        """Statement with markers and the input columns for them, in order."""
        named = {c.lineage_id: c for c in self.model.inputs[0].columns}
        mapped = properties.references(properties.text(self.model.properties, "ParameterMap"))
        columns = [named[ref] for ref in mapped if ref in named]
        statement = properties.text(self.model.properties, "SqlCommandParam").strip()
        if not statement:
            columns = [column for column, _ in self._joins()]
            names = [name.replace("]", "]]") for _, name in self._joins()]
            where = " and ".join(f"[refTable].[{name}] = ?" for name in names)
            statement = f"select * from ({self._statement()}) [refTable]\nwhere {where}"
        if count_markers(statement) != len(columns):
            raise LookupParameterCount(expected=count_markers(statement), found=len(columns))
        return statement, columns

    # --- metadata -----------------------------------------------------------------------

    def _statement(self) -> str:
        text = properties.text(self.model.properties, "SqlCommand").strip()
        if not text:
            raise BadProperty(property="SqlCommand", component=self.model.name, detail="it is empty")
        return text

    def _cache_type(self) -> int:
        return properties.integer(self.model.properties, "CacheType", owner=self.model.name)

    def _from_cache(self) -> bool:
        return properties.integer(self.model.properties, "ConnectionType", owner=self.model.name) == 1

    def _known_types(self) -> dict[str, TypeSpec]:
        return reference_columns(properties.text(self.model.properties, "ReferenceMetadataXml"))

    def _arriving(self, column: Column) -> TypeSpec:
        return self.input_schemas.get(self.model.inputs[0].ref_id, {}).get(column.lineage_id, column.type)

    def _joins(self) -> list[tuple[Column, str]]:
        pairs = [(c, properties.text(c.properties, "JoinToReferenceColumn")) for c in self.model.inputs[0].columns]
        return [(column, name) for column, name in pairs if name.strip()]

    def _copies(self) -> list[tuple[Column, str]]:
        """Columns that receive reference columns: output columns, and input columns that are replaced."""
        receivers = [*self.model.inputs[0].columns, *self._match_outputs()[0].columns]
        pairs = [(c, properties.text(c.properties, "CopyFromReferenceColumn")) for c in receivers]
        return [(column, name) for column, name in pairs if name.strip()]

    def _target_type(self, column: Column) -> TypeSpec:
        """A replaced input column keeps its type, an output column has its own."""
        return self._arriving(column) if column in self.model.inputs[0].columns else column.type

    def _match_outputs(self) -> tuple[Output, Output | None]:
        regular = [o for o in self.model.outputs if not o.is_error_out]
        return regular[0], regular[1] if len(regular) > 1 else None


def _no_match(row: int, code: int, truncated: bool) -> DtserveError:
    return LookupNoMatch()


def _comparable(one: TypeSpec, other: TypeSpec | None) -> TypeSpec:
    """A type that holds the values of both sides of a join; decimals in the finer scale."""
    if one.family != "decimal" or one.dt is DT.CY or other is None:
        return one
    return TypeSpec(DT.NUMERIC, precision=38, scale=max(one.scale, other.scale))
