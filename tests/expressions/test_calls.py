import pytest

from dtserve.datatypes import DT, TypeSpec
from dtserve.expressions.calls import apply
from dtserve.expressions.errors import ExpressionFault, UnknownFunction
from dtserve.expressions.functions import NAMES, find, function_names
from dtserve.expressions.type_errors import (
    InvalidDatePart,
    InvalidDatePartNode,
    ParameterCount,
    ParameterCountOneGiven,
    ParameterCountOneWanted,
    ParameterType,
)
from dtserve.expressions.typed import Constant, Convert, Input, Level
from support.expression_backends import spec_of

EXAMPLES = {
    "text": "DT_WSTR,5", "blob_or_text": "DT_IMAGE", "integer": "DT_UI8", "number": "DT_CY", "float": "DT_I4",
    "date": "DT_DBDATE", "any": "DT_GUID",
}  # fmt: skip
REFUSED = {
    "text": "DT_I4", "blob_or_text": "DT_I4", "integer": "DT_R8", "number": "DT_WSTR,5", "float": "DT_BOOL",
    "date": "DT_WSTR,5",
}  # fmt: skip
CALLABLE = [name for name in NAMES if name != "NULL"]


def argument(kind: str, spec: str | None = None) -> Input | Constant:
    if kind == "part":
        return Constant(TypeSpec(DT.WSTR, length=2), "yy")
    found = spec_of(spec or EXAMPLES[kind])
    return Input(found, "x", found)


def arguments(name: str) -> list[Input | Constant]:
    function = find(name)
    assert function is not None
    if name == "REPLACENULL":
        return [argument("any", "DT_I4"), argument("any", "DT_I8")]
    return [argument(kind) for kind in function.parameters]


@pytest.mark.parametrize("name", CALLABLE)
def test_every_function_takes_its_kinds(name: str) -> None:
    made = apply(name, arguments(name), 0, 0)
    assert made.type.dt not in (DT.EMPTY, DT.NULL, DT.STR)
    assert made.level is (Level.CLOCK if not made.arguments else Level.COLUMN)  # type: ignore[union-attr]


@pytest.mark.parametrize("name", CALLABLE)
def test_every_function_refuses_other_counts_and_kinds(name: str) -> None:
    function = find(name)
    assert function is not None
    whole = arguments(name)
    with pytest.raises(ParameterCount):
        apply(name, [*whole, argument("any")], 0, 0)
    for at, kind in enumerate(function.parameters):
        if kind in REFUSED:
            wrong = [*whole[:at], argument(kind, REFUSED[kind]), *whole[at + 1 :]]
            with pytest.raises(ParameterType) as caught:
                apply(name, wrong, 0, 0)
            assert f"parameter number {at + 1}" in caught.value.message


@pytest.mark.parametrize(
    ("name", "given", "fault", "code"),
    [
        ("SUBSTRING", 1, ParameterCountOneGiven, 0xC00470F9),
        ("UPPER", 2, ParameterCountOneWanted, 0xC00470FA),
        ("SUBSTRING", 2, ParameterCount, 0xC00470FB),
    ],
)
def test_counts(name: str, given: int, fault: type[ExpressionFault], code: int) -> None:
    with pytest.raises(fault) as caught:
        apply(name, [argument("text")] * given, 0, 0)
    assert caught.value.code == code
    assert caught.value.static_code == 0xC0049042


def test_date_parts_are_static_text() -> None:
    day = argument("date")
    with pytest.raises(InvalidDatePartNode):
        apply("DATEPART", [argument("text"), day], 0, 0)
    with pytest.raises(InvalidDatePartNode):
        apply("DATEPART", [Constant(TypeSpec(DT.I4), 1), day], 0, 0)
    with pytest.raises(InvalidDatePart):
        apply("DATEPART", [Constant(TypeSpec(DT.WSTR), "xx"), day], 0, 0)
    variable = Constant(TypeSpec(DT.WSTR), "xx", Level.VARIABLE)
    assert apply("DATEPART", [variable, day], 0, 0).type.dt is DT.I4


def test_unknown_functions() -> None:
    for name in ("CHARINDEX", "ISNUMERIC", "COALESCE", "NULL", ""):
        with pytest.raises(UnknownFunction):
            apply(name, [], 0, 0)


def test_arguments_are_converted() -> None:
    made = apply("SQRT", [argument("number")], 0, 0)
    assert isinstance(made.arguments[0], Convert)  # type: ignore[union-attr]
    made = apply("YEAR", [argument("date")], 0, 0)
    assert made.arguments[0].type.dt is DT.DBTIMESTAMP  # type: ignore[union-attr]


def test_blobs_and_literals_that_functions_refuse() -> None:
    with pytest.raises(ParameterType):
        apply("REPLACENULL", [argument("any", "DT_NTEXT"), argument("text")], 0, 0)
    with pytest.raises(ParameterType):
        apply("REPLACENULL", [argument("any", "DT_DBDATE"), argument("any", "DT_CY")], 0, 0)
    with pytest.raises(ParameterType):
        apply("UPPER", [Constant(spec_of("DT_STR,5,1252"), None)], 0, 0)


def test_names_are_complete_and_sorted() -> None:
    assert list(function_names()) == sorted(NAMES)
    assert len(NAMES) == 39
    assert find("SubString") is find("SUBSTRING")
    assert find("nope") is None
