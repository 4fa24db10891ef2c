"""Which rows belong together: groups around the row that most others are like.

Records (distinct values of the compared columns) are looked up in each other. The record
that most rows are like becomes the canonical one of the first group and takes all that are
like it, then the one with most of the rest, and so on; among equals the more frequent, then the first. At the end
each record goes to the canonical record that it is most like.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dtserve.dataflow.fuzzy.matcher import Match, Matcher

__all__ = ["MOST_NEIGHBOURS", "Membership", "group_records"]

MOST_NEIGHBOURS = 64
"""Records that one record is compared with as its canonical one, the most similar ones."""


@dataclass(frozen=True)
class Membership:
    """The canonical record of a record, the similarity to it as a whole and per fuzzy column."""

    canonical: int
    similarity: float
    columns: tuple[float, ...]


def group_records(
    matcher: Matcher,
    tokens: Sequence[Sequence[list[str]]],
    keys: Sequence[tuple[object, ...]],
    counts: Sequence[int],
    stopped: Callable[[], bool],
) -> list[Membership]:
    """The membership of each record; ``counts`` says how many rows have it. Ends early, with nothing, when stopped."""
    near: list[list[Match]] = []
    for at in range(len(counts)):
        if at % 64 == 0 and stopped():
            return []
        near.append(matcher.find([column[at] for column in tokens], keys[at], limit=MOST_NEIGHBOURS))
    followers: list[list[int]] = [[] for _ in counts]
    for at, matches in enumerate(near):
        for match in matches:
            if match.row != at:
                followers[match.row].append(at)
    canonical = _canonical(followers, counts)
    return [_membership(at, matches, canonical, len(matcher.columns)) for at, matches in enumerate(near)]


def _canonical(followers: Sequence[Sequence[int]], counts: Sequence[int]) -> set[int]:
    """The records that groups form around."""
    weight = [counts[at] + sum(counts[each] for each in found) for at, found in enumerate(followers)]
    order = sorted(range(len(counts)), key=lambda at: (-weight[at], -counts[at], at))
    taken, canonical = [False] * len(counts), set()
    for at in order:
        if taken[at]:
            continue
        canonical.add(at)
        taken[at] = True
        for each in followers[at]:
            taken[each] = True
    return canonical


def _membership(at: int, matches: Sequence[Match], canonical: set[int], columns: int) -> Membership:
    if at not in canonical:
        for match in matches:
            if match.row in canonical:
                return Membership(match.row, match.similarity, match.columns)
    return Membership(at, 1.0, (1.0,) * columns)
