"""Errors of loops and enumerators (CONTROL_FLOW §7)."""

from __future__ import annotations

from dtserve.errors import ControlFlowError

__all__ = [
    "EnumeratorError",
    "EvalExpressionMissing",
    "ForEachMappingError",
    "LoopExpressionError",
]


class EnumeratorError(ControlFlowError):
    """An enumerator that cannot enumerate."""

    code = 0xC0014023
    symbol = "DTS_E_GETENUMERATOR"
    template = 'The GetEnumerator method of the ForEach Enumerator of "{name}" has failed: {detail}'
    remedy = "Check the enumerator's properties."


class EvalExpressionMissing(ControlFlowError):
    """A For Loop without a condition."""

    code = 0xC001F185
    symbol = "DTS_E_FORLOOPMISSINGEVAL"
    template = 'The For Loop "{name}" has no EvalExpression.'
    remedy = "Give the loop a condition."


class ForEachMappingError(ControlFlowError):
    """A value of the current element that its variable does not take."""

    code = 0xC001C012
    symbol = "DTS_E_FOREACHVARIABLEMAPPING"
    template = 'ForEach Variable Mapping number {number} to variable "{variable}" cannot be applied. {detail}'
    remedy = "Check the variable's type and the index of the value."


class LoopExpressionError(ControlFlowError):
    """The init, eval or assign expression of a For Loop cannot be evaluated."""

    code = 0xC001F184
    symbol = "DTS_E_FORLOOPEXPRESSION"
    template = 'The {which} expression "{expression}" of the For Loop "{name}" cannot be evaluated. {detail}'
    remedy = "Correct the expression of the loop."
