"""Finds the qualified fields of a chunk from its qualifiers and delimiters alone.

A quotation opens with a qualifier where a field may begin, and closes with the next one
that is not doubled; a delimiter must follow. Any other qualifier outside a quotation is
data. Where the qualifiers simply take turns this is checked for all of them at once; where
some are data, they are walked through one by one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

__all__ = ["Quotations", "quotations"]


@dataclass
class Quotations:
    """Where quotations open and close (the places of the qualifiers), in order."""

    opens: np.ndarray
    closes: np.ndarray

    def outside(self, at: np.ndarray) -> np.ndarray:
        """Which of these places lie in no quotation."""
        return np.asarray(np.searchsorted(self.opens, at) == np.searchsorted(self.closes, at))

    def begin_at(self, at: np.ndarray) -> np.ndarray:
        """At which of these places a quotation opens."""
        if not len(self.opens):
            return np.zeros(len(at), dtype=bool)
        found = np.minimum(np.searchsorted(self.opens, at), len(self.opens) - 1)
        return np.asarray(self.opens[found] == at)


def quotations(
    array: np.ndarray, qualifier: int, places: Sequence[np.ndarray], sizes: Sequence[int]
) -> Quotations | None:
    """The quotations of a chunk whose delimiters of these sizes stand at these places; None where one is malformed.

    One that does not close within the chunk runs to its end.
    """
    marks = np.flatnonzero(array == qualifier)
    may_open = np.zeros(len(array) + max(sizes) + 1, dtype=bool)
    may_open[0] = True
    may_close = np.zeros(len(array) + 2, dtype=bool)
    may_close[len(array)] = True
    for at, size in zip(places, sizes, strict=True):
        may_open[at + size] = True
        may_close[at] = True
    opening, closing = may_open[marks], may_close[marks + 1]
    return _in_turns(marks, opening, closing, len(array)) or _walked(marks, opening, closing, len(array))


def _in_turns(marks: np.ndarray, opening: np.ndarray, closing: np.ndarray, end: int) -> Quotations | None:
    """All qualifiers open and close in turns, doubled ones apart; None where that does not hold."""
    opens, closes = marks[0::2], marks[1::2]
    again = opens[1:] == closes[: len(opens) - 1] + 1
    fine = opening[0::2].copy()
    fine[1:] |= again
    whole = closing[1::2].copy()
    whole[: len(again)] |= again
    if not (fine.all() and whole.all()):
        return None
    keep = np.ones(len(opens), dtype=bool)
    keep[1:] = ~again
    last = np.ones(len(opens), dtype=bool)
    last[: len(again)] = ~again
    if len(closes) < len(opens):
        closes = np.append(closes, end)
    return Quotations(opens[keep], closes[last])


def _walked(marks: np.ndarray, opening: np.ndarray, closing: np.ndarray, end: int) -> Quotations | None:
    """The same, one qualifier after the other."""
    places, may_open, may_close = marks.tolist(), opening.tolist(), closing.tolist()
    opens: list[int] = []
    closes: list[int] = []
    at, count = 0, len(places)
    while at < count:
        if not may_open[at]:
            at += 1
            continue
        opens.append(places[at])
        at += 1
        while at + 1 < count and places[at + 1] == places[at] + 1:
            at += 2
        if at >= count:
            closes.append(end)
        elif may_close[at]:
            closes.append(places[at])
        else:
            return None
        at += 1
    return Quotations(np.array(opens, dtype=np.int64), np.array(closes, dtype=np.int64))
