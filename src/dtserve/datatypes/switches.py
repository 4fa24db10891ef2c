"""Points where the behaviour of SSIS is not settled by a document or a captured run.

One field per point, with the chosen default and the evidence. The conversions of this
room and the expression evaluator read :data:`SWITCHES`; to try another choice, replace the
instance (tests do so through :func:`using`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

__all__ = ["SWITCHES", "Switches", "current", "using"]


@dataclass(frozen=True, slots=True)
class Switches:
    """The unsettled points of types and conversions; UNVERIFIED each, see the comments."""

    # Float, decimal or text with a fraction to an integer: "truncate" (toward zero) or
    # "half_even". EXPRESSIONS §5.4: OLE DB guideline 1.234567E2 -> 123 against the rounding
    # of the Automation routines; the cast page calls the cast a truncation operator.
    fraction_to_integer: str = "truncate"

    # Digits beyond the scale of DECIMAL, NUMERIC, CY: "truncate" or "half_away".
    # EXPRESSIONS §5.4: 12.3456789 became 12.34 in a real run.
    scale_reduction: str = "truncate"

    # Whether lost digits of a fraction are reported as truncation, or go silently.
    # DATA_FLOW §3.4 reads the documentation as "truncation"; the packages say otherwise: DT_DECIMAL
    # columns of scale 0 load texts like 26324.3267 under a disposition that would fail or
    # redirect them, a Derived Column stores a quotient as NUMERIC(18,2) under FailComponent, and
    # float -> decimal(19,2) was silent in a real run (EXPRESSIONS §5.4). The value is the same.
    fraction_loss_reported: bool = False

    # True as an unsigned integer: "all_ones" (the bits of -1, as the Automation routines
    # copy them), "one" or "error". Signed types get -1 (EXPRESSIONS §5.4).
    true_as_unsigned: str = "all_ones"

    # Significant decimal digits a float keeps on its way to text or decimal: those of the
    # Automation routines (EXPRESSIONS §5.4 "15 significant digits; 7 for R4").
    float_digits: int = 15
    real_digits: int = 7

    # Two-digit years: the last year of the hundred years they stand for (Automation: 2029).
    two_digit_year_max: int = 2029

    # "2024-01-02T10:11:12" in standard parse. No capture; Automation knows no "T" and
    # packages replace it before a cast, so it is refused. Fast parse takes it (DATA_FLOW §3.4).
    iso_t_in_standard_parse: bool = False

    # A fraction of a second behind a date that is not in the ISO form: "own_order" takes it where
    # the numbers are in strictly the order of the locale, "refused" never. Two packages with known
    # results fit the first only: ``01-05-2014 00:00:00.000`` was taken under LocaleID 1043,
    # ``30-04-2014 00:00:00.000`` was refused under 1033. The swap of day and month (27/03/2015 for en-US) is the
    # Automation parser's, which knows no fractions.
    fraction_after_locale_date: str = "own_order"

    # Blanks only (or nothing) as an integer under fast parse is 0 (DATA_FLOW §3.4); the
    # empty text is taken as "blanks only".
    fast_parse_empty_is_zero: bool = True

    # Fractions of DBTIME2, DBTIMESTAMP2 and DBTIMESTAMPOFFSET print with all digits of
    # the scale even when zero (EXPRESSIONS §9 no. 216-218, 292 print all digits).
    zero_fraction_printed: bool = True

    # A code page lacks a character: it is replaced by this one and the row counts as
    # truncated (EXPRESSIONS §5.4: status 4 "truncated or … no match in the target code page").
    unmappable_replacement: str = "?"

    # DT_BYTES as text: hexadecimal digits in upper case without prefix (OLE DB rule).
    bytes_text_prefix: str = ""

    # Fractions of a second in DT_DATE as text: rounded to whole seconds (Automation).
    date_text_rounds_seconds: bool = True

    # Floats, CY and DECIMAL print the decimal mark of the locale, as the Automation routines
    # do; NUMERIC, which has a routine of its own, keeps the point.
    locale_decimal_mark: bool = True


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
