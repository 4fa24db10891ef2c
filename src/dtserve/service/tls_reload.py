"""TLS whose files are read again while the service runs: a renewed certificate, a newer revocation list.

New connections use what the files hold now; files that cannot be used leave the former in force. Open connections
of client certificates are closed after the answer they are waiting for, so that a revoked one is looked at again.
"""

from __future__ import annotations

import asyncio
import logging
import os
import ssl
from collections.abc import Callable
from typing import Any

from dtserve.errors import DtserveError
from dtserve.service.network import Tls, fingerprint

__all__ = ["CHECK_SECONDS", "ReloadingContext", "TlsWatch"]

CHECK_SECONDS = 5.0
"""How often the files are looked at."""
_log = logging.getLogger("dtserve.service.tls")


class ReloadingContext(ssl.SSLContext):
    """A context for asyncio that begins each connection with the newest context there is."""

    current: ssl.SSLContext

    def __new__(cls, first: ssl.SSLContext) -> ReloadingContext:
        """Begin with ``first``."""
        made = super().__new__(cls, ssl.PROTOCOL_TLS_SERVER)
        made.current = first
        return made

    def __init__(self, first: ssl.SSLContext) -> None:
        """The work is done by :meth:`__new__`, as :class:`ssl.SSLContext` does it."""

    def wrap_bio(self, *arguments: Any, **named: Any) -> ssl.SSLObject:
        """One connection."""
        return self.current.wrap_bio(*arguments, **named)


class TlsWatch:
    """Looks whether the files have changed; ``on_change`` is called once something new is in force."""

    def __init__(self, tls: Tls) -> None:
        """BadCertificate."""
        self._tls = tls
        self.on_change: Callable[[], object] = lambda: None
        self._seen = self._stamps()
        self.context = ReloadingContext(tls.context())

    def reload(self) -> bool:
        """Read the files now; False, and the former in force, when they cannot be used."""
        self._seen = self._stamps()
        try:
            self.context.current = self._tls.context()
            mark = fingerprint(self._tls.certificate)
        except DtserveError as error:
            _log.warning("TLS stays as it is: %s", error.message)
            return False
        _log.warning("TLS files were read again; fingerprint of the certificate: %s", mark)
        self.on_change()
        return True

    def check(self) -> bool:
        """Reload if a file has changed; whether what is new is in force."""
        return self._stamps() != self._seen and self.reload()

    async def run(self) -> None:
        """Check for ever."""
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            await asyncio.to_thread(self.check)

    def _stamps(self) -> list[tuple[int, int, int] | None]:
        return [_stamp(path) for path in self._tls.files]


def _stamp(path: str) -> tuple[int, int, int] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
