"""Names and types of whole expressions; faults one at a time and all together."""

import pytest

from dtserve.datatypes import DT, TypeSpec
from dtserve.expressions import ColumnBinding, MappingScope, TypedValue, find_faults
from dtserve.expressions.errors import NoColumnCollection, UnknownColumn, UnknownVariable, VariableType
from dtserve.expressions.parser import parse
from dtserve.expressions.scope import index_columns
from dtserve.expressions.trampoline import MAX_DEPTH
from dtserve.expressions.type_errors import BinaryTypeMismatch, CastCodePages, IllegalCast
from dtserve.expressions.typed import Constant, Convert, Input, Level
from dtserve.expressions.typing import analyse, check
from support.expression_backends import spec_of

COLUMNS = (
    ColumnBinding("1", spec_of("DT_STR,50,1252"), ("s",)),
    ColumnBinding("2", spec_of("DT_I4"), ("i",)),
    ColumnBinding("3", spec_of("DT_TEXT,1252"), ("t",)),
    ColumnBinding("4", spec_of("DT_DBTIMESTAMP"), ("d",)),
)
INDEX = index_columns(COLUMNS)
SCOPE = MappingScope(
    {"User::v": TypedValue(spec_of("DT_WSTR,3"), "abc"), "User::o": TypedValue(TypeSpec(DT.EMPTY), None)}
)


def type_of(text: str) -> str:
    return str(analyse(parse(text), text, SCOPE, INDEX).type)


@pytest.mark.parametrize(
    ("text", "spec"),
    [
        ("s", "DT_WSTR(50)"),
        ("t", "DT_TEXT"),
        ("@v", "DT_WSTR(3)"),
        ("s + @v", "DT_WSTR(53)"),
        ('"ab" + "c" + ""', "DT_WSTR(3)"),
        ('"\U0001f600"', "DT_WSTR(2)"),
        ("t + t", "DT_TEXT"),
        ("(DT_STR,5,1252)s", "DT_STR(5,1252)"),
        ('(DT_STR,5,1252)s + ""', "DT_WSTR(5)"),
        ("((DT_STR,5,1252)s)", "DT_STR(5,1252)"),
        ("(DT_WSTR,9)(DT_STR,5,1252)s", "DT_WSTR(9)"),
        ("(DT_STR,5,65001)s", "DT_STR(5,65001)"),
        ("NULL(DT_STR,5,1252)", "DT_STR(5,1252)"),
        ("LEFT(s,4)", "DT_WSTR(4)"),
        ("SUBSTRING(s,5,i)", "DT_WSTR(46)"),
        ("SUBSTRING(s,i,i)", "DT_WSTR(50)"),
        ("SUBSTRING(s,5,-(-7))", "DT_WSTR(46)"),
        ("TRIM(s)", "DT_WSTR(50)"),
        ('REPLACE(s,"a","")', "DT_WSTR(50)"),
        ('REPLACE(s,"ab","cde")', "DT_WSTR(75)"),
        ("REPLACE(s,s,s)", "DT_WSTR(4000)"),
        ("REPLICATE(s,3)", "DT_WSTR(150)"),
        ("REPLICATE(s,i)", "DT_WSTR(4000)"),
        ('REPLACENULL(s,"")', "DT_WSTR(102)"),
        ("REPLACENULL(i,1)", "DT_I4"),
        ('REPLACENULL(d,"1900-01-01")', "DT_DBTIMESTAMP"),
        ("HEX(i)", "DT_WSTR(8)"),
        ('i > 0 ? "a" : s', "DT_WSTR(50)"),
        ("i > 0 ? 1.5 : i", "DT_NUMERIC(11,1)"),
        ("i > 0 ? d : (DT_DBDATE)d", "DT_DBTIMESTAMP"),
        ("i > 0 ? 1 : 2L", "DT_I8"),
        ("ABS(1.25)", "DT_NUMERIC(3,2)"),
        ("SIGN(1.25)", "DT_I4"),
        ("SQUARE(i)", "DT_R8"),
    ],
)
def test_types(text: str, spec: str) -> None:
    assert type_of(text) == spec


def test_levels_and_conversions() -> None:
    text = 'i + 1L == 2 && ISNULL(@v) || "a" == s || YEAR(GETDATE()) > 1'
    typed = analyse(parse(text), text, SCOPE, INDEX)
    assert typed.level is Level.COLUMN
    assert analyse(parse("YEAR(GETDATE())"), "", SCOPE).level is Level.CLOCK
    assert analyse(parse("@v"), "", SCOPE).level is Level.VARIABLE
    sum_ = analyse(parse("i + 1L"), "", SCOPE, INDEX)
    assert isinstance(sum_.left, Convert)  # type: ignore[union-attr]
    assert isinstance(sum_.left.operand, Input)  # type: ignore[union-attr]
    assert isinstance(sum_.right, Constant)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("text", "fault", "place"),
    [
        ("1 + @w", UnknownVariable, "@w"),
        ("1 + @[User::o]", VariableType, "@[User::o]"),
        ("s + nope", UnknownColumn, "nope"),
        ('1 + (s + 1) + "x"', BinaryTypeMismatch, "s + 1"),
        ("UPPER((DT_WSTR,9)t)", IllegalCast, "(DT_WSTR,9)t"),
        ("(DT_STR,9,65001)t", CastCodePages, "(DT_STR,9,65001)t"),
    ],
)
def test_faults_have_their_place(text: str, fault: type, place: str) -> None:
    with pytest.raises(fault) as caught:
        analyse(parse(text), text, SCOPE, INDEX)
    assert text[caught.value.start : caught.value.end] == place


def test_columns_outside_a_data_flow() -> None:
    with pytest.raises(NoColumnCollection, match="s"):
        analyse(parse("s"), "s", SCOPE, None)


def test_check_finds_all_faults_and_none_twice() -> None:
    text = 'nope + 1 == (s + 1) ? UPPER(i) : SUBSTRING(s, "a", 1) + (@w - 2)'
    typed, faults = check(parse(text), text, SCOPE, INDEX)
    assert typed is None
    assert [text[f.start : f.end] for f in faults] == ["nope", "s + 1", "UPPER(i)", 'SUBSTRING(s, "a", 1)', "@w"]
    assert check(parse("s + @v"), "s + @v", SCOPE, INDEX)[1] == []
    assert [f.hresult for f in find_faults(text, COLUMNS, SCOPE)] == [f.hresult for f in faults]
    assert [f.hresult for f in find_faults("1 +")] == ["0xC0047099"]


def test_depth_is_limited_by_a_coded_error() -> None:
    text = "i" + " + i" * (MAX_DEPTH + 5)
    (fault,) = find_faults(text, COLUMNS, SCOPE)
    assert fault.symbol == "DTSERVE_E_EXPRESSIONTOODEEP"
    assert find_faults("i" + " + i" * 1000, COLUMNS, SCOPE) == []
