"""Tables of the service's own state: executions, their events and row counts, event log, identities, audit.

One schema for SQLite (the embedded default) and PostgreSQL. Times are seconds since the
epoch. :data:`VERSION` rises with each change; :func:`open_state` brings a database up to it.
"""

from __future__ import annotations

import sqlalchemy as sa

__all__ = ["VERSION", "audit", "event_log", "events", "executions", "identities", "meta", "metadata", "path_rows"]

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

identities = sa.Table(
    "identities",
    metadata,
    sa.Column("name", sa.String(128), primary_key=True),
    sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
    sa.Column("roles", sa.Text, nullable=False),
    sa.Column("created", sa.Float, nullable=False),
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
)
