"""Every function on its case file, over both back-ends: values, NULLs, limits and errors in one column.

A case: an expression, the types of its inputs, the type of the result, and rows of
``[inputs, expected]``, where expected is text as a cast to DT_WSTR gives it, null, or an
error with its STATIC code.
"""

import doctest
import json
import math
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from dtserve.datatypes import TypeSpec
from dtserve.datatypes.text import format_value
from dtserve.expressions.functions import NAMES
from support.expression_backends import Outcome, prepare, spec_of, value_of

FOLDER = Path(__file__).parent / "cases"
CASES = [
    (name, case) for name in NAMES for case in json.loads((FOLDER / f"{name.lower()}.json").read_text(encoding="utf-8"))
]


def matches(outcome: Outcome, wanted: Any, spec: TypeSpec) -> bool:
    if isinstance(wanted, dict):
        return outcome.code == int(wanted["error"], 16)
    if outcome.code is not None or wanted is None or outcome.value is None:
        return outcome.code is None and outcome.value is wanted
    if spec.family == "float":
        return math.isclose(outcome.value, float(wanted), rel_tol=1e-14)
    if spec.family == "decimal":
        return bool(outcome.value == type(outcome.value)(wanted))
    return format_value(outcome.value, spec) == wanted


def test_every_function_has_its_file() -> None:
    assert {path.stem.upper() for path in FOLDER.glob("*.json")} == set(NAMES)
    assert sum(len(case["rows"]) for _, case in CASES) >= 250


@pytest.mark.parametrize(("name", "case"), CASES, ids=[f"{name}: {case['expression']}" for name, case in CASES])
def test_cases(name: str, case: dict[str, Any]) -> None:
    types = {column: spec_of(spec) for column, spec in case["inputs"].items()}
    prepared = prepare(case["expression"], types)
    assert str(prepared.typed.type) == case["type"]
    rows, wanted = [], []
    for inputs, expected in case["rows"]:
        values = inputs if len(types) > 1 else [inputs]
        rows.append({c: value_of(v, types[c]) for c, v in zip(types, values, strict=True)})
        wanted.append(expected)
    outcomes = prepared.columnar(rows)
    for row, outcome, expected in zip(rows, outcomes, wanted, strict=True):
        assert matches(outcome, expected, prepared.typed.type), (row, outcome)
        assert matches(prepared.scalar(row), expected, prepared.typed.type), row
    for row, outcome in zip(rows, outcomes, strict=True):
        assert prepared.columnar([row]) == [outcome]


@pytest.mark.parametrize("name", NAMES)
def test_the_example_in_the_documentation_runs(name: str) -> None:
    module = import_module(f"dtserve.expressions.functions.{name.lower()}")
    result = doctest.testmod(module)
    assert result.attempted >= 2
    assert result.failed == 0
    assert (module.__doc__ or "").startswith(f"{name}: ``{name}(")
