"""Connection managers, SQL sessions, and where a package's connections and paths point on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dtserve.doors import lazy

if TYPE_CHECKING:
    from dtserve.connections.base import (
        BulkOptions,
        Connection,
        ResultColumn,
        ResultSet,
        SqlParameter,
        SqlSession,
    )
    from dtserve.connections.connection_map import load_connection_map, parse_map_line
    from dtserve.connections.environment import ConnectionTarget, Environment
    from dtserve.connections.flat_file_format import FlatFileColumn, FlatFileFormat
    from dtserve.connections.registry import create_connection

__all__ = [
    "BulkOptions",
    "Connection",
    "ConnectionTarget",
    "Environment",
    "FlatFileColumn",
    "FlatFileFormat",
    "ResultColumn",
    "ResultSet",
    "SqlParameter",
    "SqlSession",
    "create_connection",
    "load_connection_map",
    "parse_map_line",
]

__getattr__ = lazy(
    __name__,
    {
        **dict.fromkeys(
            ("BulkOptions", "Connection", "ResultColumn", "ResultSet", "SqlParameter", "SqlSession"), "base"
        ),
        **dict.fromkeys(("load_connection_map", "parse_map_line"), "connection_map"),
        **dict.fromkeys(("ConnectionTarget", "Environment"), "environment"),
        **dict.fromkeys(("FlatFileColumn", "FlatFileFormat"), "flat_file_format"),
        "create_connection": "registry",
    },
)
