r"""The connection map: which database a package's connection goes to on this machine.

An entry re-points connection managers to a SQLAlchemy-style URL without a change to the
package. In ``dtserve.toml``::

    [connections]
    "Sales DW" = "postgresql://etl@localhost/sales"      # by the name of the manager
    "//PROD01/Sales" = "sqlite:////data/sales.db"        # by server and database
    "//*/Staging" = "sqlite:////data/staging.db"         # any server
    "*" = "sqlite:////data/all.db"                       # everything else

    [[connection]]
    server = "PROD01\\SQL2019"
    database = "*"
    url = "mysql://etl@db/all"

and on a command line ``--map "Sales DW=sqlite:///x.db"``. A name beats server and
database, those beat wildcards; entries of equal rank apply in their order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dtserve.connections.connection_string import split_server
from dtserve.connections.environment import ConnectionTarget
from dtserve.connections.errors import BadConnectionMap

__all__ = ["find_target", "load_connection_map", "parse_map_line", "same_server"]

_FIELDS = {"url", "manager", "server", "database"}


def load_connection_map(mapping: Mapping[str, Any] | Iterable[Any]) -> tuple[ConnectionTarget, ...]:
    """The entries of a mapping (key → URL or table), of lines ``key=url`` or of tables.

    Raises BadConnectionMap, naming the entry, without showing a password in the URL.
    """
    if isinstance(mapping, Mapping):
        return tuple(_entry(str(key), value) for key, value in mapping.items())
    found = []
    for item in mapping:
        if isinstance(item, ConnectionTarget):
            found.append(item)
        elif isinstance(item, str):
            found.append(parse_map_line(item))
        elif isinstance(item, Mapping):
            found.append(_table("", item))
        else:
            raise BadConnectionMap(entry=type(item).__name__, detail="a line or a table is wanted")
    return tuple(found)


def parse_map_line(line: str) -> ConnectionTarget:
    """One ``key=url`` line, as on a command line."""
    key, equals, url = line.partition("=")
    if not equals or "://" in key.replace("//", "", 1):
        raise BadConnectionMap(entry=key.strip(), detail='there is no "=" between key and URL')
    return _entry(key.strip(), url.strip())


def _entry(key: str, value: Any) -> ConnectionTarget:
    if isinstance(value, Mapping):
        return _table(key, value)
    if not isinstance(value, str):
        raise BadConnectionMap(entry=key, detail="the URL must be text")
    url = _url(key, value)
    if key.startswith("//"):
        server, slash, database = key[2:].rpartition("/")
        if not slash or not server:
            raise BadConnectionMap(entry=key, detail="write //server/database, with * for any")
        return ConnectionTarget(url, server=server, database=database or "*")
    if key == "*":
        return ConnectionTarget(url, server="*", database="*")
    if not key:
        raise BadConnectionMap(entry=key, detail="the key is empty")
    return ConnectionTarget(url, manager=key)


def _table(key: str, table: Mapping[str, Any]) -> ConnectionTarget:
    unknown = sorted(set(table) - _FIELDS)
    if unknown:
        raise BadConnectionMap(entry=key or "connection", detail=f"unknown setting {unknown[0]}")
    values = {name: str(table[name]) for name in _FIELDS if name in table}
    if key and not key.startswith("//"):
        values.setdefault("manager", key)
    if not values.get("manager") and not (values.get("server") or values.get("database")):
        raise BadConnectionMap(entry=key or "connection", detail="manager, or server and database, is missing")
    if not values.get("manager"):
        values.setdefault("server", "*")
        values.setdefault("database", "*")
    values["url"] = _url(key or values.get("manager", "connection"), values.get("url", ""))
    return ConnectionTarget(**values)


def _url(key: str, url: str) -> str:
    if "://" not in url:
        raise BadConnectionMap(entry=key, detail="a URL such as sqlite:////data/x.db is wanted")
    return url


def same_server(one: str, other: str) -> bool:
    """Whether two Data Sources name the same server; ``.``, ``(local)`` and ``localhost`` are one."""
    a, b = split_server(one), split_server(other)
    same = a.host.lower() == b.host.lower() and a.instance.lower() == b.instance.lower()
    return same and (a.port or 1433) == (b.port or 1433)


def find_target(
    targets: Sequence[ConnectionTarget], manager: str, server: str, database: str
) -> ConnectionTarget | None:
    """The entry for a connection manager, or None."""
    best: ConnectionTarget | None = None
    rank = 0
    for target in targets:
        here = _rank(target, manager, server, database)
        if here > rank:
            best, rank = target, here
    return best


def _rank(target: ConnectionTarget, manager: str, server: str, database: str) -> int:
    if target.manager:
        return 5 if target.manager.lower() == manager.lower() else 0
    any_server = target.server in ("", "*")
    any_database = target.database in ("", "*")
    if not any_server and not same_server(target.server, server):
        return 0
    if not any_database and target.database.lower() != database.lower():
        return 0
    return 1 + (2 if not any_server else 0) + (1 if not any_database else 0)
