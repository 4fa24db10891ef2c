"""Which class stands for which kind of connection manager; a module is imported on first use of its kind."""

from __future__ import annotations

import importlib
from typing import cast

from dtserve.connections.base import Connection
from dtserve.connections.environment import Environment
from dtserve.connections.errors import UnknownConnectionKind
from dtserve.package.model import ConnectionManager
from dtserve.package.names import connection_kind

__all__ = ["KINDS", "create_connection"]

KINDS: dict[str, tuple[str, str]] = {
    "ADO.NET": ("adonet", "AdoNetManager"),
    "CACHE": ("cache", "CacheManager"),
    "EXCEL": ("excel", "ExcelManager"),
    "FILE": ("file", "FileManager"),
    "FLATFILE": ("flat_file", "FlatFileManager"),
    "FTP": ("ftp", "FtpManager"),
    "HTTP": ("http", "HttpManager"),
    "MULTIFILE": ("multi_file", "MultiFileManager"),
    "MULTIFLATFILE": ("multi_flat_file", "MultiFlatFileManager"),
    "ODATA": ("odata", "ODataManager"),
    "ODBC": ("odbc", "OdbcManager"),
    "OLEDB": ("oledb", "OleDbManager"),
    "ORACLE": ("oledb", "OracleManager"),
    "SMOServer": ("smo", "SmoManager"),
    "SMTP": ("smtp", "SmtpManager"),
}
"""Kind → module of this room, class."""


def create_connection(model: ConnectionManager, environment: Environment) -> Connection:
    """The run-time connection manager of a stored one.

    Kinds that are known but cannot be opened give an object that refuses by name when it
    is used; raises UnknownConnectionKind for a CreationName nobody knows.
    """
    kind = connection_kind(model.creation_name)
    if kind in KINDS:
        module, name = KINDS[kind]
        cls = getattr(importlib.import_module(f"dtserve.connections.{module}"), name)
        return cast(Connection, cls(model, environment))
    from dtserve.connections.unsupported import REASONS, UnsupportedManager

    if kind in REASONS:
        return UnsupportedManager(model, environment, kind)
    if kind:
        return UnsupportedManager(model, environment, kind)
    raise UnknownConnectionKind(kind=model.creation_name, name=model.name)
