"""Servers that a test session starts once, when the first test needs one, and stops at its end."""

from __future__ import annotations

import atexit
from functools import cache

from support.postgres_server import PostgresServer
from support.samba_server import SambaServer


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
