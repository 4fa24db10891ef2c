"""Connection managers, SQL sessions, and where a package's connections and paths point on this machine."""

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
