"""ExecutionOptions as JSON."""

from datetime import datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dtserve.connections.environment import ConnectionTarget
from dtserve.execution.options import ExecutionOptions, Logger, Setting, decode, encode

VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(), st.binary(),
    st.datetimes(), st.dates(), st.decimals(allow_nan=False, allow_infinity=False),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(
    st.recursive(VALUES, lambda inner: st.lists(inner) | st.dictionaries(st.text(alphabet="abc"), inner), max_leaves=6)
)
def test_values_survive(value) -> None:
    assert decode(encode(value)) == value


def test_all_of_it_survives() -> None:
    options = ExecutionOptions(
        settings=(Setting("set", "\\Package.Disable", "1"), Setting("parameter", "$Package::P", Decimal("1.50"), True)),
        password="p",
        loggers=(Logger("x", "y"),),
        connection_map=(ConnectionTarget("sqlite:///x", manager="db"),),
        path_map={"C:\\": "/c"},
        verify_build=(1, 2),
        parent_variables={"User::d": (7, datetime(2020, 1, 2, 3, 4, 5))},
    )
    assert ExecutionOptions.from_json(options.to_json()) == options


def test_unknown_names_are_refused() -> None:
    with pytest.raises(ValueError, match="nonsense"):
        ExecutionOptions.from_json('{"nonsense": 1}')
