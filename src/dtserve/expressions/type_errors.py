"""Errors of typing: operands, casts and their parameters, NULL() and functions (EXPRESSIONS §5, §7, §8)."""

from __future__ import annotations

from dtserve.expressions.errors import ExpressionFault

__all__ = [
    "BinaryCodePages", "BinaryTypeMismatch", "CastCodePages", "ConditionNotBoolean", "ConditionalCodePages", "ConditionalString", "ConditionalTypes",
    "IllegalCast", "InvalidCastCodePage", "InvalidCastLength", "InvalidCastParameter", "InvalidCastParameterType",
    "InvalidCastPrecision", "InvalidCastScale", "InvalidDatePart", "InvalidDatePartNode", "InvalidNullCodePage",
    "InvalidNullLength", "InvalidNullParameter", "InvalidNullParameterType", "InvalidNullPrecision",
    "InvalidNullScale", "ParameterCount", "ParameterCountOneGiven", "ParameterCountOneWanted", "ParameterNotStatic",
    "ParameterType", "ResultType", "StringOperand", "UnsupportedBinaryType", "UnsupportedType", "UnsupportedUnaryType",
]  # fmt: skip

_CAST = "To perform this operation, cast one or both operands explicitly."


class BinaryTypeMismatch(ExpressionFault):
    """Two types without a common one."""

    code = 0xC0047080
    symbol = "DTS_E_EXPREVALBINARYTYPEMISMATCH"
    template = 'The data types "{left}" and "{right}" are incompatible for binary operator "{operator}".'
    remedy = _CAST
    static_code = 0xC0049035


class UnsupportedBinaryType(ExpressionFault):
    """A type that a binary operator does not take."""

    code = 0xC0047081
    symbol = "DTS_E_EXPREVALUNSUPPORTEDBINARYTYPE"
    template = 'The data type "{type}" cannot be used with binary operator "{operator}".'
    remedy = _CAST
    static_code = 0xC0049036


class UnsupportedUnaryType(ExpressionFault):
    """A type that a unary operator does not take."""

    code = 0xC0047086
    symbol = "DTS_E_EXPREVALUNSUPPORTEDUNNARYTYPE"
    template = 'The data type "{type}" cannot be used with unary operator "{operator}".'
    static_code = 0xC004903B


class StringOperand(ExpressionFault):
    """NULL(DT_STR, …) as an operand: DT_STR is for columns and casts only."""

    code = 0xC00470EC
    symbol = "DTS_E_EXPREVALBINARYOPDTSTRNOTSUPPORTED"
    template = 'The DT_STR operand of "{operator}" is not an input column or the result of a cast.'
    remedy = "Use NULL(DT_WSTR, length), or cast the NULL."
    static_code = 0xC00490D3


class ConditionalString(StringOperand):
    """NULL(DT_STR, …) as a branch of a conditional."""

    code = 0xC00470ED
    symbol = "DTS_E_EXPREVALCONDITIONALOPDTSTRNOTSUPPORTED"
    static_code = 0xC00490D4


class ConditionNotBoolean(ExpressionFault):
    """The condition of ``?:`` is not DT_BOOL."""

    code = 0xC004709E
    symbol = "DTS_E_EXPREVALCONDITIONALOPINVALIDCONDITIONTYPE"
    template = 'The condition of the conditional operator has data type "{type}"; it must be DT_BOOL.'
    static_code = 0xC0049051


class ConditionalTypes(ExpressionFault):
    """The branches of ``?:`` have no common type."""

    code = 0xC004709F
    symbol = "DTS_E_EXPREVALCONDITIONALOPTYPEMISMATCH"
    template = 'The data types "{left}" and "{right}" are incompatible for the conditional operator.'
    remedy = _CAST
    static_code = 0xC0049052


class ConditionalCodePages(ExpressionFault):
    """DT_TEXT branches of ``?:`` with different code pages."""

    code = 0xC00470AF
    symbol = "DTS_E_EXPREVALCONDITIONALOPCODEPAGEMISMATCH"
    template = "The code pages {left} and {right} do not match for the operands of the conditional operator."
    static_code = 0xC004905C


class IllegalCast(ExpressionFault):
    """A pair of types that no cast joins (EXPRESSIONS §5.6)."""

    code = 0xC0047095
    symbol = "DTS_E_EXPREVALINVALIDCAST"
    template = 'Cannot cast from data type "{source}" to data type "{target}". The requested cast is not supported.'
    static_code = 0xC004904A


class CastCodePages(ExpressionFault):
    """DT_TEXT cast to DT_STR or DT_TEXT with another code page (DT_STR columns are wide inside: they pass)."""

    code = 0xC00470D1
    symbol = "DTS_E_EXPREVALCASTCODEPAGEMISMATCH"
    template = "The code page of the value being cast ({source}) does not match the requested code page ({target})."
    remedy = "Cast to DT_WSTR (or DT_NTEXT) first."
    static_code = 0xC004909B


class UnsupportedType(ExpressionFault):
    """A type name that does not exist or has no place in an expression."""

    code = 0xC00470BE
    symbol = "DTS_E_EXPREVALUNSUPPORTEDTYPE"
    template = 'The data type "{type}" is not supported in an expression.'
    static_code = 0xC004905F


class BinaryCodePages(ExpressionFault):
    """DT_TEXT operands with different code pages."""

    code = 0xC00470CE
    symbol = "DTS_E_EXPREVALBINARYOPERATORCODEPAGEMISMATCH"
    template = 'The code pages {left} and {right} do not match for the operands of binary operator "{operator}".'
    static_code = 0xC0049096


class ResultType(ExpressionFault):
    """The result has not the type its place wants."""

    code = 0xC004709D
    symbol = "DTS_E_EXPREVALCANNOTCONVERTRESULT"
    template = 'Cannot convert the expression result data type "{source}" to the data type "{target}".'
    static_code = 0xC0049050


class InvalidCastParameter(ExpressionFault):
    """A parameter of a cast that is not a literal."""

    code = 0xC0047093
    symbol = "DTS_E_EXPREVALINVALIDCASTPARAM"
    template = 'Parameter number {number} of the cast to data type "{type}" is not valid: it must be a literal.'
    static_code = 0xC0049048


class InvalidCastParameterType(ExpressionFault):
    """A parameter of a cast that is not an integer."""

    code = 0xC0047094
    symbol = "DTS_E_EXPREVALINVALIDCASTPARAMTYPE"
    template = 'Parameter number {number} of the cast to data type "{type}" is not an integer.'
    static_code = 0xC0049049


class InvalidCastCodePage(ExpressionFault):
    """A code page that does not exist."""

    code = 0xC00470AA
    symbol = "DTS_E_EXPREVALINVALIDCASTCODEPAGE"
    template = 'The value {value} for the code page of the cast to data type "{type}" is not valid.'
    static_code = 0xC0049059


class InvalidCastPrecision(ExpressionFault):
    """A precision out of range."""

    code = 0xC00470AB
    symbol = "DTS_E_EXPREVALINVALIDCASTPRECISION"
    template = 'The precision {value} of the cast to data type "{type}" must be in the range {low} to {high}.'
    static_code = 0xC004905A


class InvalidCastScale(ExpressionFault):
    """A scale out of range."""

    code = 0xC00470AC
    symbol = "DTS_E_EXPREVALINVALIDCASTSCALE"
    template = 'The scale {value} of the cast to data type "{type}" must be in the range {low} to {high}.'
    static_code = 0xC004905B


class InvalidCastLength(ExpressionFault):
    """A length out of range."""

    code = 0xC00470F1
    symbol = "DTS_E_EXPREVALINVALIDCASTLENGTH"
    template = 'The length {value} of the cast to data type "{type}" must be in the range {low} to {high}.'
    static_code = 0xC00490DE


class InvalidNullParameter(ExpressionFault):
    """A parameter of NULL() that is not a literal."""

    code = 0xC0047090
    symbol = "DTS_E_EXPREVALINVALIDNULLPARAM"
    template = 'Parameter number {number} of the function NULL with data type "{type}" must be a literal.'
    static_code = 0xC0049045


class InvalidNullParameterType(ExpressionFault):
    """A parameter of NULL() that is not an integer."""

    code = 0xC0047091
    symbol = "DTS_E_EXPREVALINVALIDNULLPARAMTYPE"
    template = 'Parameter number {number} of the function NULL with data type "{type}" is not an integer.'
    static_code = 0xC0049046


class InvalidNullCodePage(ExpressionFault):
    """NULL() with a code page that does not exist."""

    code = 0xC00470F2
    symbol = "DTS_E_EXPREVALINVALIDNULLCODEPAGE"
    template = 'The code page {value} of the function NULL with data type "{type}" is not valid.'
    static_code = 0xC00490E0


class InvalidNullPrecision(ExpressionFault):
    """NULL() with a precision out of range."""

    code = 0xC00470F3
    symbol = "DTS_E_EXPREVALINVALIDNULLPRECISION"
    template = 'The precision {value} of the function NULL with data type "{type}" must be {low} to {high}.'
    static_code = 0xC00490E1


class InvalidNullScale(ExpressionFault):
    """NULL() with a scale out of range."""

    code = 0xC00470F4
    symbol = "DTS_E_EXPREVALINVALIDNULLSCALE"
    template = 'The scale {value} of the function NULL with data type "{type}" must be {low} to {high}.'
    static_code = 0xC00490E2


class InvalidNullLength(ExpressionFault):
    """NULL() with a length out of range."""

    code = 0xC00470F5
    symbol = "DTS_E_EXPREVALINVALIDNULLLENGTH"
    template = 'The length {value} of the function NULL with data type "{type}" must be {low} to {high}.'
    static_code = 0xC00490DF


class ParameterCount(ExpressionFault):
    """Too few or too many parameters."""

    code = 0xC00470FB
    symbol = "DTS_E_EXPREVALINVALIDNUMBEROFPARAMSPLURALPLURAL"
    template = 'The function "{function}" requires {wanted} parameters, not {given} parameters.'
    static_code = 0xC0049042


class ParameterCountOneGiven(ParameterCount):
    """One parameter where several are wanted."""

    code = 0xC00470F9
    symbol = "DTS_E_EXPREVALINVALIDNUMBEROFPARAMSPLURALSINGULAR"
    template = 'The function "{function}" requires {wanted} parameters, not {given} parameter.'


class ParameterCountOneWanted(ParameterCount):
    """Several (or no) parameters where one is wanted."""

    code = 0xC00470FA
    symbol = "DTS_E_EXPREVALINVALIDNUMBEROFPARAMSSINGULARPLURAL"
    template = 'The function "{function}" requires {wanted} parameter, not {given} parameters.'


class ParameterType(ExpressionFault):
    """A parameter of a type that the function does not take."""

    code = 0xC0047089
    symbol = "DTS_E_EXPREVALPARAMTYPEMISMATCH"
    template = 'The function "{function}" does not support the data type "{type}" for parameter number {number}.'
    remedy = "Cast the parameter explicitly."
    static_code = 0xC004903E


class ParameterNotStatic(ExpressionFault):
    """A parameter that must not depend on a row."""

    code = 0xC0047092
    symbol = "DTS_E_EXPREVALFUNCTIONPARAMNOTSTATIC"
    template = 'Parameter number {number} of the function "{function}" is not static.'
    static_code = 0xC0049047


class InvalidDatePart(ExpressionFault):
    """A word that is no date part."""

    code = 0xC004708F
    symbol = "DTS_E_EXPREVALINVALIDDATEPART"
    template = '"{part}" is not a valid date part for function "{function}".'
    static_code = 0xC0049044


class InvalidDatePartNode(ExpressionFault):
    """A date part that is not a static string."""

    code = 0xC00470F0
    symbol = "DTS_E_EXPREVALINVALIDDATEPARTNODE"
    template = 'The date part specified for function "{function}" must be a static string.'
    static_code = 0xC00490DD
