"""For Loop container (CONTROL_FLOW §7.1): init; while (eval) { children; assign }."""

from __future__ import annotations

from typing import ClassVar

from dtserve.controlflow.containers.errors import EvalExpressionMissing, LoopExpressionError
from dtserve.controlflow.containers.parent import ParentContainer
from dtserve.controlflow.evaluation import condition_in, run_expression
from dtserve.controlflow.properties import Property
from dtserve.controlflow.registry import container
from dtserve.controlflow.results import ExecResult
from dtserve.errors import DtserveError

__all__ = ["ForLoopContainer"]


@container("ForLoop")
class ForLoopContainer(ParentContainer):
    """Repeats its children while a condition is true; iterations never overlap."""

    kind: ClassVar[str] = "For Loop Container"

    init_expression = Property("InitExpression", str, "", text="Evaluated once, before the first test.")
    eval_expression = Property("EvalExpression", str, "", text="The condition; needed.")
    assign_expression = Property("AssignExpression", str, "", text="Evaluated after each iteration.")

    def prepare(self) -> None:
        """Read the loop's expressions."""
        super().prepare()
        self.read_properties(self.model.properties)

    def check(self) -> None:
        """The condition must be there."""
        if not self.eval_expression.strip():
            raise EvalExpressionMissing(name=self.name)

    def run_once(self) -> ExecResult:
        """The whole loop."""
        if self.init_expression.strip():
            self._evaluate("InitExpression", self.init_expression)
        cancel = self.run.cancel
        while self._condition():
            if cancel.canceled:
                return ExecResult.CANCELED
            result = super().run_once()
            if result is not ExecResult.SUCCESS:
                return result
            if self.iteration_failed():
                break
            if self.assign_expression.strip():
                self._evaluate("AssignExpression", self.assign_expression)
        return ExecResult.SUCCESS

    def _condition(self) -> bool:
        try:
            return condition_in(self.eval_expression, self.scope)
        except DtserveError as error:
            raise LoopExpressionError(
                which="EvalExpression", expression=self.eval_expression, name=self.name, detail=error.message
            ) from error

    def _evaluate(self, which: str, expression: str) -> None:
        try:
            run_expression(expression, self.scope)
        except DtserveError as error:
            raise LoopExpressionError(
                which=which, expression=expression, name=self.name, detail=error.message
            ) from error
