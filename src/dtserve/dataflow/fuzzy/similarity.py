"""How similar two token sequences are: one minus the cost of turning one into the other.

Cost of the cheapest steps that turn the input's tokens into the reference's, each weighed
by how rare its token is: a token is replaced at its weight times the edit distance of the
two (Levenshtein, divided by the longer length), left out at its weight, put in at half
of the weight, moved at a tenth of it. The similarity is one minus the cost divided by
the weight of all tokens of the input, and never below zero.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from rapidfuzz.distance import Levenshtein

__all__ = ["INSERTION", "MOVE", "edit_distance", "transformation_cost"]

INSERTION = 0.5
"""Share of its weight that a token costs which only the reference has (the paper's constant)."""

MOVE = 0.1
"""Share of its weight that a token costs which stands at another place (our choice)."""

Token = tuple[str, float]
"""A token and its weight."""


def edit_distance(one: str, other: str) -> float:
    """Levenshtein distance divided by the longer length: 0 equal, 1 nothing in common.

    >>> round(edit_distance("company", "corporation"), 2), edit_distance("a", "a")
    (0.64, 0.0)
    """
    return float(Levenshtein.normalized_distance(one, other))


def transformation_cost(given: Sequence[Token], wanted: Sequence[Token]) -> float:
    """The cost of turning the tokens ``given`` into those ``wanted``.

    >>> transformation_cost([("beoing", 2.0), ("company", 1.0)], [("boeing", 2.0), ("company", 1.0)])
    0.6666666666666666
    """
    if [token for token, _ in given] == [token for token, _ in wanted]:
        return 0.0
    partner = _equal_pairs(given, wanted)
    cost = _replace(given, wanted, partner)
    taken = set(partner.values())
    cost += sum(weight for at, (_, weight) in enumerate(given) if at not in partner)
    cost += INSERTION * sum(weight for at, (_, weight) in enumerate(wanted) if at not in taken)
    return cost + MOVE * _moved(given, partner)


def _equal_pairs(given: Sequence[Token], wanted: Sequence[Token]) -> dict[int, int]:
    places: dict[str, list[int]] = {}
    for at in range(len(wanted) - 1, -1, -1):
        places.setdefault(wanted[at][0], []).append(at)
    partner = {}
    for at, (token, _) in enumerate(given):
        free = places.get(token)
        if free:
            partner[at] = free.pop()
    return partner


def _replace(given: Sequence[Token], wanted: Sequence[Token], partner: dict[int, int]) -> float:
    """Pair what is left, most similar tokens first; the cost of the replacements."""
    taken = set(partner.values())
    left = [at for at in range(len(given)) if at not in partner]
    free = [at for at in range(len(wanted)) if at not in taken]
    if not left or not free:
        return 0.0
    pairs = sorted((edit_distance(given[a][0], wanted[b][0]), abs(a - b), a, b) for a in left for b in free)
    cost = 0.0
    for distance, _, a, b in pairs:
        if a in partner or b in taken:
            continue
        partner[a] = b
        taken.add(b)
        cost += distance * given[a][1]
    return cost


def _moved(given: Sequence[Token], partner: dict[int, int]) -> float:
    """The weight of the tokens outside the longest run of pairs that keeps its order."""
    pairs = sorted(partner.items())
    tails: list[int] = []
    for _, place in pairs:
        at = bisect_left(tails, place)
        tails[at : at + 1] = [place]
    if len(tails) == len(pairs):
        return 0.0
    weights = sorted(given[at][1] for at, _ in pairs)
    return sum(weights[: len(pairs) - len(tails)])
