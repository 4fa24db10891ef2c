"""The service itself: one process that holds the stores, starts packages and answers the API (SERVICE §1).

Listens where :mod:`dtserve.service.network` allows, and on a local socket. Start and stop write the events 256 to 259 of SERVICE §3.
"""

from __future__ import annotations

import asyncio
import gc
import socket
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from typing import Any

import uvicorn
from fastapi import FastAPI

from dtserve import __version__
from dtserve.errors import DtserveError
from dtserve.service.app import create_app
from dtserve.service.command_files import CommandFileReader
from dtserve.service.config import ServiceHome
from dtserve.service.errors import AlreadyRunning
from dtserve.service.eventlog import SERVICE_EVENTS, EventLog
from dtserve.service.hub import Hub
from dtserve.service.network import Tls
from dtserve.service.opening import open_hub
from dtserve.service.operating_system import HomeLock, on_reload_signal, on_stop_signals
from dtserve.service.peers import PeerProtocol, close_certified, open_local_socket
from dtserve.service.state import open_state
from dtserve.service.system_log import SystemLog, open_system_log
from dtserve.service.tls_reload import TlsWatch
from dtserve.stores.tree import PackageTree

__all__ = ["create_app", "open_hub", "serve"]

GRACE_SECONDS = 3


@dataclass(frozen=True, slots=True)
class _Doors:
    """What the service listens on: the address, with TLS or without, and the local socket where there is one."""

    listener: socket.socket
    watch: TlsWatch | None = None
    local: socket.socket | None = None

    @property
    def address(self) -> str:
        """The console's address."""
        host, port = self.listener.getsockname()[:2]
        return f"{'https' if self.watch else 'http'}://{f'[{host}]' if ':' in host else host}:{port}/"


def serve(
    home: ServiceHome,
    tree_of: PackageTree,
    announce: Callable[[Hub, str, str | None], None],
    *,
    tls: Tls | None = None,
    read_command_files: CommandFileReader | None = None,
    on_ready: Callable[[Callable[[], None]], None] | None = None,
) -> int:
    """Run until a signal; returns the exit code.

    ``announce`` is called once the address is open, with the hub, the console's address and,
    on the first start, the administrator's token; ``on_ready`` then gets what stops the service, from any thread.
    BadCertificate, AlreadyRunning, SocketUnavailable, SystemLogUnavailable.
    """
    with ExitStack() as opened:
        system_log = open_system_log(home.settings)
        opened.callback(system_log.close)
        try:
            lock = HomeLock(home.path / "service.lock")
        except AlreadyRunning as error:
            _tell_failure(home, system_log, error, own=False)
            raise
        opened.callback(lock.release)
        try:
            doors, hub = _open(opened, home, tls, lambda: open_hub(home, tree_of, read_command_files, system_log))
        except DtserveError as error:
            _tell_failure(home, system_log, error)
            raise
        return asyncio.run(_serve(hub, doors, announce, on_ready))


def _open(opened: ExitStack, home: ServiceHome, tls: Tls | None, make_hub: Callable[[], Hub]) -> tuple[_Doors, Hub]:
    """Everything the service holds; what was opened is closed with ``opened``."""
    watch = TlsWatch(tls) if tls is not None else None
    listener = opened.enter_context(_listen(home.listen_host, home.listen_port))
    place = home.settings.text("service.socket")
    local = None
    if place and hasattr(socket, "SO_PEERCRED"):
        local = opened.enter_context(open_local_socket(home.path / place))
        opened.callback((home.path / place).unlink, missing_ok=True)
    hub = make_hub()
    opened.callback(hub.state.close)
    return _Doors(listener, watch, local), hub


def _tell_failure(home: ServiceHome, system_log: SystemLog, error: DtserveError, *, own: bool = True) -> None:
    """Event 260 in the system's log and, unless another service has this home, in the own one."""
    symbol = "DTS_MSG_SERVER_START_FAILED"
    if not own:
        system_log.write(SERVICE_EVENTS[symbol], SERVICE_EVENTS[symbol].text.format(error.message))
        return
    try:
        state = open_state(home.state_path)
    except DtserveError:
        _tell_failure(home, system_log, error, own=False)
        return
    try:
        with suppress(DtserveError):
            EventLog(state, system_log).write(symbol, error.message)
    finally:
        state.close()


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


def _servers(hub: Hub, app: FastAPI, doors: _Doors) -> list[_Running]:
    """One server per door; both serve the same application."""
    proxies = hub.home.settings.text("service.trusted_proxies").strip()
    common = {"http": PeerProtocol, "ws": "none", "log_config": None, "access_log": False, "server_header": False}
    found = []
    for door, tls in ((doors.listener, doors.watch.context if doors.watch else None), (doors.local, None)):
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


def _watch_tls(
    loop: asyncio.AbstractEventLoop, watch: TlsWatch | None, running: list[_Running]
) -> asyncio.Future[None]:
    """Read TLS's files again when they change and on SIGHUP; connections of client certificates then begin anew."""
    if watch is None:
        on_reload_signal(loop, lambda: None)
        return loop.create_future()

    def close() -> None:
        for each in running:
            close_certified(each.server.server_state.connections)

    watch.on_change = lambda: loop.call_soon_threadsafe(close)
    on_reload_signal(loop, lambda: loop.run_in_executor(None, watch.reload))
    return asyncio.ensure_future(watch.run())


def _settle() -> None:
    """Leave what the start has loaded out of later garbage collections: looking through it stops all threads for 0.1 s."""
    gc.collect()
    gc.freeze()


async def _serve(
    hub: Hub,
    doors: _Doors,
    announce: Callable[[Hub, str, str | None], None],
    on_ready: Callable[[Callable[[], None]], None] | None,
) -> int:
    hub.event_log.write("DTS_MSG_SERVER_STARTING", __version__)
    for symbol, facts in hub.home.problems:
        hub.event_log.write(symbol, *facts)
    token = hub.identities.ensure_administrator(hub.home.token_path)
    app = create_app(hub)
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    app.state.stop = lambda: loop.call_soon_threadsafe(stopping.set)
    running = _servers(hub, app, doors)
    while not all(each.server.started or each.task.done() for each in running):
        await asyncio.sleep(0.01)
    on_stop_signals(loop, stopping.set)  # after uvicorn has set its own
    watching = _watch_tls(loop, doors.watch, running)
    hub.event_log.write("DTS_MSG_SERVER_STARTED", __version__)
    _settle()
    announce(hub, doors.address, token)
    if on_ready is not None:
        on_ready(app.state.stop)
    waiting = asyncio.ensure_future(stopping.wait())
    ends: list[asyncio.Future[Any]] = [waiting, *(each.task for each in running)]
    await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
    hub.event_log.write("DTS_MSG_SERVER_STOPPING", str(hub.home.stop_executing_packages_on_shutdown).lower())
    try:
        await asyncio.to_thread(hub.shut_down)
    except DtserveError as error:
        hub.event_log.write("DTS_MSG_SERVER_STOP_ERROR", error.message)
    hub.watchers.close()
    waiting.cancel()
    watching.cancel()
    for each in running:
        each.server.should_exit = True
    await asyncio.gather(*(each.task for each in running))
    hub.event_log.write("DTS_MSG_SERVER_STOPPED", __version__)
    return 0
