"""Tables of schedules, alerts and the messages that wait to be sent."""

from __future__ import annotations

import sqlalchemy as sa

from dtserve.service.schema import metadata

__all__ = ["alerts", "outbox", "schedules"]

schedules = sa.Table(
    "schedules",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("name", sa.String(200), nullable=False, unique=True),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("package_path", sa.Text, nullable=False),
    sa.Column("request", sa.LargeBinary, nullable=False),
    sa.Column("cron", sa.String(200), nullable=False, default=""),
    sa.Column("every_seconds", sa.Float, nullable=False, default=0.0),
    sa.Column("time_zone", sa.String(100), nullable=False, default="UTC"),
    sa.Column("missed", sa.String(8), nullable=False, default="skip"),
    sa.Column("paused", sa.Boolean, nullable=False, default=False),
    sa.Column("created", sa.Float, nullable=False),
    sa.Column("next_run", sa.Float, nullable=False, index=True),
    sa.Column("last_run", sa.Float),
    sa.Column("last_execution", sa.String(36), nullable=False, default=""),
    sa.Column("last_problem", sa.Text, nullable=False, default=""),
)

alerts = sa.Table(
    "alerts",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("name", sa.String(200), nullable=False, unique=True),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("events", sa.Text, nullable=False),
    sa.Column("package_path", sa.Text, nullable=False, default=""),
    sa.Column("long_seconds", sa.Float, nullable=False, default=0.0),
    sa.Column("channel", sa.String(16), nullable=False),
    sa.Column("target", sa.Text, nullable=False),
    sa.Column("paused", sa.Boolean, nullable=False, default=False),
)

outbox = sa.Table(
    "alert_outbox",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("alert", sa.String(36), sa.ForeignKey("alerts.id", ondelete="CASCADE"), nullable=False),
    sa.Column("execution", sa.String(36), nullable=False),
    sa.Column("event", sa.String(16), nullable=False),
    sa.Column("created", sa.Float, nullable=False),
    sa.Column("next_try", sa.Float, nullable=False, index=True),
    sa.Column("tries", sa.Integer, nullable=False, default=0),
    sa.Column("state", sa.String(8), nullable=False, default="waiting"),
    sa.Column("problem", sa.Text, nullable=False, default=""),
    sa.UniqueConstraint("alert", "execution", "event"),
)
