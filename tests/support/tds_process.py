"""The double of SQL Server's wire in a process of its own: a client that holds Python's lock while it waits needs that."""

from __future__ import annotations

import multiprocessing
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from support.tds_server import TdsServer

__all__ = ["TdsProcess"]


class TdsProcess:
    """As :class:`support.tds_server.TdsServer`, or the ``double`` given; ``sent``, ``loads``, ``login`` and ``encrypted`` are asked for."""

    def __init__(self, folder: Path, **options: Any) -> None:
        context = multiprocessing.get_context("spawn")
        self._link, far = context.Pipe()
        self._process = context.Process(target=_serve, args=(far, folder, options), daemon=True)
        self._process.start()
        far.close()
        self.port: int = self._ask("port")

    def url(self, *credentials: str, **options: Any) -> str:
        return str(self._ask("url", credentials, options))

    def fresh(self, folder: Path) -> None:
        self._ask("fresh", (folder,))

    def stop(self) -> None:
        self._ask("stop", ())
        self._process.join(10)
        assert self._process.exitcode == 0

    def __getattr__(self, name: str) -> Any:
        if name not in ("sent", "loads", "login", "encrypted"):
            raise AttributeError(name)
        return self._ask(name)

    def _ask(self, name: str, positional: tuple[Any, ...] | None = None, named: dict[str, Any] | None = None) -> Any:
        self._link.send((name, positional, named or {}))
        return self._link.recv()


def _serve(link: Connection, folder: Path, options: dict[str, Any]) -> None:
    server: TdsServer = options.pop("double", TdsServer)(folder, **options)
    name = ""
    while name != "stop":
        try:
            name, positional, named = link.recv()
        except EOFError:
            return
        found = getattr(server, name)
        link.send(found if positional is None else found(*positional, **named))
