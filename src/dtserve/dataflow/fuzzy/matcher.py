"""Finding the rows of a reference that are most like a row of the input.

Candidates are the rows that share a token or a q-gram of a token with the input, ranked by
the weight of what they share; the best of them are compared in full
(:mod:`~dtserve.dataflow.fuzzy.similarity`). ``exhaustive`` compares every row. Columns
that must be equal restrict the candidates beforehand.
"""

from __future__ import annotations

from bisect import insort
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dtserve.dataflow.fuzzy.column_index import CUTOFF, ColumnIndex
from dtserve.dataflow.fuzzy.similarity import Token, transformation_cost

if TYPE_CHECKING:
    import numpy as np
    import polars as pl

__all__ = ["CONFIDENCE_POWER", "Match", "Matcher", "confidences"]

CANDIDATES = 24
"""Rows that are compared in full per row of the input, at least; four times the wanted matches otherwise."""

CONFIDENCE_POWER = 8
"""How sharply the confidence of a match falls where others are nearly as similar (our choice)."""

COMMON = 20
"""A token that more than one in so many rows has is looked up only where there is no rarer one."""

REMEMBERED = 50_000
"""Rows of the input whose matches are remembered for equal rows."""

_ROUNDING = 1e-9


@dataclass(frozen=True)
class Match:
    """A reference row, its similarity as a whole and per fuzzy column."""

    row: int
    similarity: float
    columns: tuple[float, ...]


class Matcher:
    """An index over the fuzzy columns of a reference.

    ``tokens`` has a series of token lists per fuzzy column, ``exact`` a frame of the columns
    that must be equal (None when there are none; NULL equals NULL), ``minimum`` the least
    similarity as a whole, ``minima`` those of the columns.
    """

    def __init__(
        self,
        tokens: Sequence[pl.Series],
        exact: pl.DataFrame | None,
        *,
        minimum: float,
        minima: Sequence[float],
        exhaustive: bool = False,
    ) -> None:
        self.columns = [ColumnIndex(series) for series in tokens]
        self.rows = self.columns[0].rows
        self._minimum = minimum
        self._minima = minima
        self._exhaustive = exhaustive
        self._groups = _groups(exact)
        self._known: OrderedDict[Any, list[Match]] = OrderedDict()

    @property
    def estimated_bytes(self) -> int:
        """About how much memory the index takes."""
        return sum(column.estimated_bytes for column in self.columns)

    def find(self, tokens: Sequence[list[str]], key: tuple[Any, ...] = (), *, limit: int) -> list[Match]:
        """The most similar rows, best first, at most ``limit``; among equals the first row of the reference first."""
        asked = (*(tuple(each) for each in tokens), key, limit)
        known = self._known.get(asked)
        if known is not None:
            return known
        found = self._find(tokens, key, limit)
        self._known[asked] = found
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return found

    def _find(self, tokens: Sequence[list[str]], key: tuple[Any, ...], limit: int) -> list[Match]:
        given = [column.weighted(each) for column, each in zip(self.columns, tokens, strict=True)]
        group = self._groups.get(key) if self._groups is not None else None
        if self._groups is not None and group is None:
            return []
        if self._exhaustive:
            every = range(self.rows) if group is None else group.tolist()
            rows = [(row, 1.0) for row in every]
        else:
            rows = self._candidates(given, group, limit)
        found: list[Match] = []
        for row, promise in rows:
            # what is not shared by like tokens is at most so similar as the index leaves out
            if len(found) >= limit and promise + (1 - promise) * (1 - CUTOFF) < found[limit - 1].similarity:
                break
            match = self._compare(given, row)
            if match is not None:
                insort(found, match, key=_order)
        return found[:limit]

    def _candidates(
        self, given: Sequence[list[Token]], group: np.ndarray | None, limit: int
    ) -> list[tuple[int, float]]:
        """Rows that share something with the input, and how similar that makes them, best first."""
        import numpy as np

        postings, promises = self._shared(given)
        if not postings:
            return []
        total = sum(weight for tokens in given for _, weight in tokens)
        values = np.repeat(np.array(promises) / total, [len(rows) for rows in postings])
        found = np.concatenate(postings)
        if group is None and len(found) * 8 < self.rows:
            rows, places = np.unique(found, return_inverse=True)
            shared = np.bincount(places, values)
        else:
            scores = np.bincount(found, values, minlength=self.rows)
            rows = group if group is not None else np.flatnonzero(scores)
            shared = scores[rows]
        best = float(shared.max(initial=0.0))
        if best <= 0:
            return []
        within_reach = max(0.0, (self._minimum - (1 - CUTOFF)) / CUTOFF)
        least = min(best, 0.5 * self._minimum, within_reach)
        kept = (shared >= least) & (shared > 0)
        rows, shared = rows[kept], shared[kept]
        most = max(CANDIDATES, 4 * limit)
        if len(rows) > most:
            chosen = np.argpartition(-shared, most)[:most]
            rows, shared = rows[chosen], shared[chosen]
        order = np.lexsort((rows, -shared))
        return list(zip(rows[order].tolist(), shared[order].tolist(), strict=True))

    def _shared(self, given: Sequence[list[Token]]) -> tuple[list[np.ndarray], list[float]]:
        """The rows of each token that is like one of the input, with its weight; common tokens only for want of others."""
        rare: tuple[list[np.ndarray], list[float]] = ([], [])
        common: tuple[list[np.ndarray], list[float]] = ([], [])
        for column, tokens in zip(self.columns, given, strict=True):
            for token, weight in tokens:
                for like, similarity in column.like(token):
                    rows = column.rows_with(like)
                    lists, weights = common if COMMON * len(rows) > self.rows > 1000 else rare
                    lists.append(rows)
                    weights.append(weight * similarity)
        return rare if rare[0] else common

    def _compare(self, given: Sequence[list[Token]], row: int) -> Match | None:
        costs, weights, similarities = 0.0, 0.0, []
        for column, tokens, least in zip(self.columns, given, self._minima, strict=True):
            wanted = column.of_row(row)
            cost = transformation_cost(tokens, wanted)
            weight = sum(each for _, each in tokens)
            similarity = _share(cost, weight, empty=not wanted)
            if similarity < least - _ROUNDING:
                return None
            costs += cost
            weights += weight
            similarities.append(similarity)
        whole = _share(costs, weights, empty=costs == 0)
        if whole < self._minimum - _ROUNDING or whole <= 0:
            return None
        return Match(row, whole, tuple(similarities))


def _order(match: Match) -> tuple[float, int]:
    return -match.similarity, match.row


def _share(cost: float, weight: float, *, empty: bool) -> float:
    if weight <= 0:
        return 1.0 if empty else 0.0
    return max(0.0, 1.0 - cost / weight)


def _groups(exact: pl.DataFrame | None) -> dict[tuple[Any, ...], np.ndarray] | None:
    """Values of the exact columns → the rows that have them."""
    import numpy as np

    if exact is None:
        return None
    found: dict[tuple[Any, ...], list[int]] = {}
    for at, key in enumerate(exact.iter_rows()):
        found.setdefault(key, []).append(at)
    return {key: np.array(rows, dtype=np.int64) for key, rows in found.items()}


def confidences(similarities: Sequence[float]) -> list[float]:
    """How sure each of the matches of a row is: its similarity against that of all of them.

    >>> confidences([1.0]), [round(c, 2) for c in confidences([0.8, 0.8])], round(confidences([1.0, 0.3])[0], 2)
    ([1.0], [0.5, 0.5], 1.0)
    """
    powers = [value**CONFIDENCE_POWER for value in similarities]
    total = sum(powers)
    return [power / total if total else 0.0 for power in powers]
