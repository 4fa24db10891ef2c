"""Precedence constraints: when a constrained executable starts (CONTROL_FLOW §3).

The constraints of a container are compiled once into a :class:`ConstraintGraph` over the
positions of its children; each execution of the container keeps a :class:`GraphState`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from dtserve.controlflow.errors import DanglingConstraint
from dtserve.controlflow.results import ExecResult
from dtserve.package.model import ConstraintValue, EvalOp, PrecedenceConstraint

__all__ = ["ConstraintGraph", "GraphState", "matches"]


def matches(value: ConstraintValue, result: ExecResult) -> bool:
    """Whether a reported result satisfies the constraint's value.

    >>> matches(ConstraintValue.SUCCESS, ExecResult.SUCCESS), matches(ConstraintValue.COMPLETION, ExecResult.FAILURE)
    (True, True)
    """
    if value is ConstraintValue.COMPLETION:
        return True
    return int(value) == _SAME[result]


_SAME = {
    ExecResult.SUCCESS: int(ConstraintValue.SUCCESS),
    ExecResult.FAILURE: int(ConstraintValue.FAILURE),
    ExecResult.COMPLETION: int(ConstraintValue.COMPLETION),
    ExecResult.CANCELED: int(ConstraintValue.CANCELED),
}

Evaluate = Callable[[PrecedenceConstraint], bool]


def outcome(constraint: PrecedenceConstraint, result: ExecResult, evaluate: Evaluate) -> bool:
    """Whether the constraint is true; ``evaluate`` works out its expression when that is needed."""
    op = constraint.eval_op
    if op is EvalOp.CONSTRAINT:
        return matches(constraint.value, result)
    if op is EvalOp.EXPRESSION:
        return evaluate(constraint)
    matched = matches(constraint.value, result)
    if op is EvalOp.EXPRESSION_AND_CONSTRAINT:
        return matched and evaluate(constraint)
    return matched or evaluate(constraint)


@dataclass(frozen=True)
class ConstraintGraph:
    """``incoming`` and ``outgoing`` give, per child, the indexes of its constraints; ``targets`` their ends."""

    constraints: tuple[PrecedenceConstraint, ...]
    incoming: tuple[tuple[int, ...], ...]
    outgoing: tuple[tuple[int, ...], ...]
    targets: tuple[int, ...]
    first: tuple[int, ...]

    @classmethod
    def build(
        cls, container: str, children: Sequence[str], constraints: Sequence[PrecedenceConstraint]
    ) -> ConstraintGraph:
        """Compile the constraints of ``container`` over its children's refIds; DanglingConstraint."""
        position = {ref: index for index, ref in enumerate(children)}
        incoming: list[list[int]] = [[] for _ in children]
        outgoing: list[list[int]] = [[] for _ in children]
        targets: list[int] = []
        for index, constraint in enumerate(constraints):
            for reference in (constraint.from_ref, constraint.to_ref):
                if reference not in position:
                    raise DanglingConstraint(name=constraint.name, container=container, reference=reference)
            target = position[constraint.to_ref]
            targets.append(target)
            incoming[target].append(index)
            outgoing[position[constraint.from_ref]].append(index)
        first = tuple(index for index, found in enumerate(incoming) if not found)
        return cls(tuple(constraints), tuple(map(tuple, incoming)), tuple(map(tuple, outgoing)), tuple(targets), first)


@dataclass
class GraphState:
    """Which constraints have come true during one execution, and which children have started."""

    graph: ConstraintGraph
    satisfied: set[int] = field(default_factory=set)
    started: set[int] = field(default_factory=set)

    def start(self) -> tuple[int, ...]:
        """The children without incoming constraints."""
        self.started.update(self.graph.first)
        return self.graph.first

    def evaluate(self, child: int, result: ExecResult, evaluate: Evaluate) -> list[int]:
        """The outgoing constraints of a finished child that are true. May raise what ``evaluate`` raises."""
        graph = self.graph
        return [each for each in graph.outgoing[child] if outcome(graph.constraints[each], result, evaluate)]

    def satisfy(self, true: Sequence[int]) -> list[int]:
        """Note constraints that came true; the children that may start now, each given once."""
        ready: list[int] = []
        self.satisfied.update(true)
        for index in true:
            target = self.graph.targets[index]
            if target not in self.started and self._may_start(target):
                self.started.add(target)
                ready.append(target)
        return ready

    def _may_start(self, child: int) -> bool:
        """All AND constraints true, and of the OR constraints, where there are any, at least one.

        For an executable with both kinds the reference is unverified (§3.3); this is the one place that decides.
        """
        graph = self.graph
        alternatives = False
        any_true = False
        for index in graph.incoming[child]:
            true = index in self.satisfied
            if graph.constraints[index].logical_and:
                if not true:
                    return False
            else:
                alternatives = True
                any_true = any_true or true
        return any_true or not alternatives
