"""Points of the expression language that no document or captured run settles.

One field per point with the chosen default and the evidence; EXPRESSIONS §10 and §11 list
the contradictions. Conversions have their own in ``dtserve.datatypes.switches``. To try
another choice, use :func:`using`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

__all__ = ["SWITCHES", "Switches", "current", "using"]


@dataclass(frozen=True, slots=True)
class Switches:
    """The unsettled points of the language; UNVERIFIED each, see the comments."""

    # integer / DT_CY: DT_CY rather than the NUMERIC of the matrix. EXPRESSIONS §9 no. 63:
    # the designer stored DT_CY for 1 / AverageRate; the matrix image says NUMERIC.
    integer_by_currency_is_currency: bool = True

    # Digits that do not fit the scale of a quotient: "truncate" or "half_away". §5.2: no
    # evidence; T-SQL truncates quotients.
    quotient_digits: str = "truncate"

    # Digits that do not fit the scale of a product or sum: "half_away" or "truncate". §5.2:
    # no evidence; T-SQL rounds products.
    product_digits: str = "half_away"

    # ROUND of .5: "half_away" (137.1575 → 137.1580 in the documentation) or "half_even".
    round_ties: str = "half_away"

    # LN and LOG of zero or less, POWER without a result: "error" (codes 0xC00470E0 to E2
    # exist; a row error whose value is NULL) or "null" (remarks of the documentation).
    undefined_logarithm: str = "null"

    # TOKEN beyond the last token: "" (example and designer text) rather than NULL (remarks).
    token_beyond_is_empty: bool = True

    # REPLACE with an empty search text: "unchanged" (a package whose output the real runtime
    # wrote has REPLACE(column, "", text) and leaves its rows as they are) or "error" (§7).
    # Where all arguments are literals it is refused either way, as the documentation says.
    replace_empty_search: str = "unchanged"

    # FINDSTRING: whether the next occurrence may overlap the one before ("aaa", "aa").
    findstring_overlaps: bool = False

    # < and > on text: "linguistic" (§6: locale-aware, case and accents last) or "ordinal".
    string_order: str = "linguistic"

    # A divisor that is zero and made of variables only: the data flow fails its validation
    # (§3.3) unless the division stands in a branch that is not always evaluated.
    variable_zero_fails_validation: bool = True

    # First day of the week (1 Sunday, observed in §7.1) and the week of 1 January is week 1.
    first_weekday: int = 1

    # Result length of REPLACENULL(wstr(n), text): n + n + 2, from DT_WSTR(102) for 50 (§5.2).
    replacenull_length_doubles: bool = True

    # A variable without namespace that exists in several: "first" takes one silently, as
    # the documentation says, or "error" (0xC00470DD exists).
    ambiguous_variable: str = "first"


SWITCHES = Switches()
"""The choices in force at start."""

_active = SWITCHES


def current() -> Switches:
    """The choices in force now."""
    return _active


@contextmanager
def using(**changes: Any) -> Iterator[Switches]:
    """Other choices for a while, for tests and comparisons."""
    global _active
    before = _active
    _active = replace(before, **changes)
    try:
        yield _active
    finally:
        _active = before
