import polars as pl
import pytest

from dtserve.datatypes import DT, TypeSpec
from dtserve.expressions import (
    ColumnBinding,
    MappingScope,
    TypedValue,
    compile_columns,
    evaluate,
    evaluate_boolean,
    find_faults,
)
from dtserve.expressions.errors import SingleEqual, UnknownVariable
from dtserve.expressions.type_errors import ResultType

SCOPE = MappingScope({"User::x": TypedValue(TypeSpec(DT.I4), 4), "User::n": TypedValue(TypeSpec(DT.BOOL), None)})
COLUMNS = [ColumnBinding("lineage", TypeSpec(DT.I4), ("i",))]


def test_evaluate_gives_value_and_type() -> None:
    found = evaluate("@x + 1L", SCOPE)
    assert (found.type, found.value) == (TypeSpec(DT.I8), 5)
    with pytest.raises(UnknownVariable):
        evaluate("@x")


def test_an_assignment_gives_its_right_side() -> None:
    assert evaluate("@[User::y] = @x * 2", SCOPE).value == 8
    with pytest.raises(SingleEqual):
        compile_columns("@y = 1", [], SCOPE)


def test_boolean() -> None:
    assert evaluate_boolean("@x == 4", SCOPE) is True
    assert evaluate_boolean("@n", SCOPE) is False
    with pytest.raises(ResultType, match="DT_I4"):
        evaluate_boolean("@x", SCOPE)


def test_compile() -> None:
    compiled = compile_columns("i * @x", COLUMNS, SCOPE)
    assert compiled.type == TypeSpec(DT.I4)
    assert compiled.inputs == ("lineage",)
    made = compiled.evaluate(pl.DataFrame({"other": ["a", "b"], "lineage": pl.Series([1, None], dtype=pl.Int32)}))
    assert made.values.to_list() == [4, None]
    assert made.errors is made.truncated is None


def test_find_faults() -> None:
    assert find_faults("i + 1", COLUMNS) == []
    assert [fault.hresult for fault in find_faults("i + 1")] == ["0xC00470A4"]
    assert [fault.hresult for fault in find_faults("@x + nope", COLUMNS, SCOPE)] == ["0xC00470A2"]
