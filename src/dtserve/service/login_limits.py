"""Slows down guessing: after some failed logins a name, and an address, must wait.

An attempt counts as failed from its beginning until it has succeeded, so that many at once are no way around.
Counted in memory for a window of time; the number of counters is bounded, the oldest are forgotten first.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence

from dtserve.service.access_errors import TooManyLogins

__all__ = ["LoginLimits"]

FAILURES = 5
ADDRESS_FAILURES = 20
"""Of one address, behind which there may be many people."""
WINDOW_SECONDS = 60.0
MAX_KEYS = 10_000


class LoginLimits:
    """Failed logins per name and per address within the window."""

    def __init__(
        self,
        window: float = WINDOW_SECONDS,
        clock: Callable[[], float] = time.monotonic,
        max_keys: int = MAX_KEYS,
    ) -> None:
        self._window = window
        self._clock = clock
        self._max_keys = max_keys
        self._failed: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def begin(self, keys: Sequence[str]) -> None:
        """Count an attempt; TooManyLogins while one of the keys (``name:…``, ``address:…``) has failed too often."""
        with self._lock:
            wait = max((self._wait(key) for key in keys), default=0.0)
            if wait <= 0:
                for key in keys:
                    self._failed.setdefault(key, deque(maxlen=_most(key))).append(self._clock())
                    self._failed.move_to_end(key)
            while len(self._failed) > self._max_keys:
                self._failed.popitem(last=False)
        if wait > 0:
            raise TooManyLogins(seconds=int(wait) + 1)

    def succeeded(self, keys: Sequence[str]) -> None:
        """The attempt was no failure: a name's are forgotten, an address has one less."""
        with self._lock:
            for key in keys:
                if key.startswith("name:"):
                    self._failed.pop(key, None)
                elif self._failed.get(key):
                    self._failed[key].pop()

    def _wait(self, key: str) -> float:
        times = self._failed.get(key)
        if times is None or len(times) < _most(key):
            return 0.0
        return times[0] + self._window - self._clock()


def _most(key: str) -> int:
    return FAILURES if key.startswith("name:") else ADDRESS_FAILURES
