"""Logging in to MySQL and MariaDB within a time limit."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress
from typing import Any

from dtserve.connections.errors import CannotAcquireConnection
from dtserve.connections.sql.target import DatabaseTarget

__all__ = ["CONNECT_SECONDS", "log_in", "message_of"]

CONNECT_SECONDS = 15
_LONGEST = 31_536_000.0
"""Seconds of a year: as long as a timer may run."""


def log_in(pymysql: Any, target: DatabaseTarget) -> Any:
    """A connection in autocommit mode; raises CannotAcquireConnection with the server's words."""
    options = target.options
    try:
        seconds = int(options.get("connect_timeout", CONNECT_SECONDS))
        connection = pymysql.connect(
            host=target.host or "localhost",
            port=target.port or 3306,
            user=target.user or None,
            password=target.password,
            database=target.database or None,
            charset=options.get("charset", "utf8mb4"),
            ssl={"ca": options["ssl_ca"]} if options.get("ssl_ca") else None,
            autocommit=True,
            local_infile=False,
            defer_connect=True,
        )
        _connect(pymysql, connection, seconds)
    except (pymysql.Error, OSError, ValueError, RuntimeError) as error:
        raise CannotAcquireConnection(name=target.manager or "MySQL", detail=message_of(error)) from None
    return connection


def _connect(pymysql: Any, connection: Any, seconds: int) -> None:
    """Connect; the limit holds for the whole login, also with a server that takes the call and says nothing."""
    end = time.monotonic() + seconds
    host = connection.host
    try:
        plug = socket.create_connection((host, connection.port), min(seconds, _LONGEST))
    except OSError as error:
        raise OSError(f"Can't connect to MySQL server on '{host}' ({error})") from None
    plug.settimeout(None)
    plug.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    plug.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    limit = threading.Timer(max(min(end - time.monotonic(), _LONGEST), 0), _hang_up, (plug,))
    limit.daemon = True
    limit.start()
    try:
        connection.connect(plug)
    except pymysql.Error:
        if time.monotonic() >= end:
            raise OSError(f"Login timeout expired (server '{host}')") from None
        raise
    finally:
        limit.cancel()


def _hang_up(plug: socket.socket) -> None:
    with suppress(OSError):
        plug.shutdown(socket.SHUT_RDWR)


def message_of(error: BaseException) -> str:
    """The server's words without its number."""
    last = error.args[-1] if error.args else ""
    return str(last) or type(error).__name__
