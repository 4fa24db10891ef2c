"""Work that a service does again and again beside its requests."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from dtserve.errors import DtserveError

__all__ = ["Periodic"]

_log = logging.getLogger("dtserve.service")


class Periodic:
    """Calls ``work`` at once and then every ``seconds`` until it is stopped; what it raises is logged."""

    def __init__(self, name: str, seconds: float, work: Callable[[threading.Event], object]) -> None:
        self.name = name
        self._seconds = seconds
        self._work = work
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Let the work end, and wait for it."""
        self._stopped.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                self._work(self._stopped)
            except DtserveError as error:
                _log.warning("%s: %s", self.name, error.message)
            except Exception:
                _log.exception("%s failed", self.name)
            self._stopped.wait(self._seconds)
