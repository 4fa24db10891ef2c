"""The service itself: one process that holds the stores, starts packages and answers the API (SERVICE §1).

Listens where :mod:`dtserve.service.network` allows, and on a local socket. Start and stop write the events 256 to 259 of SERVICE §3.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import signal
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI

from dtserve import __version__
from dtserve.service.app import create_app
from dtserve.service.command_files import CommandFileReader
from dtserve.service.config import ServiceHome
from dtserve.service.errors import AlreadyRunning
from dtserve.service.hub import Hub
from dtserve.service.network import Tls
from dtserve.service.opening import open_hub
from dtserve.service.peers import PeerProtocol, open_local_socket
from dtserve.stores.tree import PackageTree

__all__ = ["create_app", "open_hub", "serve"]

GRACE_SECONDS = 3


class _Lock:
    """One service per home folder: an advisory lock that ends with the process, whatever ends it."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._file = open(path, "a+")  # noqa: SIM115 - held as long as the service runs
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._file.close()
            raise AlreadyRunning(detail=f"A service runs already with the folder {path.parent}.") from error
        self._file.truncate(0)
        self._file.write(f"{os.getpid()}\n")
        self._file.flush()

    def release(self) -> None:
        """Let the next service start."""
        self._file.close()


@dataclass(frozen=True, slots=True)
class _Doors:
    """What the service listens on: the address, with TLS or without, and the local socket where there is one."""

    listener: socket.socket
    tls: Tls | None = None
    local: socket.socket | None = None

    @property
    def address(self) -> str:
        """The console's address."""
        host, port = self.listener.getsockname()[:2]
        return f"{'https' if self.tls else 'http'}://{f'[{host}]' if ':' in host else host}:{port}/"


def serve(
    home: ServiceHome,
    tree_of: PackageTree,
    announce: Callable[[Hub, str, str | None], None],
    *,
    tls: Tls | None = None,
    read_command_files: CommandFileReader | None = None,
) -> int:
    """Run until a signal; returns the exit code.

    ``announce`` is called once the address is open, with the hub, the console's address and,
    on the first start, the administrator's token. BadCertificate, AlreadyRunning, SocketUnavailable.
    """
    context = tls.context() if tls is not None else None
    lock = _Lock(home.path / "service.lock")
    try:
        listener = _listen(home.listen_host, home.listen_port)
        place = home.settings.text("service.socket")
        local = open_local_socket(home.path / place) if place and hasattr(socket, "SO_PEERCRED") else None
        hub = open_hub(home, tree_of, read_command_files)
        try:
            return asyncio.run(_serve(hub, _Doors(listener, tls, local), context, announce))
        finally:
            hub.state.close()
            if local is not None:
                (home.path / place).unlink(missing_ok=True)
    finally:
        lock.release()


def _listen(host: str, port: int) -> socket.socket:
    """The open address; AlreadyRunning. Accepted connections take over its TCP_NODELAY.

    asyncio sets that only where a socket tells its protocol's number, which these do not; without it the body of
    an answer waits 40 ms for the acknowledgement of its head.
    """
    try:
        listener = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise AlreadyRunning(detail=f"The address {host}:{port} cannot be opened: {error.strerror}.") from error
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def _servers(hub: Hub, app: FastAPI, doors: _Doors, context: ssl.SSLContext | None) -> list[_Running]:
    """One server per door; both serve the same application."""
    proxies = hub.home.settings.text("service.trusted_proxies").strip()
    common = {"http": PeerProtocol, "ws": "none", "log_config": None, "access_log": False, "server_header": False}
    found = []
    for door, tls in ((doors.listener, context), (doors.local, None)):
        if door is None:
            continue
        config = uvicorn.Config(
            app,
            lifespan="on" if door is doors.listener else "off",
            timeout_graceful_shutdown=GRACE_SECONDS,
            proxy_headers=bool(proxies) and door is doors.listener,
            forwarded_allow_ips=proxies or None,
            **common,  # type: ignore[arg-type]
        )
        config.load()
        config.ssl = tls
        server = uvicorn.Server(config)
        found.append(_Running(server, asyncio.ensure_future(server.serve(sockets=[door]))))
    return found


@dataclass(frozen=True, slots=True)
class _Running:
    """A server and its task."""

    server: uvicorn.Server
    task: asyncio.Future[None]


async def _serve(
    hub: Hub, doors: _Doors, context: ssl.SSLContext | None, announce: Callable[[Hub, str, str | None], None]
) -> int:
    hub.event_log.write("DTS_MSG_SERVER_STARTING", __version__)
    for symbol, facts in hub.home.problems:
        hub.event_log.write(symbol, *facts)
    token = hub.identities.ensure_administrator(hub.home.token_path)
    app = create_app(hub)
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    app.state.stop = lambda: loop.call_soon_threadsafe(stopping.set)
    running = _servers(hub, app, doors, context)
    while not all(each.server.started or each.task.done() for each in running):
        await asyncio.sleep(0.01)
    for number in (signal.SIGINT, signal.SIGTERM):  # after uvicorn has set its own
        loop.add_signal_handler(number, stopping.set)
    hub.event_log.write("DTS_MSG_SERVER_STARTED", __version__)
    announce(hub, doors.address, token)
    waiting = asyncio.ensure_future(stopping.wait())
    ends: list[asyncio.Future[Any]] = [waiting, *(each.task for each in running)]
    await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
    hub.event_log.write("DTS_MSG_SERVER_STOPPING", str(hub.home.stop_executing_packages_on_shutdown).lower())
    await asyncio.to_thread(hub.shut_down)
    hub.watchers.close()
    waiting.cancel()
    for each in running:
        each.server.should_exit = True
    await asyncio.gather(*(each.task for each in running))
    hub.event_log.write("DTS_MSG_SERVER_STOPPED", __version__)
    return 0
