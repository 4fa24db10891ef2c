"""Expression Task (CONTROL_FLOW §17): evaluates an expression and assigns its value to a variable.

``:=`` is accepted for ``=`` with a warning; an expression without assignment is evaluated only.
"""

from __future__ import annotations

import re

from dtserve.controlflow.evaluation import run_expression
from dtserve.controlflow.properties import Property
from dtserve.controlflow.registry import task
from dtserve.controlflow.task import Task
from dtserve.controlflow.tasks.errors import ExpressionTaskEmpty, ExpressionTaskFailed
from dtserve.errors import DtserveError

__all__ = ["ExpressionTask"]

W_COLON_ASSIGNMENT = 0x80D51501
_COLON = re.compile(r"^\s*(@\[[^\]]*\]|@\w+)\s*:=")


@task("ExpressionTask")
class ExpressionTask(Task):
    """Evaluates and assigns."""

    expression = Property("Expression", str, "", text="The expression, with or without assignment.")

    def validate(self) -> None:
        """There must be an expression."""
        if not self.expression.strip():
            raise ExpressionTaskEmpty(task=self.host.name)

    def execute(self) -> None:
        """Evaluate; the value is also the ExecutionValue."""
        text = self.expression
        if _COLON.match(text):
            self.host.fire_warning(W_COLON_ASSIGNMENT, f'"{self.host.name}" assigns with ":=", which is read as "=".')
            text = _COLON.sub(r"\1 =", text, count=1)
        try:
            self.host.execution_value = run_expression(text, self.host.scope)
        except DtserveError as error:
            raise ExpressionTaskFailed(task=self.host.name, expression=self.expression, detail=error.message) from error
