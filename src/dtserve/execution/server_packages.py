"""Packages that an Execute Package task names by server and path: the msdb of a server (CONTROL_FLOW §11).

Which msdb stands for which server is told by ``ExecutionOptions.msdb``: server name → database URL, ``.`` for
this machine.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping
from typing import Any

from dtserve.errors import PackageNotFound
from dtserve.execution.children import StoreReader

__all__ = ["server_reader"]

LOCAL_NAMES = frozenset(("", ".", "(local)", "localhost", "127.0.0.1", "::1"))


def server_reader(servers: Mapping[str, str]) -> StoreReader:
    """A reader for the given servers; PackageNotFound for one that is not among them."""
    known = {name.strip().lower(): url for name, url in servers.items()}

    def read(path: str, connection_string: str) -> bytes:
        from dtserve.connections.connection_string import ConnectionString

        server = ConnectionString(connection_string).get("server").strip().lower()
        here = socket.gethostname().lower()
        url = known.get(server)
        if url is None and (server in LOCAL_NAMES or server in (here, here.partition(".")[0])):
            url = known.get(".")
        if url is None:
            raise PackageNotFound(path=f"{server}: {path}")
        return _read(url, server, path)

    return read


def _read(url: str, server: str, path: str) -> bytes:
    from dtserve.stores.msdb.store import MsdbStore
    from dtserve.stores.names import parse_package_path

    database: Any
    if url.startswith("mssql"):
        from dtserve.stores.msdb.remote import RemoteDatabase

        database = RemoteDatabase(url)
    else:
        from dtserve.stores.msdb.engine import Database

        database = Database(url, name=server or ".")
    try:
        return MsdbStore("MSDB", database).read(parse_package_path(path))
    finally:
        database.dispose()
