"""Tables of access: accounts, tokens, grants, user-defined roles, rules of packages and folders, keys of starts.

They stand in the state database beside the executions. Secrets are hashes only: Argon2id for
passwords, which people choose; SHA-256 for tokens, which have 256 random bits.
"""

from __future__ import annotations

import sqlalchemy as sa

from dtserve.service.schema import metadata

__all__ = ["accounts", "adopt_identities", "grants", "package_rules", "roles", "start_keys", "tokens"]

accounts = sa.Table(
    "accounts",
    metadata,
    sa.Column("namekey", sa.String(512), primary_key=True),
    sa.Column("name", sa.String(128), nullable=False),
    sa.Column("password_hash", sa.Text, nullable=False, default=""),
    sa.Column("disabled", sa.Boolean, nullable=False, default=False),
    sa.Column("created", sa.Float, nullable=False),
    sa.Column("password_changed", sa.Float),
)

tokens = sa.Table(
    "tokens",
    metadata,
    sa.Column("id", sa.String(16), primary_key=True),
    sa.Column("principal", sa.Text, nullable=False),
    sa.Column("principalkey", sa.Text, nullable=False, index=True),
    sa.Column("label", sa.Text, nullable=False, default=""),
    sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
    sa.Column("actions", sa.Text, nullable=False, default=""),
    sa.Column("folders", sa.Text, nullable=False, default="[]"),
    sa.Column("created", sa.Float, nullable=False),
    sa.Column("expires", sa.Float),
    sa.Column("last_used", sa.Float),
)

grants = sa.Table(
    "grants",
    metadata,
    sa.Column("principalkey", sa.String(512), primary_key=True),
    sa.Column("rolekey", sa.String(512), primary_key=True),
    sa.Column("principal", sa.Text, nullable=False),
    sa.Column("role", sa.String(128), nullable=False),
    sa.Column("granted", sa.Float, nullable=False),
    sa.Column("granted_by", sa.Text, nullable=False),
)

roles = sa.Table(
    "roles",
    metadata,
    sa.Column("rolekey", sa.String(512), primary_key=True),
    sa.Column("role", sa.String(128), nullable=False),
    sa.Column("description", sa.Text, nullable=False, default=""),
    sa.Column("created", sa.Float, nullable=False),
)

package_rules = sa.Table(
    "package_rules",
    metadata,
    sa.Column("pathkey", sa.String(4000), primary_key=True),
    sa.Column("kind", sa.String(8), primary_key=True),
    sa.Column("path", sa.Text, nullable=False),
    sa.Column("owner", sa.Text, nullable=False, default=""),
    sa.Column("reader", sa.String(128), nullable=False, default=""),
    sa.Column("writer", sa.String(128), nullable=False, default=""),
)

start_keys = sa.Table(
    "start_keys",
    metadata,
    sa.Column("user", sa.String(512), primary_key=True),
    sa.Column("key", sa.String(255), primary_key=True),
    sa.Column("request_hash", sa.String(64), nullable=False),
    sa.Column("execution_id", sa.String(36), nullable=False),
    sa.Column("created", sa.Float, nullable=False),
)


def adopt_identities(connection: sa.Connection) -> None:
    """Make accounts, tokens and grants of the identities with one token each that an earlier dtserve kept."""
    if not sa.inspect(connection).has_table("identities"):
        return
    query = "SELECT name, token_hash, roles, created FROM identities"
    for name, token_hash, granted, created in connection.exec_driver_sql(query).all():
        key = name.casefold()
        connection.execute(accounts.insert().values(namekey=key, name=name, created=created))
        token = {"id": token_hash[:8], "principal": name, "principalkey": key, "label": "first start"}
        connection.execute(tokens.insert().values(**token, token_hash=token_hash, created=created))
        for role in granted.split():
            grant = {"principalkey": key, "rolekey": role.casefold(), "principal": name, "role": role}
            connection.execute(grants.insert().values(**grant, granted=created, granted_by=""))
    connection.exec_driver_sql("DROP TABLE identities")
