"""Codes of all errors of the room against EXPRESSIONS §8."""

import pytest

from dtserve.errors import ExpressionError, signed
from dtserve.expressions import errors, type_errors, value_errors
from dtserve.expressions.errors import ExpressionFault

CATALOGUE = {
    "DivideByZero": (0xC004707B, 0xC0049030), "LiteralOverflow": (0xC004707C, 0xC0049031),
    "NumericOverflow": (0xC004707D, 0xC0049032), "BinaryOverflow": (0xC004707E, 0xC0049033),
    "FunctionOverflow": (0xC004707F, 0xC0049034), "BinaryTypeMismatch": (0xC0047080, 0xC0049035),
    "UnsupportedBinaryType": (0xC0047081, 0xC0049036), "BitwiseSignMismatch": (0xC0047082, 0xC0049037),
    "UnsupportedUnaryType": (0xC0047086, 0xC004903B), "ParameterType": (0xC0047089, 0xC004903E),
    "UnknownFunction": (0xC004708A, 0xC004903F), "NegativeSubstringLength": (0xC004708B, 0xC0049040),
    "SubstringStart": (0xC004708C, 0xC0049041), "NegativeRightLength": (0xC0049088, 0xC0049088),
    "ReplicateCount": (0xC0049089, 0xC0049089), "FindStringOccurrence": (0xC00490D5, 0xC00490D5),
    "ParameterCount": (0xC00470FB, 0xC0049042), "InvalidDatePart": (0xC004708F, 0xC0049044),
    "InvalidNullParameter": (0xC0047090, 0xC0049045), "InvalidNullParameterType": (0xC0047091, 0xC0049046),
    "ParameterNotStatic": (0xC0047092, 0xC0049047), "InvalidCastParameter": (0xC0047093, 0xC0049048),
    "InvalidCastParameterType": (0xC0047094, 0xC0049049), "IllegalCast": (0xC0047095, 0xC004904A),
    "InvalidToken": (0xC0047096, 0xC004904B), "FailedToParse": (0xC0047099, 0xC004904C),
    "ResultType": (0xC004709D, 0xC0049050), "ConditionNotBoolean": (0xC004709E, 0xC0049051),
    "ConditionalTypes": (0xC004709F, 0xC0049052), "UnknownColumn": (0xC00470A2, 0xC0049054),
    "UnknownLineage": (0xC00470A3, 0xC0049055), "UnknownVariable": (0xC00470A6, 0xC0049057),
    "InvalidCastCodePage": (0xC00470AA, 0xC0049059), "InvalidCastPrecision": (0xC00470AB, 0xC004905A),
    "InvalidCastScale": (0xC00470AC, 0xC004905B), "ConditionalCodePages": (0xC00470AF, 0xC004905C),
    "IllegalHexEscape": (0xC00470B7, 0xC004905D), "IllegalEscape": (0xC00470B8, 0xC004905E),
    "UnsupportedType": (0xC00470BE, 0xC004905F), "CastFailed": (0xC00470C2, 0xC0049064),
    "CastOverflow": (0xC00470C0, 0xC0049064), "ConditionalString": (0xC00470ED, 0xC00490D4),
    "StringOperand": (0xC00470EC, 0xC00490D3), "SingleQuote": (0xC004909C, 0xC004909C),
    "SingleEqual": (0xC004909D, 0xC004909D), "AmbiguousVariable": (0xC00470DD, 0xC00490AC),
    "AmbiguousColumn": (0xC00470DB, 0xC00490AA), "NegateOverflow": (0xC00470E5, 0xC004904D),
}  # fmt: skip
MODULES = (errors, type_errors, value_errors)
FAULTS = [getattr(module, name) for module in MODULES for name in module.__all__]


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_codes(name: str) -> None:
    fault = next(getattr(module, name) for module in MODULES if name in module.__all__)
    assert (fault.code, fault.static_code) == CATALOGUE[name]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_declared_whole(fault: type[ExpressionFault]) -> None:
    assert issubclass(fault, ExpressionError)
    assert fault.static_code >> 16 in (0xC004, 0xC0D5)
    assert fault.symbol.startswith(("DTS_E_EXPREVAL", "DTSERVE_E_"))
    made = fault(detail="x", name="y")
    assert made.row_code == signed(fault.static_code) < 0
    assert made.describe().startswith(f"{fault.symbol} ({made.hresult}): ")


def test_place_snippet_and_caret() -> None:
    text = "a +\n\t" + "b" * 80 + " + nope + " + "c" * 80
    at = text.index("nope")
    fault = errors.UnknownColumn(name="nope").locate(text, at, at + 4)
    assert (fault.line, fault.column) == (2, at - 3)
    assert len(fault.snippet) <= 100
    assert fault.snippet[fault.highlight.index("^") :].startswith("nope")
    assert fault.highlight.count("^") == 4
    assert fault.describe().endswith(f"    {fault.snippet}\n    {fault.highlight}")
    assert fault.locate("other", 0, 1).text == text


def test_without_a_place() -> None:
    fault = errors.UnknownVariable(name="x")
    assert (fault.line, fault.column, fault.snippet, fault.highlight) == (0, 0, "", "")
    assert "\n" not in fault.describe()
