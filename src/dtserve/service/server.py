"""The service itself: one process that holds the stores, starts packages and answers the API (SERVICE §1).

Listens on loopback. Start and stop write the events 256 to 259 of SERVICE §3.
"""

from __future__ import annotations

import asyncio
import fcntl
import ipaddress
import os
import signal
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn
from fastapi import Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, JSONResponse, RedirectResponse
from starlette.exceptions import HTTPException
from starlette.middleware.trustedhost import TrustedHostMiddleware

from dtserve import __version__
from dtserve.errors import DtserveError
from dtserve.service.api import events, executions, folders, packages, problems, session, tree
from dtserve.service.api.guard import authorize, hub_of
from dtserve.service.config import ServiceHome
from dtserve.service.errors import AlreadyRunning
from dtserve.service.eventlog import EventLog
from dtserve.service.executions import Executions
from dtserve.service.history import History
from dtserve.service.hub import Hub
from dtserve.service.identities import Identities
from dtserve.service.recovery import recover
from dtserve.service.state import open_state
from dtserve.service.watch import Watchers
from dtserve.stores.tree import PackageTree

__all__ = ["create_app", "open_hub", "serve"]

CONSOLE = Path(__file__).parent / "_console"
_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def open_hub(home: ServiceHome, tree_of: PackageTree) -> Hub:
    """Open the service's state; runs that a former service left are taken up again or get their end."""
    tree_of.clean()
    state = open_state(home.state_path)
    watchers = Watchers()
    history = History(state)
    event_log = EventLog(state)
    runs = Executions(home, tree_of, history, event_log, watchers)
    recover(runs, history, home.spool_path, outlive=not home.stop_executing_packages_on_shutdown)
    runs.begin()
    return Hub(
        home, state, Identities(state), tree_of, history, runs, event_log, watchers, socket.gethostname().upper()
    )


def create_app(hub: Hub) -> FastAPI:
    """The web application around a hub."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        hub.watchers.close()

    app = FastAPI(
        title="dtserve",
        version=__version__,
        lifespan=lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        dependencies=[Depends(authorize)],
        responses=dict.fromkeys((400, 401, 403, 404, 409, 413, 422, 503), problems.PROBLEM),
    )
    app.state.hub = hub
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=_allowed_hosts(hub.home.listen_host))
    app.add_exception_handler(DtserveError, problems.on_dtserve_error)
    app.add_exception_handler(RequestValidationError, problems.on_invalid_request)
    app.add_exception_handler(HTTPException, problems.on_http_exception)
    app.add_exception_handler(Exception, problems.on_defect)
    for part in (session, tree, packages, folders, executions, events):
        app.include_router(part.router)
    _add_pages(app)
    return app


def _add_pages(app: FastAPI) -> None:
    @app.middleware("http")
    async def headers(request: Request, call_next: Callable[[Request], object]) -> Response:
        response: Response = await call_next(request)  # type: ignore[misc]
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        if request.url.path.startswith("/api/"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    @app.get("/", include_in_schema=False)
    def home() -> RedirectResponse:
        return RedirectResponse("/console/")

    @app.get("/console/{path:path}", include_in_schema=False)
    def console(path: str) -> Response:
        name = path if path in ("console.js", "console.css") else "index.html"
        return FileResponse(CONSOLE / name, headers={"Cache-Control": "no-cache"})

    @app.get("/api/openapi.json", tags=["session"])
    def openapi(request: Request) -> JSONResponse:
        """This API in OpenAPI 3.1."""
        hub_of(request)
        return JSONResponse(app.openapi())


def _allowed_hosts(listen: str) -> list[str]:
    """Host headers to answer to: a foreign name that resolves to loopback is an attack (DNS rebinding)."""
    try:
        loopback = ipaddress.ip_address(listen).is_loopback
    except ValueError:
        loopback = listen == "localhost"
    return ["localhost", "127.0.0.1", "[::1]", listen] if loopback else ["*"]


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


def serve(home: ServiceHome, tree_of: PackageTree, announce: Callable[[Hub, str, str | None], None]) -> int:
    """Run until a signal; returns the exit code.

    ``announce`` is called once the address is open, with the hub, the console's address and,
    on the first start, the administrator's token.
    """
    lock = _Lock(home.path / "service.lock")
    try:
        listener = _listen(home.listen_host, home.listen_port)
        hub = open_hub(home, tree_of)
        try:
            return asyncio.run(_serve(hub, listener, announce))
        finally:
            hub.state.close()
    finally:
        lock.release()


def _listen(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise AlreadyRunning(detail=f"The address {host}:{port} cannot be opened: {error.strerror}.") from error


async def _serve(hub: Hub, listener: socket.socket, announce: Callable[[Hub, str, str | None], None]) -> int:
    hub.event_log.write("DTS_MSG_SERVER_STARTING", __version__)
    for symbol, facts in hub.home.problems:
        hub.event_log.write(symbol, *facts)
    token = hub.identities.ensure_administrator(hub.home.token_path)
    config = uvicorn.Config(create_app(hub), log_config=None, access_log=False, timeout_graceful_shutdown=3)
    server = uvicorn.Server(config)
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    running = asyncio.ensure_future(server.serve(sockets=[listener]))
    while not server.started and not running.done():
        await asyncio.sleep(0.01)
    for number in (signal.SIGINT, signal.SIGTERM):  # after uvicorn has set its own
        loop.add_signal_handler(number, stopping.set)
    hub.event_log.write("DTS_MSG_SERVER_STARTED", __version__)
    host, port = listener.getsockname()[:2]
    announce(hub, f"http://{f'[{host}]' if ':' in host else host}:{port}/", token)
    waiting = asyncio.ensure_future(stopping.wait())
    await asyncio.wait({running, waiting}, return_when=asyncio.FIRST_COMPLETED)
    hub.event_log.write("DTS_MSG_SERVER_STOPPING", str(hub.home.stop_executing_packages_on_shutdown).lower())
    await asyncio.to_thread(hub.executions.shut_down)
    hub.watchers.close()
    server.should_exit = True
    waiting.cancel()
    await running
    hub.event_log.write("DTS_MSG_SERVER_STOPPED", __version__)
    return 0
