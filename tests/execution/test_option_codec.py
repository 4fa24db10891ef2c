"""Values of options as JSON."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dtserve.connections.environment import ConnectionTarget
from dtserve.execution.option_codec import decode, encode, options_from
from dtserve.execution.options import Logger, Setting

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


def test_json_carries_them() -> None:
    value = {"bytes": b"\0\xff", "list": (1, 2)}
    assert decode(json.loads(json.dumps(encode(value)))) == {"bytes": b"\0\xff", "list": [1, 2]}


def test_records_come_back_as_records() -> None:
    options = options_from(
        {
            "settings": [{"kind": "set", "target": "x"}],
            "loggers": [{"provider": "p"}],
            "connection_map": [{"url": "sqlite:///x"}],
            "verify_build": [1, 2],
        }
    )
    assert options.settings == (Setting("set", "x"),)
    assert options.loggers == (Logger("p"),)
    assert options.connection_map == (ConnectionTarget("sqlite:///x"),)
    assert options.verify_build == (1, 2)


def test_names_that_are_none() -> None:
    with pytest.raises(ValueError, match="nonsense"):
        options_from({"nonsense": 1})
