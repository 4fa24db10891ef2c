"""The servers that this user knows by name: a file beside the home's other settings, readable by its owner only."""

from __future__ import annotations

import builtins
import json
import os
import socket
import tempfile
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from dtserve.client.address import LOCAL_NAMES, Address, fetch_certificate
from dtserve.client.errors import InvalidServerName, UnknownServer
from dtserve.errors import UsageError

__all__ = ["Server", "Servers"]

FILE, FOLDER, TOKEN_FILE = "servers.json", "servers", "administrator.token"


@dataclass(frozen=True, slots=True)
class Server:
    """One entry; the token is a secret and stands in this file only."""

    name: str
    url: str
    token: str = ""
    authority: str = ""
    pinned: bool = False
    certificate: str = ""
    key: str = ""

    @property
    def address(self) -> Address:
        """Where it is."""
        address = Address.parse(self.url)
        trust = {"authority": self.authority, "pinned": self.pinned}
        return replace(address, **trust, certificate=self.certificate, key=self.key)  # type: ignore[arg-type]


class Servers:
    """The list in a home folder; ``local_socket`` is where this machine's service listens.

    Where there are no such sockets it is ``local_url`` instead, with the token of the file ``administrator.token``.
    """

    def __init__(self, home: Path, local_socket: Path | None = None, local_url: str = "") -> None:
        self._path = home / FILE
        self._certificates = home / FOLDER
        self._socket = local_socket if hasattr(socket, "AF_UNIX") else None
        self._local_url = local_url
        self._token = home / TOKEN_FILE

    def list(self) -> list[Server]:
        """All entries by name."""
        return [Server(**each) for each in sorted(self._read(), key=lambda each: str(each["name"]).casefold())]

    def add(self, server: Server, fingerprint: str = "") -> Server:
        """Add or replace an entry; with a fingerprint its certificate is fetched, compared and trusted from now on.

        InvalidServerName, FingerprintDiffers, ConnectFailed, UsageError.
        """
        if "\\" in server.name:
            raise InvalidServerName(server=server.name)
        if server.name.strip().casefold() in LOCAL_NAMES or not server.name.isprintable() or "/" in server.name:
            raise UsageError(detail=f'"{server.name}" cannot be the name of a server.')
        server = replace(server, url=Address.parse(server.url).url)
        if fingerprint:
            pem = fetch_certificate(server.address, fingerprint)
            self._certificates.mkdir(mode=0o700, exist_ok=True)
            file = self._certificates / f"{server.name.casefold()}.pem"
            file.write_text(pem, encoding="ascii")
            server = replace(server, authority=str(file), pinned=True)
        others = [each for each in self._read() if each["name"].casefold() != server.name.casefold()]
        self._write([*others, asdict(server)])
        return server

    def remove(self, name: str) -> None:
        """Forget an entry; UnknownServer."""
        known = self._read()
        kept = [each for each in known if each["name"].casefold() != name.casefold()]
        if len(kept) == len(known):
            raise UnknownServer(server=name)
        self._write(kept)
        (self._certificates / f"{name.casefold()}.pem").unlink(missing_ok=True)

    def find(self, name: str) -> tuple[Address, str]:
        """Address and token behind a name: an entry, a URL, or this machine for ``.``, ``(local)``, ``localhost``.

        InvalidServerName for ``server\\instance``, UnknownServer.
        """
        if "://" in name:
            return Address.parse(name), ""
        if "\\" in name:
            raise InvalidServerName(server=name)
        for each in self.list():
            if each.name.casefold() == name.casefold():
                return each.address, each.token
        here = socket.gethostname().casefold()
        if name.strip().casefold() in LOCAL_NAMES | {here, here.partition(".")[0]}:
            if self._socket is not None:
                return Address.local(self._socket), ""
            if self._local_url:
                with suppress(OSError):
                    return Address.parse(self._local_url), self._token.read_text("utf-8").strip()
        raise UnknownServer(server=name)

    def _read(self) -> builtins.list[dict[str, Any]]:
        try:
            found: builtins.list[dict[str, Any]] = json.loads(self._path.read_text("utf-8"))["servers"]
        except FileNotFoundError:
            return []
        except (OSError, ValueError, KeyError, TypeError):
            raise UsageError(detail=f'The list of servers "{self._path}" cannot be read.') from None
        return found

    def _write(self, entries: builtins.list[dict[str, Any]]) -> None:
        handle, staged = tempfile.mkstemp(prefix=".servers.", dir=self._path.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                json.dump({"servers": entries}, stream, indent=1)
                stream.flush()
                os.fsync(stream.fileno())
            os.replace(staged, self._path)
        except BaseException:
            Path(staged).unlink(missing_ok=True)
            raise
