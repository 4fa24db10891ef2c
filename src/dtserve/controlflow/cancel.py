"""Stopping a run: one switch, and what to call so that work in foreign code ends too."""

from __future__ import annotations

import contextlib
import itertools
import threading
from collections.abc import Callable, Iterator

from dtserve.errors import Canceled

__all__ = ["CancelSwitch"]


class CancelSwitch:
    """A switch that is thrown once.

    ``event`` is set when it is; callbacks registered by :meth:`calling` run at that moment, the first in the
    thread that throws it, others beside it (they must not raise). ``dedicated`` says that this
    process exists for the run alone, so that whatever it started may be ended with it.
    """

    def __init__(self, *, dedicated: bool = False) -> None:
        self.dedicated = dedicated
        self.event = threading.Event()
        self._lock = threading.Lock()
        self._callbacks: dict[int, Callable[[], None]] = {}
        self._numbers = itertools.count()

    @property
    def canceled(self) -> bool:
        """Whether somebody asked to stop."""
        return self.event.is_set()

    def cancel(self) -> None:
        """Throw the switch; a second time does nothing."""
        with self._lock:
            if self.event.is_set():
                return
            self.event.set()
            callbacks = list(self._callbacks.values())
        for callback in callbacks[1:]:  # one that waits for a server must not keep the others waiting
            threading.Thread(target=callback, daemon=True).start()
        if callbacks:
            callbacks[0]()

    def check(self) -> None:
        """Raise Canceled when the switch has been thrown."""
        if self.event.is_set():
            raise Canceled

    @contextlib.contextmanager
    def calling(self, callback: Callable[[], None]) -> Iterator[None]:
        """While in the block, ``callback`` is called when the switch is thrown (at once when it already was)."""
        number = next(self._numbers)
        with self._lock:
            thrown = self.event.is_set()
            if not thrown:
                self._callbacks[number] = callback
        if thrown:
            callback()
        try:
            yield
        finally:
            with self._lock:
                self._callbacks.pop(number, None)
