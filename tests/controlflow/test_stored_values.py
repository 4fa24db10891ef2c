"""Stored values of variables; what becomes of them is in ``test_values.py``."""

from decimal import Decimal

import pytest

from dtserve.controlflow import stored_values, values
from dtserve.controlflow.errors import VariableLoadError


def test_the_values_hand_them_out() -> None:
    for name in ("OBJECT", "ZERO_DATE", "default_value", "parse_variant", "variant_name"):
        assert getattr(values, name) is getattr(stored_values, name)


@pytest.mark.parametrize(
    ("vt", "value"),
    [(3, 0), (18, 0), (11, False), (5, 0.0), (6, Decimal(0)), (14, Decimal(0)), (7, stored_values.ZERO_DATE), (8, ""), (13, None)],
)  # fmt: skip
def test_what_is_held_when_nothing_is_stored(vt, value) -> None:
    found = stored_values.default_value(vt)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("text", "vt"), [("x", 14), ("1e", 6), ("32768", 2), ("-1", 17), ("256", 17), ("1_0", 3), ("1_0", 5), ("1_0", 14)]
)
def test_what_does_not_fit_is_refused(text, vt) -> None:
    with pytest.raises(VariableLoadError, match=stored_values.variant_name(vt)):
        stored_values.parse_variant(text, vt, "User::x")


def test_ranges_are_those_of_the_widths() -> None:
    assert stored_values.RANGES[2] == (-32768, 32767)
    assert stored_values.RANGES[21] == (0, 2**64 - 1)
