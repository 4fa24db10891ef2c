"""The stores that the suite runs over: a new store gets every test from one entry in STORES.

msdb of a SQL Server is there by its procedures alone, and through both drivers: the double behind the wire is in a process
of its own and reached by a URL as a real server is. With a URL in ``DTSERVE_TEST_MSSQL`` (mssql://login:password@server/msdb) it runs over that server's msdb as well, in
folders of its own that it removes.
"""

from __future__ import annotations

import itertools
import os
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dtserve.stores import Caller, Database, FileSystemStore, MsdbStore, PackageStore
from dtserve.stores.msdb.engine import sqlite_url
from dtserve.stores.msdb.remote import RemoteDatabase
from dtserve.stores.smb import SmbStore
from dtserve.stores.smb_share import ShareLogin
from dtserve.stores.versioned import VersionedStore
from dtserve.stores.versions import VersionArchive
from support.fake_sql_server import FakeConnection
from support.folder_view import FolderView
from support.memory_store import MemoryStore
from support.msdb_server import msdb_url
from support.postgres_server import PostgresServer
from support.samba_server import PASSWORD
from support.servers import msdb_server, postgres_server, samba_server

REAL_SERVER = os.environ.get("DTSERVE_TEST_MSSQL", "")
STORES = (
    "memory", "filesystem", "sqlite", "postgresql", "versioned", "smb", "sqlserver", "view",
    "sqlserver by pytds", "sqlserver by mssql-python",
    *(["real sql server"] if REAL_SERVER else []),
)  # fmt: skip
_numbers = itertools.count()


@pytest.fixture(params=STORES)
def make_store(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[], PackageStore]]:
    """Makes empty stores of one kind; they are closed after the test."""
    made: list[PackageStore] = []

    def make() -> PackageStore:
        store = _make(request.param, tmp_path_factory)
        made.append(store)
        return store

    yield make
    for store in made:
        if isinstance(store, FolderView):
            store.remove()
        store.close()


@pytest.fixture
def store(make_store: Callable[[], PackageStore]) -> PackageStore:
    return make_store()


def _make(kind: str, folders: pytest.TempPathFactory) -> PackageStore:
    if kind == "memory":
        return MemoryStore()
    if kind == "filesystem":
        return FileSystemStore("File System", folders.mktemp("store"))
    if kind == "smb":
        samba = samba_server()
        signed = ShareLogin(samba.user, PASSWORD, samba.port)
        return SmbStore("Share", rf"\\127.0.0.1\packages\s{next(_numbers)}", signed)
    if kind == "versioned":
        inner = FileSystemStore("File System", folders.mktemp("store"))
        return VersionedStore(inner, VersionArchive(folders.mktemp("versions") / "v.sqlite"), "key", who="me")
    if kind == "sqlserver":
        behind = Database(sqlite_url(Path(folders.mktemp("msdb")) / "msdb.sqlite"))
        login = Caller("sa", sysadmin=True)
        return MsdbStore("MSDB", RemoteDatabase("mssql://srv/msdb", connect=lambda: FakeConnection(behind, login)))
    if kind == "view" or " " in kind:
        database = _server(kind) if kind != "view" else Database(sqlite_url(folders.mktemp("m") / "m.sqlite"))
        made = FolderView(MsdbStore("MSDB", database), (f"conformance {uuid.uuid4().hex[:12]}",))
        made.inner.create_folder(made.root)
        return made
    if kind == "sqlite":
        return MsdbStore("MSDB", Database(sqlite_url(Path(folders.mktemp("msdb")) / "msdb.sqlite")))
    return MsdbStore("MSDB", _schema_of(postgres_server()))


def _server(kind: str) -> RemoteDatabase:
    """A server behind its wire: the one named, or the double of one, reached as one is named."""
    return RemoteDatabase(
        REAL_SERVER if kind == "real sql server" else msdb_url(msdb_server(), kind.rpartition(" ")[2])
    )


def _schema_of(server: PostgresServer) -> Database:
    """A schema of its own in the one server: an empty database for the store."""
    import psycopg

    schema = f"s{next(_numbers)}"
    with psycopg.connect(host="127.0.0.1", port=server.port, user="ssis", dbname="postgres") as connection:
        connection.execute(f"CREATE SCHEMA {schema}")
    return Database(server.url(schema))
