"""Errors of values: what fails for one row or one evaluation only (EXPRESSIONS §3.3, §7, §8)."""

from __future__ import annotations

from dtserve.expressions.errors import ExpressionFault

__all__ = [
    "BinaryOverflow", "BitwiseSignMismatch", "CastFailed", "CastOverflow", "DivideByZero", "FindStringOccurrence",
    "FunctionFailed", "FunctionOverflow", "LegacyLength", "LnParameter", "LogParameter", "NegateOverflow",
    "NegativeRightLength", "NegativeSubstringLength", "NumericOverflow", "PowerParameter", "ReplaceSearchEmpty",
    "ReplicateCount", "RoundLength", "SqrtParameter", "SubstringStart",
]  # fmt: skip


class DivideByZero(ExpressionFault):
    """Division or modulo by zero."""

    code = 0xC004707B
    symbol = "DTS_E_EXPREVALDIVBYZERO"
    template = 'A divide-by-zero error occurred. The right side of "{operator}" evaluates to zero.'
    static_code = 0xC0049030


class BinaryOverflow(ExpressionFault):
    """A result that does not fit the type of the operation."""

    code = 0xC004707E
    symbol = "DTS_E_EXPREVALBINARYOPOVERFLOW"
    template = 'The result of the binary operation "{operator}" exceeds the maximum size for "{type}".'
    remedy = "Cast an operand to a wider type."
    static_code = 0xC0049033


class NumericOverflow(ExpressionFault):
    """A numeric result of more than 38 digits."""

    code = 0xC004707D
    symbol = "DTS_E_EXPREVALBINARYOPNUMERICOVERFLOW"
    template = 'The result of the binary operation "{operator}" exceeds the maximum size for numeric types ({type}).'
    remedy = "Cast an operand to a smaller precision or scale."
    static_code = 0xC0049032


class NegateOverflow(ExpressionFault):
    """Unary minus of the least value of an integer type."""

    code = 0xC00470E5
    symbol = "DTS_E_EXPREVALUNARYOPOVERFLOW"
    template = 'The result of the unary minus (negation) operation exceeds the maximum size for "{type}".'
    static_code = 0xC004904D


class FunctionOverflow(ExpressionFault):
    """A function result that does not fit its type."""

    code = 0xC004707F
    symbol = "DTS_E_EXPREVALFUNCTIONOVERFLOW"
    template = 'The result of the function "{function}" is too large to fit in type "{type}".'
    remedy = "Cast the operand to a larger type."
    static_code = 0xC0049034


class BitwiseSignMismatch(ExpressionFault):
    """``& | ^`` with one negative and one non-negative operand."""

    code = 0xC0047082
    symbol = "DTS_E_EXPREVALBINARYSIGNMISMATCH"
    template = 'There is a sign mismatch for the bitwise binary operator "{operator}".'
    static_code = 0xC0049037


class CastFailed(ExpressionFault):
    """A value that cannot be converted to the type of the cast."""

    code = 0xC00470C2
    symbol = "DTS_E_EXPREVALDATACONVERSIONFAILED"
    template = 'An error occurred while converting from data type "{source}" to data type "{target}".'
    static_code = 0xC0049064


class CastOverflow(CastFailed):
    """A value too large for the type of the cast."""

    code = 0xC00470C0
    symbol = "DTS_E_EXPREVALDATACONVERSIONOVERFLOW"
    template = 'An overflow occurred while converting from data type "{source}" to data type "{target}".'


class NegativeSubstringLength(ExpressionFault):
    """SUBSTRING or LEFT with a negative length."""

    code = 0xC004708B
    symbol = "DTS_E_EXPREVALFNSUBSTRINGINVALIDLENGTH"
    template = 'The length is not valid for function "{function}". The length parameter cannot be negative.'
    static_code = 0xC0049040


class SubstringStart(ExpressionFault):
    """SUBSTRING with a start below 1."""

    code = 0xC004708C
    symbol = "DTS_E_EXPREVALFNSUBSTRINGINVALIDSTARTINDEX"
    template = 'The start index is not valid for function "{function}". It must be an integer greater than 0.'
    static_code = 0xC0049041


class NegativeRightLength(ExpressionFault):
    """RIGHT with a negative length."""

    code = 0xC0049088
    symbol = "DTS_E_EXPREVALSTATIC_FNRIGHTINVALIDLENGTH"
    template = "The length parameter is not valid for function RIGHT. The length parameter cannot be negative."
    static_code = 0xC0049088


class ReplicateCount(ExpressionFault):
    """REPLICATE with a negative count."""

    code = 0xC0049089
    symbol = "DTS_E_EXPREVALSTATIC_FNREPLICATEINVALIDREPEATCOUNT"
    template = "The repeat count parameter is not valid for function REPLICATE. It cannot be negative."
    static_code = 0xC0049089


class FindStringOccurrence(ExpressionFault):
    """FINDSTRING or TOKEN with an occurrence below 1."""

    code = 0xC00490D5
    symbol = "DTS_E_EXPREVALSTATIC_FNFINDSTRINGINVALIDOCCURRENCECOUNT"
    template = 'The occurrence count is not valid for function "{function}". It must be greater than zero.'
    static_code = 0xC00490D5


class SqrtParameter(ExpressionFault):
    """SQRT of a negative number."""

    code = 0xC00470DF
    symbol = "DTS_E_EXPREVALSQRTINVALIDPARAM"
    template = "The function SQRT cannot operate on negative values, and a negative value was passed to it."
    static_code = 0xC0049067


class LnParameter(ExpressionFault):
    """LN of zero or a negative number."""

    code = 0xC00470E0
    symbol = "DTS_E_EXPREVALLNINVALIDPARAM"
    template = "The function LN cannot operate on zero or negative values."
    static_code = 0xC0049067


class LogParameter(ExpressionFault):
    """LOG of zero or a negative number."""

    code = 0xC00470E1
    symbol = "DTS_E_EXPREVALLOGINVALIDPARAM"
    template = "The function LOG cannot operate on zero or negative values."
    static_code = 0xC0049067


class PowerParameter(ExpressionFault):
    """POWER without a result: 0 to a negative power, a negative base to a fraction."""

    code = 0xC00470E2
    symbol = "DTS_E_EXPREVALPOWERINVALIDPARAM"
    template = "The parameters passed to the function POWER cannot be evaluated and yield an indeterminate result."
    static_code = 0xC0049067


class FunctionFailed(ExpressionFault):
    """A function that has no result for these values."""

    code = 0xC00470C5
    symbol = "DTS_E_EXPREVALFUNCTIONCOMPUTEFAILED"
    template = 'Evaluating function "{function}" failed: {detail}.'
    static_code = 0xC0049067


class RoundLength(FunctionFailed):
    """ROUND to a negative number of digits."""

    template = "Evaluating function ROUND failed: the length must not be negative."


class ReplaceSearchEmpty(FunctionFailed):
    """REPLACE of an empty search string."""

    template = "Evaluating function REPLACE failed: the search string must not be empty."


class LegacyLength(ExpressionFault):
    """A string result of more than 4,000 characters where the 2005-2008 R2 limit holds."""

    code = 0xC0047100
    symbol = "DTS_E_EXPREVALSTRINGVARIABLETOOLONG"
    template = "A string result exceeds the maximum allowed length of {limit} characters."
    remedy = "The limit holds for packages of SQL Server 2005 to 2008 R2; upgrade the package."
    static_code = 0xC0049014
