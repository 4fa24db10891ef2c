"""Tables of the service's own state: executions, their events and row counts, event log, audit.

One schema for SQLite (the embedded default) and PostgreSQL. Times are seconds since the
epoch. :func:`upgrade` brings a database of an earlier version up to this one: new tables,
columns (each with a server default) and indexes; :data:`VERSION` rises when that is not enough.
"""

from __future__ import annotations

import sqlalchemy as sa

__all__ = [
    "VERSION",
    "audit",
    "event_log",
    "events",
    "executions",
    "meta",
    "metadata",
    "path_rows",
    "upgrade",
]

VERSION = 1

metadata = sa.MetaData()

meta = sa.Table(
    "dtserve_meta",
    metadata,
    sa.Column("name", sa.String(64), primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)

executions = sa.Table(
    "executions",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("id", sa.String(36), nullable=False, unique=True),
    sa.Column("package_path", sa.Text, nullable=False),
    sa.Column("package_name", sa.Text, nullable=False),
    sa.Column("package_id", sa.String(38), nullable=False, default=""),
    sa.Column("package_description", sa.Text, nullable=False, default=""),
    sa.Column("user", sa.Text, nullable=False),
    sa.Column("state", sa.String(16), nullable=False, index=True),
    sa.Column("created", sa.Float, nullable=False),
    sa.Column("started", sa.Float),
    sa.Column("ended", sa.Float),
    sa.Column("exit_code", sa.Integer),
    sa.Column("reason", sa.Text, nullable=False, default=""),
    sa.Column("pid", sa.Integer),
    sa.Column("errors", sa.Integer, nullable=False, default=0),
    sa.Column("warnings", sa.Integer, nullable=False, default=0),
    sa.Column("last_event", sa.Integer, nullable=False, default=0),
    sa.Column("options", sa.Text, nullable=False, default="{}"),
    sa.Column("origin", sa.String(16), nullable=False, default="service", server_default="service"),
    sa.Column("priority", sa.Integer, nullable=False, default=0, server_default="0"),
    sa.Column("run_key", sa.String(200), nullable=False, default="", server_default="", index=True),
    sa.Column("not_before", sa.Float, nullable=False, default=0.0, server_default="0"),
    sa.Column("timeout_seconds", sa.Float, nullable=False, default=0.0, server_default="0"),
    sa.Column("attempt", sa.Integer, nullable=False, default=1, server_default="1"),
    sa.Column("retry_of", sa.String(36), nullable=False, default="", server_default="", index=True),
    sa.Column("schedule", sa.String(36), nullable=False, default="", server_default="", index=True),
    sa.Column("cpu_seconds", sa.Float),
    sa.Column("peak_memory", sa.BigInteger),
)

events = sa.Table(
    "execution_events",
    metadata,
    sa.Column("execution", sa.Integer, sa.ForeignKey("executions.number", ondelete="CASCADE"), primary_key=True),
    sa.Column("sequence", sa.Integer, primary_key=True),
    sa.Column("time", sa.Float, nullable=False),
    sa.Column("kind", sa.String(64), nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("source_path", sa.Text, nullable=False, default=""),
    sa.Column("record", sa.Text, nullable=False),
    sa.Column("message", sa.Text, nullable=False, default="", server_default=""),
    sa.Index("execution_events_kind", "execution", "kind", "sequence"),
)

path_rows = sa.Table(
    "execution_path_rows",
    metadata,
    sa.Column("execution", sa.Integer, sa.ForeignKey("executions.number", ondelete="CASCADE"), primary_key=True),
    sa.Column("path", sa.String(600), primary_key=True),
    sa.Column("component", sa.Text, nullable=False),
    sa.Column("target", sa.Text, nullable=False),
    sa.Column("rows", sa.BigInteger, nullable=False),
)

event_log = sa.Table(
    "event_log",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("time", sa.Float, nullable=False),
    sa.Column("event_id", sa.Integer, nullable=False),
    sa.Column("symbol", sa.String(64), nullable=False),
    sa.Column("severity", sa.String(16), nullable=False),
    sa.Column("category", sa.Integer, nullable=False),
    sa.Column("message", sa.Text, nullable=False),
)

audit = sa.Table(
    "audit",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("time", sa.Float, nullable=False),
    sa.Column("user", sa.Text, nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("action", sa.String(64), nullable=False),
    sa.Column("target", sa.Text, nullable=False),
    sa.Column("outcome", sa.String(16), nullable=False),
    sa.Column("kind", sa.String(32), nullable=False, default="", server_default=""),
    sa.Column("before", sa.Text, nullable=False, default="", server_default=""),
    sa.Column("after", sa.Text, nullable=False, default="", server_default=""),
    sa.Column("detail", sa.Text, nullable=False, default="", server_default=""),
)


def upgrade(connection: sa.Connection) -> None:
    """Create what is missing: tables, columns of tables that are there, indexes."""
    metadata.create_all(connection)
    inspector = sa.inspect(connection)
    compiler = connection.dialect.ddl_compiler(connection.dialect, None)  # type: ignore[arg-type]
    quote = connection.dialect.identifier_preparer.quote
    for table in metadata.sorted_tables:
        present = {column["name"] for column in inspector.get_columns(table.name)}
        for column in table.columns:
            if column.name not in present:
                definition = compiler.get_column_specification(column)
                connection.execute(sa.text(f"ALTER TABLE {quote(table.name)} ADD COLUMN {definition}"))
        known = {index["name"] for index in inspector.get_indexes(table.name)}
        for index in table.indexes:
            if index.name not in known:
                index.create(connection)
