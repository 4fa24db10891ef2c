"""The 302 worked examples of the reference over both back-ends.

Each example runs as given; its inputs also run as columns among rows of NULLs and limits,
where every row must agree with the scalar back-end.
"""

import json
import math
from pathlib import Path
from typing import Any

import pytest

from dtserve.datatypes import TypeSpec
from dtserve.datatypes.text import format_value
from dtserve.expressions import ExpressionFault, MappingScope, compile_columns, evaluate, find_faults, parse, print_node
from support.expression_backends import moment_of, prepare, same, scope_of, spec_of, value_of

CASES = json.loads((Path(__file__).parent / "cases" / "worked_examples.json").read_text(encoding="utf-8"))
KEEP_VARIABLES = ("29", "31", "49")
"""Examples about variables: these run as constants of the data flow, the others as columns."""
IDS = [case["number"] for case in CASES]
LIMITS = {
    "text": ["", " ", "a\U0001f600ß", "x" * 30],
    "bool": [True, False],
    "guid": ["{098F2470-BAE0-11CD-B579-08002B30BFEB}"],
    "binary": [b"", b"\x00\xff"],
}


def inputs(case: dict[str, Any]) -> tuple[dict[str, TypeSpec], dict[str, Any]]:
    types = {name: spec_of(spec) for name, (spec, _) in case.get("inputs", {}).items()}
    row = {name: value_of(text, types[name]) for name, (_, text) in case.get("inputs", {}).items()}
    return types, row


def limits(spec: TypeSpec) -> list[Any]:
    if spec.family == "int":
        return [spec.info.low, 0, spec.info.high]
    if spec.family in ("float", "decimal"):
        return [value_of(text, spec) for text in ("0", "-1.5", "99999")]
    if spec.family == "datetime":
        return [value_of("1753-01-01 00:00:00", spec), value_of("9999-12-31 23:59:59", spec)]
    return LIMITS[spec.family]


def expected_text(case: dict[str, Any], value: Any, spec: TypeSpec) -> bool:
    wanted = case["value"]
    if wanted is None or value is None:
        return wanted is value
    if wanted == "*":
        return True
    if spec.family == "float":
        return math.isclose(value, float(wanted), rel_tol=1e-12 if spec.dt.name == "R8" else 1e-6)
    if spec.family == "decimal":
        return value == type(value)(wanted)
    return format_value(value, spec) == wanted


def wanted_code(case: dict[str, Any]) -> int:
    return int(case["error"].removeprefix("row "), 16)


def test_there_are_302() -> None:
    assert len(CASES) == 302


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_scalar(case: dict[str, Any]) -> None:
    types, row = inputs(case)
    text, moment = case["expression"], moment_of(case.get("clock"))
    scope = scope_of(types, row)
    if case["number"] == "27":
        assert [fault.code for fault in find_faults(text)] == [wanted_code(case)]
        return
    if case.get("error", "").startswith("row") and types:
        assert prepare(text, types, moment, scope).scalar(row).code == wanted_code(case)
        return
    if "error" in case:
        variables_only = all(name.startswith("@") for name in types)
        with pytest.raises(ExpressionFault) as caught:
            _ = evaluate(text, scope, moment=moment) if variables_only else prepare(text, types, moment, scope)
        assert wanted_code(case) in (caught.value.code, caught.value.static_code)
        assert caught.value.line >= 1
        assert "^" in caught.value.describe()
        return
    prepared = prepare(text, types, moment, scope)
    found = prepared.scalar(row)
    assert found.code is None
    assert str(prepared.typed.type).startswith(case["type"])
    assert expected_text(case, found.value, prepared.typed.type)
    if all(name.startswith("@") for name in types):
        assert evaluate(text, scope, moment=moment).value == found.value


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_columnar_among_other_rows(case: dict[str, Any]) -> None:
    types, row = inputs(case)
    text, moment = case["expression"], moment_of(case.get("clock"))
    scope = scope_of(types, row) if case["number"] in KEEP_VARIABLES else None
    rows = [row, dict.fromkeys(types)]
    for place in range(4):
        rows.append({name: (values := limits(spec))[place % len(values)] for name, spec in types.items()})
    rows += [{**row, name: None} for name in types]
    rows.append(row)
    if "error" in case and not (case["error"].startswith("row") and types):
        with pytest.raises(ExpressionFault) as caught:
            prepare(text, types, moment, scope).columnar(rows)
        assert wanted_code(case) in (caught.value.code, caught.value.static_code)
        return
    prepared = prepare(text, types, moment, scope)
    outcomes = prepared.columnar(rows)
    for other, outcome in zip(rows, outcomes, strict=True):
        assert same(outcome, prepared.scalar(other)), other
    if "error" in case:
        assert outcomes[0].code == outcomes[-1].code == wanted_code(case)
        return
    assert str(prepared.typed.type).startswith(case["type"])
    assert expected_text(case, outcomes[0].value, prepared.typed.type)
    assert same(outcomes[0], outcomes[-1])


@pytest.mark.parametrize("case", [c for c in CASES if "error" not in c], ids=lambda c: c["number"])
def test_prints_and_parses_back(case: dict[str, Any]) -> None:
    node = parse(case["expression"])
    assert parse(print_node(node)) == node


def test_variables_are_constants_in_a_data_flow() -> None:
    compiled = compile_columns("@x + 1", [], MappingScope({"User::x": evaluate("41")}))
    assert compiled.inputs == ()
