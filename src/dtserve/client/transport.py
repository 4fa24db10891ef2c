"""One HTTP connection to a service: sends, reads, and turns problems into errors."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dtserve.client.address import Address
from dtserve.client.errors import ConnectFailed, problem_of

if TYPE_CHECKING:
    import httpx2 as httpx

__all__ = ["Transport"]

TIMEOUT_SECONDS = 60.0
LONGEST_ADDRESS = 100
STREAM_TIMEOUT_SECONDS = 45.0
"""Longer than the service's pause between two pings of a stream."""


class Transport:
    """Requests to one service, with a token where one is given."""

    def __init__(self, address: Address, token: str = "") -> None:
        import httpx2 as httpx

        self.address = address
        self._folder = -1
        headers = {"X-Dtserve": "client", "Accept": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if address.socket is not None:
            transport = httpx.HTTPTransport(uds=self._socket(address.socket))
        else:
            verify = address.context() if address.url.startswith("https:") else True
            transport = httpx.HTTPTransport(verify=verify)
        self._client = httpx.Client(
            base_url=address.url, headers=headers, timeout=TIMEOUT_SECONDS, transport=transport, trust_env=False
        )

    def _socket(self, path: Path) -> str:
        """The address of a socket, whose path may be longer than an address has room for; tried once."""
        address = str(path)
        try:
            if len(os.fsencode(path)) >= LONGEST_ADDRESS:
                self._folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
                address = f"/proc/self/fd/{self._folder}/{path.name}"
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
                probe.connect(address)
        except OSError as error:
            self._release()
            reason = "no service listens on this machine" if not path.exists() else error.strerror
            raise ConnectFailed(server=str(path), reason=reason) from None
        return address

    def _release(self) -> None:
        if self._folder >= 0:
            os.close(self._folder)
            self._folder = -1

    def close(self) -> None:
        """Close the connection."""
        self._client.close()
        self._release()

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """One request; ConnectFailed when there is no answer, RemoteProblem when it is a refusal."""
        import httpx2 as httpx

        asked = {key: value for key, value in (query or {}).items() if value is not None}
        try:
            answer = self._client.request(
                method, path, params=asked, json=body, content=content, headers=dict(headers or {})
            )
        except httpx.HTTPError as error:
            raise ConnectFailed(
                server=self.address.shown, reason=str(error).rstrip(".") or type(error).__name__
            ) from None
        if answer.status_code >= 400:
            raise problem_of(answer.status_code, _problem(answer))
        return answer

    def json(self, method: str, path: str, **options: Any) -> Any:
        """The answer's JSON; None where there is none."""
        answer = self.request(method, path, **options)
        return answer.json() if answer.content else None

    @contextmanager
    def stream(self, path: str, last_event_id: str = "") -> Iterator[Iterator[tuple[str, str, Any]]]:
        """Server-sent events: name, id and data; ConnectFailed when they break off."""
        import httpx2 as httpx

        headers = {"Accept": "text/event-stream"}
        if last_event_id:
            headers["Last-Event-ID"] = last_event_id
        timeout = httpx.Timeout(STREAM_TIMEOUT_SECONDS)
        try:
            with self._client.stream("GET", path, headers=headers, timeout=timeout) as answer:
                if answer.status_code >= 400:
                    answer.read()
                    raise problem_of(answer.status_code, _problem(answer))
                yield _events(answer.iter_lines())
        except httpx.HTTPError as error:
            raise ConnectFailed(
                server=self.address.shown, reason=str(error).rstrip(".") or type(error).__name__
            ) from None


def _events(lines: Iterator[str]) -> Iterator[tuple[str, str, Any]]:
    """The events in a stream's lines; comments (pings) are passed over."""
    name, identity = "message", ""
    data: list[str] = []
    for line in lines:
        if not line:
            if data:
                yield name, identity, json.loads("\n".join(data))
            name, data = "message", []
        elif not line.startswith(":"):
            field, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if field == "event":
                name = value
            elif field == "id":
                identity = value
            elif field == "data":
                data.append(value)


def _problem(answer: httpx.Response) -> Mapping[str, Any]:
    try:
        found = answer.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
