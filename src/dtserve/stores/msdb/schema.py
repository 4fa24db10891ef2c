"""The tables of msdb (MSDB §1-§3) and how a database gets them.

The columns are those of SQL Server, in its order and with its names. dtserve adds a few of its own
behind them: ``namekey`` (the name without case, because collations differ between databases),
and what listings show without opening packages (``datasize``, ``modifieddate``, ``contenthash``,
``formatversion``, ``protectionlevel``). ``dtserve_principals`` gives names to the SIDs of owners
and roles. The schema carries a version; :func:`migrate` brings an older one up to date.
"""

from __future__ import annotations

import uuid
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import TypeDecorator, TypeEngine

from dtserve.stores.msdb.errors import SchemaTooNew
from dtserve.stores.msdb.rows import NO_ID, utc_now
from dtserve.stores.names import name_key

__all__ = [
    "DATA_COLLECTOR",
    "DATA_COLLECTOR_GENERATED",
    "FIXED_ROLES",
    "MAINTENANCE_PLANS",
    "ROOT",
    "SCHEMA_VERSION",
    "folders",
    "log",
    "metadata",
    "migrate",
    "packages",
    "principals",
    "role_sid",
    "schema_version",
    "utc_now",
]

ROOT = NO_ID
MAINTENANCE_PLANS = uuid.UUID("08aa12d5-8f98-4dab-a4fc-980b150a5dc8")
DATA_COLLECTOR = uuid.UUID("8877fe4b-a938-4a51-84b9-c5bdad74b0ad")
"""Known as the folder of custom collector packages; the display names below are recalled, not documented (MSDB §9)."""
DATA_COLLECTOR_GENERATED = uuid.UUID("14f6c1f4-2c5a-4a3d-9a06-bd1b54c1fbd5")
SEEDED_FOLDERS: tuple[tuple[uuid.UUID, uuid.UUID | None, str], ...] = (
    (ROOT, None, ""),
    (MAINTENANCE_PLANS, ROOT, "Maintenance Plans"),
    (DATA_COLLECTOR, ROOT, "Data Collector"),
    (DATA_COLLECTOR_GENERATED, DATA_COLLECTOR, "Generated"),
)
FIXED_ROLES = ("db_ssisadmin", "db_ssisltduser", "db_ssisoperator")
SCHEMA_VERSION = 1


class Guid(TypeDecorator[uuid.UUID]):
    """uniqueidentifier: the native type where there is one, else the 36 characters in upper case."""

    impl = sa.CHAR(36)
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> TypeEngine[Any]:
        """The type of the database at hand."""
        if dialect.name in ("postgresql", "mssql"):
            return dialect.type_descriptor(sa.Uuid(as_uuid=True))
        return dialect.type_descriptor(sa.CHAR(36))

    def process_bind_param(self, value: uuid.UUID | None, dialect: sa.Dialect) -> Any:
        """A value on its way to the database."""
        if value is None or dialect.name in ("postgresql", "mssql"):
            return value
        return str(value).upper()

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> uuid.UUID | None:
        """A value from the database."""
        return value if value is None or isinstance(value, uuid.UUID) else uuid.UUID(str(value))


class Image(TypeDecorator[bytes]):
    """image, as varbinary(max) on SQL Server."""

    impl = sa.LargeBinary
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> TypeEngine[Any]:
        """The type of the database at hand."""
        if dialect.name != "mssql":
            return dialect.type_descriptor(sa.LargeBinary())
        from sqlalchemy.dialects.mssql import VARBINARY

        return dialect.type_descriptor(VARBINARY("max"))  # type: ignore[no-untyped-call]


metadata = sa.MetaData()
_image = Image()
_sid = sa.LargeBinary(85)

packages = sa.Table(
    "sysssispackages",
    metadata,
    sa.Column("name", sa.Unicode(128), nullable=False),
    sa.Column("id", Guid, nullable=False),
    sa.Column("description", sa.Unicode(1024)),
    sa.Column("createdate", sa.DateTime, nullable=False),
    sa.Column("folderid", Guid, nullable=False),
    sa.Column("ownersid", _sid, nullable=False),
    sa.Column("packagedata", _image, nullable=False),
    sa.Column("packageformat", sa.Integer, nullable=False),
    sa.Column("packagetype", sa.Integer, nullable=False, server_default="0"),
    sa.Column("vermajor", sa.Integer, nullable=False),
    sa.Column("verminor", sa.Integer, nullable=False),
    sa.Column("verbuild", sa.Integer, nullable=False),
    sa.Column("vercomments", sa.Unicode(1024)),
    sa.Column("verid", Guid, nullable=False),
    sa.Column("isencrypted", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("readrolesid", _sid),
    sa.Column("writerolesid", _sid),
    sa.Column("namekey", sa.Unicode(512), nullable=False),
    sa.Column("datasize", sa.Integer, nullable=False),
    sa.Column("modifieddate", sa.DateTime, nullable=False),
    sa.Column("contenthash", sa.CHAR(64), nullable=False),
    sa.Column("formatversion", sa.Integer, nullable=False, server_default="0"),
    sa.Column("protectionlevel", sa.Integer, nullable=False, server_default="-1"),
    sa.PrimaryKeyConstraint("folderid", "namekey", name="pk_sysssispackages"),
)

listing_index = sa.Index(
    "I_sysssispackageslisting",
    packages.c.folderid,
    packages.c.namekey,
    *(column for column in packages.c if column.name not in ("folderid", "namekey", "packagedata", "packageformat")),
).ddl_if(dialect="sqlite")
"""SQLite reaches columns behind a large value through all of its pages; listings read this index alone."""

folders = sa.Table(
    "sysssispackagefolders",
    metadata,
    sa.Column("folderid", Guid, nullable=False),
    sa.Column("parentfolderid", Guid),
    sa.Column("foldername", sa.Unicode(128), nullable=False),
    sa.Column("namekey", sa.Unicode(512), nullable=False),
    sa.PrimaryKeyConstraint("folderid", name="PK_sysssispackagefolders"),
    sa.Index("U_sysssispackagefoldersuniquepath", "parentfolderid", "namekey", unique=True),
)

log = sa.Table(
    "sysssislog",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("event", sa.Unicode(128), nullable=False),
    sa.Column("computer", sa.Unicode(128), nullable=False),
    sa.Column("operator", sa.Unicode(128), nullable=False),
    sa.Column("source", sa.Unicode(1024), nullable=False),
    sa.Column("sourceid", Guid, nullable=False),
    sa.Column("executionid", Guid, nullable=False),
    sa.Column("starttime", sa.DateTime, nullable=False),
    sa.Column("endtime", sa.DateTime, nullable=False),
    sa.Column("datacode", sa.Integer, nullable=False),
    sa.Column("databytes", _image),
    sa.Column("message", sa.Unicode(2048), nullable=False),
)

principals = sa.Table(
    "dtserve_principals",
    metadata,
    sa.Column("sid", _sid, primary_key=True),
    sa.Column("name", sa.Unicode(128), nullable=False),
    sa.Column("namekey", sa.Unicode(512), nullable=False),
    sa.Column("kind", sa.CHAR(1), nullable=False),
    sa.UniqueConstraint("kind", "namekey", name="U_dtserve_principals"),
)

version_table = sa.Table("dtserve_schema", metadata, sa.Column("version", sa.Integer, primary_key=True))


def role_sid(name: str) -> bytes:
    """The SID of a database role: from its name, so that it is the same in every database."""
    return _derived_sid("role", name)


def login_sid(name: str) -> bytes:
    """The SID of a login: SUSER_SID()."""
    return _derived_sid("login", name)


@lru_cache(maxsize=1000)
def _derived_sid(kind: str, name: str) -> bytes:
    """A SID S-1-9-… of four sub-authorities, made from the name."""
    tail = uuid.uuid5(uuid.NAMESPACE_OID, f"dtserve:{kind}:{name_key(name)}").bytes
    return bytes([1, 4, 0, 0, 0, 0, 0, 9]) + tail


def schema_version(connection: sa.Connection) -> int:
    """The version of the schema that the database has; 0 when it has none."""
    if not sa.inspect(connection).has_table(version_table.name):
        return 0
    return int(connection.execute(sa.select(sa.func.max(version_table.c.version))).scalar() or 0)


def migrate(connection: sa.Connection) -> int:
    """Bring the database to :data:`SCHEMA_VERSION`; returns the version found. SchemaTooNew when it is ahead.

    The caller holds the writers' lock, so that two programs do not do it at once.
    """
    found = schema_version(connection)
    if found > SCHEMA_VERSION:
        raise SchemaTooNew(found=found, known=SCHEMA_VERSION)
    if found == SCHEMA_VERSION:
        return found
    for version in range(found + 1, SCHEMA_VERSION + 1):
        MIGRATIONS[version](connection)
        connection.execute(sa.insert(version_table).values(version=version))
    return found


def _first(connection: sa.Connection) -> None:
    """Version 1: the tables, the well-known folders and the fixed roles."""
    metadata.create_all(connection)
    connection.execute(
        sa.insert(folders),
        [
            {"folderid": folder, "parentfolderid": parent, "foldername": name, "namekey": name_key(name)}
            for folder, parent, name in SEEDED_FOLDERS
        ],
    )
    connection.execute(
        sa.insert(principals),
        [{"sid": role_sid(name), "name": name, "namekey": name_key(name), "kind": "R"} for name in FIXED_ROLES],
    )


MIGRATIONS = {1: _first}
