"""Slows down guessing: after some failed logins an address, and a name, must wait.

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
WINDOW_SECONDS = 60.0
MAX_KEYS = 10_000


class LoginLimits:
    """Failed logins per key (``address:…``, ``name:…``) within the window."""

    def __init__(
        self,
        failures: int = FAILURES,
        window: float = WINDOW_SECONDS,
        clock: Callable[[], float] = time.monotonic,
        max_keys: int = MAX_KEYS,
    ) -> None:
        self._failures = failures
        self._window = window
        self._clock = clock
        self._max_keys = max_keys
        self._failed: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def check(self, keys: Sequence[str]) -> None:
        """TooManyLogins while one of the keys has failed too often."""
        with self._lock:
            waits = [self._wait(key) for key in keys]
        if max(waits, default=0.0) > 0:
            raise TooManyLogins(seconds=int(max(waits)) + 1)

    def failed(self, keys: Sequence[str]) -> None:
        """Count a failed login."""
        with self._lock:
            for key in keys:
                self._failed.setdefault(key, deque(maxlen=self._failures)).append(self._clock())
                self._failed.move_to_end(key)
            while len(self._failed) > self._max_keys:
                self._failed.popitem(last=False)

    def succeeded(self, keys: Sequence[str]) -> None:
        """Forget the failures of a name that has signed in."""
        with self._lock:
            for key in keys:
                self._failed.pop(key, None)

    def _wait(self, key: str) -> float:
        times = self._failed.get(key)
        if times is None or len(times) < self._failures:
            return 0.0
        return times[0] + self._window - self._clock()
