"""Values of variables."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dtserve.controlflow.errors import DtsConversionFailed, VariableLoadError, VariableTypeMismatch
from dtserve.controlflow.values import (
    ZERO_DATE,
    convert_to_variant,
    default_value,
    display_text,
    parse_variant,
    python_spec,
    stored_text,
    variant_spec,
)
from dtserve.datatypes import DT, TypeSpec


@pytest.mark.parametrize(
    ("text", "vt", "value"),
    [
        ("-1", 11, True), ("0", 11, False), ("True", 11, True), ("42", 3, 42), ("-5", 2, -5), ("255", 17, 255),
        ("1.5", 5, 1.5), ("2.50", 14, Decimal("2.50")), ("4/2/2020 4:37:40 PM", 7, datetime(2020, 4, 2, 16, 37, 40)),
        ("", 7, ZERO_DATE), (None, 7, ZERO_DATE), ("text", 8, "text"), (None, 8, ""), ("", 3, 0), (None, 13, None), ("A", 18, 65),
        ("9223372036854775807", 20, 2**63 - 1),
    ],
)  # fmt: skip
def test_stored_text(text, vt, value) -> None:
    assert parse_variant(text, vt, "x") == value


@pytest.mark.parametrize(("text", "vt"), [("x", 3), ("300", 17), ("maybe", 11), ("never", 7), ("1,2", 5)])
def test_text_that_is_no_value(text, vt) -> None:
    with pytest.raises(VariableLoadError, match="name"):
        parse_variant(text, vt, "name")
    with pytest.raises(VariableLoadError) as caught:
        parse_variant(text, vt, "name", sensitive=True)
    assert f'"{text}"' not in caught.value.message


@settings(max_examples=60, deadline=None)
@given(
    st.one_of(
        st.tuples(st.just(3), st.integers(-(2**31), 2**31 - 1)), st.tuples(st.just(11), st.booleans()),
        st.tuples(st.just(5), st.floats(allow_nan=False, allow_infinity=False)),
        st.tuples(st.just(7), st.datetimes(datetime(1900, 1, 1), datetime(2900, 1, 1)).map(lambda d: d.replace(microsecond=0))),
        st.tuples(st.just(8), st.text(st.characters(exclude_categories=["Cs", "Cc"]))),
    )
)  # fmt: skip
def test_what_is_stored_is_read_again(pair) -> None:
    vt, value = pair
    assert parse_variant(stored_text(value, vt), vt, "x") == value


@pytest.mark.parametrize(
    ("value", "spec", "vt", "wanted"),
    [
        (5, None, 20, 5), (5, None, 8, "5"), ("7", None, 3, 7), (True, None, 3, -1), (1, None, 11, True), (2.5, None, 14, Decimal("2.5")),
        (Decimal("3.7"), TypeSpec(DT.NUMERIC, precision=5, scale=1), 5, 3.7), (date(2020, 1, 2), None, 7, datetime(2020, 1, 2)),
        ("12", TypeSpec(DT.NTEXT), 3, 12), (None, None, 13, None),
    ],
)  # fmt: skip
def test_conversion(value, spec, vt, wanted) -> None:
    found = convert_to_variant(value, spec, vt, "v")
    assert abs(found) == abs(wanted) if value is True else found == wanted


@pytest.mark.parametrize(
    ("value", "vt", "error"),
    [
        (None, 3, VariableTypeMismatch),
        ("x", 3, DtsConversionFailed),
        (object(), 3, VariableTypeMismatch),
        (2**70, 20, DtsConversionFailed),
    ],
)
def test_what_does_not_fit(value, vt, error) -> None:
    with pytest.raises(error):
        convert_to_variant(value, None, vt, "v")


def test_types_of_python_values() -> None:
    assert python_spec(True) == TypeSpec(DT.BOOL)
    assert python_spec(2**40) == TypeSpec(DT.I8)
    assert python_spec(datetime.now(UTC)).dt is DT.DBTIMESTAMPOFFSET
    assert python_spec(object()) is None
    assert variant_spec(13, 5) is None
    assert variant_spec(22, 5) == TypeSpec(DT.I4)
    assert (default_value(11), default_value(8), default_value(7)) == (False, "", ZERO_DATE)
    assert display_text(True) == "True"
