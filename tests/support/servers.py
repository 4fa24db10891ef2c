"""Servers that a test session starts once, when the first test needs one, and stops at its end."""

from __future__ import annotations

import atexit
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from support.postgres_server import PostgresServer
from support.samba_server import SambaServer

if TYPE_CHECKING:
    from support.tds_process import TdsProcess


@cache
def postgres_server() -> PostgresServer:
    server = PostgresServer()
    atexit.register(server.stop)
    return server


@cache
def samba_server() -> SambaServer:
    server = SambaServer()
    atexit.register(server.stop)
    return server


@cache
def msdb_server() -> TdsProcess:
    """The test double of SQL Server with its msdb, behind its wire."""
    from support.certificates import Authority
    from support.msdb_server import msdb_process

    folder = tempfile.TemporaryDirectory(prefix="dtserve-msdb-")
    atexit.register(folder.cleanup)
    server = msdb_process(Path(folder.name), certificate=Authority(Path(folder.name)).issue("server"))
    atexit.register(server.stop)
    return server
