"""One budget of memory for all components of a run that hold rows back (Sort, Aggregate, Merge, Merge Join, Fuzzy Grouping).

Each has a :class:`Lease`. While it holds rows it may have a quarter of the memory, or an equal part
where more than four hold rows at the same time: the parts of those that came before become smaller, and they go
to disk with the rest. What one gives back the others may have. Data flows that run side by side in a process
share the budget.

What cannot go to disk, the full caches of Lookups and those that Cache Transforms fill, has a :class:`CacheShare`:
together they may take half of the memory, and the leases have what they leave.
"""

from __future__ import annotations

import threading
import weakref

from dtserve.dataflow.settings import memory_of

__all__ = ["LEAST_BYTES", "Budget", "CacheShare", "Lease", "Part", "cache_share", "lease"]

LEAST_BYTES = 2**21
"""What a component may hold however many others there are: less would be files of a few rows."""

_GREATEST_PART = 4


class Budget:
    """So many bytes for all leases that hold something."""

    def __init__(self, total: int) -> None:
        self.total = total
        self._holding: weakref.WeakSet[Lease] = weakref.WeakSet()
        self._caches: weakref.WeakKeyDictionary[CacheShare, int] = weakref.WeakKeyDictionary()
        self._lock = threading.Lock()

    @property
    def cached(self) -> int:
        """Bytes that caches take."""
        with self._lock:
            return sum(self._caches.values())

    def cache(self, one: CacheShare, size: int) -> int:
        """A cache takes so many bytes from now on, if there are; gives how many it may have at most."""
        with self._lock:
            most = self.total // 2 - sum(bytes_ for other, bytes_ in self._caches.items() if other is not one)
            if size <= most:
                self._caches[one] = size
            return max(most, 0)

    @property
    def holders(self) -> int:
        """How many leases hold something."""
        return len(self._holding)

    def hold(self, one: Lease, holds: bool) -> None:
        """A lease begins or ends to hold something."""
        with self._lock:
            (self._holding.add if holds else self._holding.discard)(one)


class Lease:
    """The part of one component, in bytes: ``int(lease)``, which changes while others come and go."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget

    def take(self) -> None:
        """The component begins to hold rows; nothing happens when it does already."""
        self._budget.hold(self, True)

    def give_back(self) -> None:
        """The component holds nothing any more."""
        self._budget.hold(self, False)

    def __int__(self) -> int:
        left = self._budget.total - self._budget.cached
        return max(left // max(self._budget.holders, _GREATEST_PART), LEAST_BYTES)

    def part(self, of: int, most: int | None = None) -> Part:
        """One of several equal parts of the lease, ``most`` bytes at most."""
        return Part(self, of, most)


class Part:
    """A part of a lease, in bytes: ``int(part)``."""

    def __init__(self, whole: Lease, of: int, most: int | None) -> None:
        self._whole = whole
        self._of = max(of, 1)
        self._most = most

    def __int__(self) -> int:
        share = int(self._whole) // self._of
        return share if self._most is None else min(share, self._most)


class CacheShare:
    """What one cache takes; with it go the bytes."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget

    def most(self, size: int) -> int:
        """Take so many bytes in all; gives how many it may have, which is less when it has not got them."""
        return self._budget.cache(self, size)

    def give_back(self) -> None:
        """The cache is there no more."""
        self._budget.cache(self, 0)


_budgets: dict[int, Budget] = {}


def lease(memory_limit: int) -> Lease:
    """A lease of the process's budget for a memory limit (0: a quarter of the machine)."""
    return Lease(_budget(memory_limit))


def cache_share(memory_limit: int) -> CacheShare:
    """The share of a cache in the process's budget for a memory limit."""
    return CacheShare(_budget(memory_limit))


def _budget(memory_limit: int) -> Budget:
    total = memory_of(memory_limit)
    return _budgets.setdefault(total, Budget(total))
