"""ExecutionOptions as JSON."""

from datetime import datetime
from decimal import Decimal

import pytest

from dtserve.connections.environment import ConnectionTarget
from dtserve.execution.options import ExecutionOptions, Logger, Setting


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
