"""When a constrained executable starts: every combination (CONTROL_FLOW §3)."""

import itertools

import pytest

from dtserve.controlflow.constraints import ConstraintGraph, GraphState, matches
from dtserve.controlflow.errors import DanglingConstraint
from dtserve.controlflow.results import ExecResult
from dtserve.package.model import ConstraintValue, EvalOp, PrecedenceConstraint


@pytest.mark.parametrize("result", list(ExecResult))
@pytest.mark.parametrize("value", list(ConstraintValue))
def test_values(value, result) -> None:
    wanted = value is ConstraintValue.COMPLETION or value.name == result.name
    assert matches(value, result) is wanted


def graph(*constraints: PrecedenceConstraint) -> ConstraintGraph:
    return ConstraintGraph.build("Pkg", ["A", "B", "D"], constraints)


def starts(results: dict[str, ExecResult], expression: bool, *constraints: PrecedenceConstraint) -> int:
    """How often D starts when A and B finish in either order."""
    counts = set()
    for order in itertools.permutations(results):
        state = GraphState(graph(*constraints))
        state.start()
        ready: list[int] = []
        for name in order:
            ready += state.satisfy(state.evaluate("ABD".index(name), results[name], lambda each: expression))
        counts.add(ready.count(2))
    assert len(counts) == 1
    return counts.pop()


@pytest.mark.parametrize("a", [ExecResult.SUCCESS, ExecResult.FAILURE])
@pytest.mark.parametrize("b", [ExecResult.SUCCESS, ExecResult.FAILURE])
@pytest.mark.parametrize("first", [ConstraintValue.SUCCESS, ConstraintValue.FAILURE, ConstraintValue.COMPLETION])
@pytest.mark.parametrize("second", [ConstraintValue.SUCCESS, ConstraintValue.FAILURE])
@pytest.mark.parametrize("both", [True, False])
def test_and_or(a, b, first, second, both) -> None:
    one, two = matches(first, a), matches(second, b)
    wanted = (one and two) if both else (one or two)
    constraints = (
        PrecedenceConstraint("A", "D", first, logical_and=both),
        PrecedenceConstraint("B", "D", second, logical_and=both),
    )
    assert starts({"A": a, "B": b}, True, *constraints) == int(wanted)


@pytest.mark.parametrize("op", list(EvalOp))
@pytest.mark.parametrize("expression", [True, False])
@pytest.mark.parametrize("result", [ExecResult.SUCCESS, ExecResult.FAILURE])
def test_operations(op, expression, result) -> None:
    good = result is ExecResult.SUCCESS
    wanted = {
        EvalOp.CONSTRAINT: good,
        EvalOp.EXPRESSION: expression,
        EvalOp.EXPRESSION_AND_CONSTRAINT: good and expression,
        EvalOp.EXPRESSION_OR_CONSTRAINT: good or expression,
    }[op]
    constraint = PrecedenceConstraint("A", "D", eval_op=op, expression="x", logical_and=True)
    assert starts({"A": result}, expression, constraint) == int(wanted)


def test_expressions_are_not_evaluated_when_the_value_decides() -> None:
    state = GraphState(graph(PrecedenceConstraint("A", "D", eval_op=EvalOp.EXPRESSION_AND_CONSTRAINT, expression="x")))

    def fail(constraint: PrecedenceConstraint) -> bool:
        raise AssertionError(constraint)

    assert state.evaluate(0, ExecResult.FAILURE, fail) == []


def test_references_that_lead_nowhere() -> None:
    with pytest.raises(DanglingConstraint):
        graph(PrecedenceConstraint("A", "X"))
