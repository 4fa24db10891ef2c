r"""Names of SQL Servers as ServerName, ``/SourceServer`` and connection strings write them (SERVICE §2, DTUTIL §3).

``server``, ``server\instance`` and ``server,port``, with or without the protocol before it (``tcp:``, ``np:``,
``lpc:``, ``admin:``), and the path of a named pipe.
"""

from __future__ import annotations

import re

from dtserve.stores.errors import StoreUnavailable

__all__ = ["server_key", "server_name", "server_place"]

DEFAULT_PORT = 1433
DEFAULT_INSTANCE = "mssqlserver"
"""The default instance may be named, and its port; both say nothing that the server's name alone does not."""
_PROTOCOL = re.compile(r"\A\s*(?:tcp|np|lpc|admin)\s*:\s*", re.IGNORECASE)
_PIPE = re.compile(r"\A\\\\([^\\]+)\\pipe\\(?:MSSQL\$([^\\]+)\\)?sql\\query\Z", re.IGNORECASE)


def server_place(text: str) -> tuple[str, int]:
    r"""Host with its instance, and port (0: none is named). StoreUnavailable for a port that is none.

    >>> server_place(r"tcp:prod\ssis , 14330")
    ('prod\\ssis', 14330)
    """
    name = _PROTOCOL.sub("", text).strip()
    pipe = _PIPE.match(name)
    if pipe:
        name = pipe[1] + (f"\\{pipe[2]}" if pipe[2] else "")
    host, comma, given = (part.strip() for part in name.partition(","))
    port = int(given) if given.isascii() and given.isdecimal() else 0
    if comma and not 0 < port < 65536:
        raise StoreUnavailable(store=text, reason=f'"{given}" is no port')
    server, _, instance = host.partition("\\")
    return (server if instance.lower() == DEFAULT_INSTANCE else host), port


def server_name(text: str) -> str:
    r"""The name without what makes no difference; text that is no name comes back as it is.

    >>> server_name("TCP:Prod,1433"), server_name(r"np:\\Prod\pipe\MSSQL$A\sql\query")
    ('Prod', 'Prod\\A')
    """
    try:
        host, port = server_place(text)
    except StoreUnavailable:
        return text.strip()
    return f"{host},{port}" if port not in (0, DEFAULT_PORT) else host


def server_key(text: str) -> str:
    """What the names of one server have in common."""
    return server_name(text).lower()
