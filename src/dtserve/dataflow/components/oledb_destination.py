"""OLE DB Destination: rows into a table (DATA_FLOW §6).

``AccessMode`` 0 ``OpenRowset`` and 1 ``OpenRowsetVariable`` insert row by row, 2
``SqlCommand`` too (into the table that the query names), 3 and 4 are fast load into the
same two. Fast load: ``FastLoadOptions`` (TABLOCK, CHECK_CONSTRAINTS, FIRE_TRIGGERS; ORDER,
ROWS_PER_BATCH and KILOBYTES_PER_BATCH are hints without effect, other words are refused),
``FastLoadKeepIdentity``, ``FastLoadKeepNulls``, ``FastLoadMaxInsertCommitSize`` (0 one
commit at the end; else a batch is that many rows, but not more than SSIS has in a
buffer). Row mode refuses single rows, fast load whole batches. ``CommandTimeout`` is for
``SqlCommand`` alone, as in SSIS.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from dtserve.connections.base import BulkOptions
from dtserve.connections.sql.tsql_tokens import tokenize
from dtserve.dataflow import properties
from dtserve.dataflow.base import Destination, Emit
from dtserve.dataflow.errors import BadProperty, UnsupportedProperty
from dtserve.dataflow.fast_load import FastLoadOptions, parse_fast_load
from dtserve.dataflow.registry import component
from dtserve.dataflow.sql import connection_of, variable_text
from dtserve.dataflow.table_destination import TableDestination
from dtserve.dataflow.table_writer import TableWriter

if TYPE_CHECKING:
    import polars as pl

    from dtserve.dataflow.external_metadata import ExternalCheck

__all__ = ["OLEDBDestination"]

_COMMIT_STARTED = (0x402090DF, 'The final commit for the data insertion in "{name}" has started.')
_COMMIT_ENDED = (0x402090E0, 'The final commit for the data insertion  in "{name}" has ended.')


DEFAULT_OPTIONS = "TABLOCK,CHECK_CONSTRAINTS"
"""FastLoadOptions of a package that does not tell them; empty ones are none."""

WHOLE_BUFFERS = 2_147_483_647
"""FastLoadMaxInsertCommitSize of a package that does not tell it (packages of 2005 do)."""


@component("OLEDBDestination")
class OLEDBDestination(Destination):
    """Writes to a database."""

    _work: TableDestination | None = None

    def validate(self) -> None:
        """Access mode and what it needs, mapping, types, a connection."""
        connection_of(self, "OleDbConnection")
        mode = self._mode()
        if mode in (0, 3) and not properties.text(self.model.properties, "OpenRowset").strip():
            raise BadProperty(property="OpenRowset", component=self.model.name, detail="it is empty")
        if mode == 2:
            self._table()
        self._options()
        TableWriter(self).validate()

    def validate_external(self, check: ExternalCheck) -> None:
        """The table must have the external columns."""
        check.target(self, self._table(), "OleDbConnection", fast=self._fast())

    def start(self) -> None:
        """Open the connection."""
        size = properties.integer(
            self.model.properties, "FastLoadMaxInsertCommitSize", WHOLE_BUFFERS, owner=self.model.name
        )
        commit = min(size, self.buffer_rows) if size > 0 else 0
        self._work = TableDestination(
            self,
            self._table(),
            self._options(),
            connection="OleDbConnection",
            commit_rows=commit if self._fast() else None,
        )

    def process(self, input_ref: str, frame: pl.DataFrame) -> Iterable[Emit]:
        """Convert and store a buffer."""
        return self._work.store(frame) if self._work is not None else ()

    def finish(self) -> Iterator[Emit]:
        """Commit a fast load."""
        if self._work is None or not self._fast():
            return
        self.host.fire_information(_COMMIT_STARTED[0], self.label, _COMMIT_STARTED[1].format(name=self.model.name))
        yield from self._work.finish()
        self.host.fire_information(_COMMIT_ENDED[0], self.label, _COMMIT_ENDED[1].format(name=self.model.name))

    def interrupt(self) -> None:
        """End the statement that runs."""
        if self._work is not None:
            self._work.interrupt()

    def close(self) -> None:
        """Undo what is not committed and close the connection."""
        if self._work is not None:
            self._work.close()
            self._work = None

    def _fast(self) -> bool:
        return self._mode() in (3, 4)

    def _mode(self) -> int:
        mode = properties.integer(self.model.properties, "AccessMode", owner=self.model.name)
        if mode not in (0, 1, 2, 3, 4):
            raise BadProperty(property="AccessMode", component=self.model.name, detail=f"{mode} is not known")
        return mode

    def _table(self) -> str:
        owner, name = self.model.properties, self.model.name
        mode = self._mode()
        if mode in (1, 4):
            return variable_text(self.host, name, owner, "OpenRowsetVariable")
        if mode == 2:
            return table_of_query(properties.text(owner, "SqlCommand"), name)
        return properties.text(owner, "OpenRowset")

    def _options(self) -> BulkOptions:
        owner, name = self.model.properties, self.model.name
        fast = self._fast()
        words = (
            parse_fast_load(properties.text(owner, "FastLoadOptions", DEFAULT_OPTIONS), name)
            if fast
            else FastLoadOptions(check_constraints=True, fire_triggers=True)
        )
        return BulkOptions(
            keep_identity=properties.boolean(owner, "FastLoadKeepIdentity", owner=name),
            keep_nulls=properties.boolean(owner, "FastLoadKeepNulls", owner=name) or not fast,
            table_lock=words.table_lock,
            check_constraints=words.check_constraints,
            fire_triggers=words.fire_triggers,
            timeout=properties.integer(owner, "CommandTimeout", owner=name) if self._mode() == 2 else 0,
        )


def table_of_query(statement: str, component: str) -> str:
    """The one table that a query reads: where rows inserted into its rowset go.

    >>> table_of_query("select a, b from [dbo].[T] where 1 = 0", "D")
    '[dbo].[T]'
    """
    import sqlglot
    from sqlglot import exp

    if any(token.kind == "mark" for token in tokenize(statement)):
        reason = "the query of a destination takes no parameters"
        raise UnsupportedProperty(value=statement, property="SqlCommand", component=component, reason=reason)
    reason = "rows can be inserted only through a query of one table"
    try:
        tree = sqlglot.parse_one(statement, read="tsql")
    except sqlglot.errors.SqlglotError:
        tree = None
    tables = list(tree.find_all(exp.Table)) if isinstance(tree, exp.Select) else []
    if len(tables) != 1 or not isinstance(tree, exp.Select) or tree.args.get("joins"):
        raise UnsupportedProperty(value=statement, property="SqlCommand", component=component, reason=reason)
    table = tables[0].copy()
    table.set("alias", None)
    return table.sql(dialect="tsql", identify=True)
