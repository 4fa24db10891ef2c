"""The service as methods: stored packages, runs, and (in :mod:`dtserve.client.administration`) access."""

from __future__ import annotations

import builtins
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from dtserve.client.address import Address
from dtserve.client.administration import Administration
from dtserve.client.model import Event, Execution, Folder, Listing, Package, PathRows, Session, read
from dtserve.client.planning import Planning
from dtserve.client.transport import Transport

if TYPE_CHECKING:
    from dtserve.client.store import RemoteStore

__all__ = ["Client"]

PAGE = 1000


class Client:
    """One service. Every method raises ConnectFailed without an answer, RemoteProblem for a refusal.

    To be used in a ``with`` block::

        with Client(Address.parse("https://prod01:8730"), token) as server:
            run = server.start(r"\\MSDB\\Finance\\Load", idempotency_key="2026-11-20")
            for event in server.follow(run.id):
                print(event.kind, event.message)
    """

    def __init__(self, address: Address, token: str = "") -> None:
        self._transport = Transport(address, token)
        self.administration = Administration(self._transport)
        self.planning = Planning(self._transport)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._transport.close()

    def store(self, name: str = "", root: tuple[str, ...] = ()) -> RemoteStore:
        """The service's package store, for tools that work on stores; closed with this client."""
        from dtserve.client.store import RemoteStore

        return RemoteStore(self, self._transport, name or self._transport.address.shown, root)

    def session(self) -> Session:
        """Who the caller is, what it may do, and what server this is."""
        return read(Session, self._transport.json("GET", "/api/session"))

    # stored packages

    def list(self, path: str = "") -> Listing:
        """Folders and packages of a folder; the roots without a path."""
        told = self._transport.json("GET", "/api/tree", query={"path": path})
        folders = tuple(read(Folder, each) for each in told["folders"])
        return Listing(told["path"], folders, tuple(read(Package, each) for each in told["packages"]))

    def package(self, path: str) -> Package:
        """Facts of a package."""
        return read(Package, self._transport.json("GET", "/api/packages", query={"path": path}))

    def export(self, path: str) -> bytes:
        """The bytes of a package."""
        return bytes(self._transport.request("GET", "/api/packages/content", query={"path": path}).content)

    def import_(self, path: str, data: bytes, *, overwrite: bool = False, revision: str = "") -> Package:
        """Store a package; with ``revision`` only when that one is still in force."""
        headers = {"Content-Type": "application/octet-stream"} | ({"If-Match": f'"{revision}"'} if revision else {})
        query = {"path": path, "overwrite": overwrite}
        told = self._transport.json("PUT", "/api/packages/content", query=query, content=data, headers=headers)
        return read(Package, told)

    def delete(self, path: str, *, revision: str = "") -> None:
        """Delete a package."""
        headers = {"If-Match": f'"{revision}"'} if revision else {}
        self._transport.json("DELETE", "/api/packages", query={"path": path}, headers=headers)

    def create_folder(self, path: str) -> None:
        """Create a folder."""
        self._transport.json("POST", "/api/folders", body={"path": path})

    def rename_folder(self, path: str, name: str) -> None:
        """Give a folder another name."""
        self._transport.json("PATCH", "/api/folders", query={"path": path}, body={"name": name})

    def delete_folder(self, path: str) -> None:
        """Delete an empty folder."""
        self._transport.json("DELETE", "/api/folders", query={"path": path})

    # runs

    def start(self, package: str = "", *, idempotency_key: str = "", **options: Any) -> Execution:
        """Start a stored package, or what ``options`` name (``POST /api/executions`` lists them).

        Repeating a start with the same ``idempotency_key`` gives the first one's execution.
        """
        headers = {"Idempotency-Key": idempotency_key} if idempotency_key else {}
        body = ({"package": package} if package else {}) | options
        return _execution(self._transport.json("POST", "/api/executions", body=body, headers=headers))

    def execution(self, execution_id: str) -> Execution:
        """One run with its row counts."""
        return _execution(self._transport.json("GET", f"/api/executions/{execution_id}"))

    def executions(self, *, running: bool | None = None, limit: int = 100, **filters: Any) -> Iterator[Execution]:
        """Runs, newest first, at most ``limit``; pages are asked for as they are needed."""
        query: dict[str, Any] = {"running": running, **filters}
        while limit > 0:
            told = self._transport.json("GET", "/api/executions", query={**query, "limit": min(limit, PAGE)})
            yield from map(_execution, told["executions"])
            limit -= len(told["executions"])
            if told["next"] is None:
                return
            query["before"] = told["next"]

    def stop(self, execution_id: str) -> Execution:
        """Ask a run to stop; there may be a delay."""
        return _execution(self._transport.json("POST", f"/api/executions/{execution_id}/stop"))

    def events(self, execution_id: str, *, after: int = 0, **filters: Any) -> Iterator[Event]:
        """The events of a run so far, in order."""
        cursor: int | None = after
        while cursor is not None:
            query = {"after": cursor, "limit": PAGE, **filters}
            told = self._transport.json("GET", f"/api/executions/{execution_id}/events", query=query)
            yield from (read(Event, each) for each in told["events"])
            cursor = told["next"]

    def follow(self, execution_id: str, *, after: int = 0) -> Iterator[Event]:
        """The events of a run as they happen, until it has ended."""
        with self._transport.stream(f"/api/executions/{execution_id}/stream", str(after) if after else "") as told:
            for name, _, data in told:
                if name == "events":
                    yield from (read(Event, each) for each in data)

    def event_log(self, *, limit: int = 200, **filters: Any) -> builtins.list[Mapping[str, Any]]:
        """The service's event log, newest first."""
        told = self._transport.json("GET", "/api/events", query={"limit": limit, **filters})
        found: builtins.list[Mapping[str, Any]] = told["events"]
        return found

    def stop_service(self) -> None:
        """Stop the service itself."""
        self._transport.json("POST", "/api/service/stop")


def _execution(told: Mapping[str, Any]) -> Execution:
    paths = tuple(read(PathRows, each) for each in told.get("paths", ()))
    return read(Execution, {**told, "paths": paths})
