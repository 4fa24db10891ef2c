import polars as pl
import pytest

from dtserve.expressions.columnar_calls import ColumnCall, each_row
from dtserve.expressions.functions import find
from dtserve.expressions.program import Program, literal
from dtserve.expressions.value_errors import NegativeSubstringLength
from support.expression_backends import MOMENT, spec_of

TEXT, COUNT = spec_of("DT_WSTR,9"), spec_of("DT_I4")


def call_of(name: str, program: Program, constant: bool = False) -> ColumnCall:
    function = find(name)
    assert function is not None
    count = literal(-1, COUNT) if constant else program.input("n", COUNT)
    return ColumnCall(program, function, TEXT, [program.input("s", TEXT), count], 1033)


def test_guards_skip_null_arguments() -> None:
    program = Program("")
    call = call_of("LEFT", program)
    call.guard(pl.lit(True), NegativeSubstringLength)
    frame = pl.DataFrame({"s": ["a", None, "c"], "n": pl.Series([1, 1, None], dtype=pl.Int32)})
    errors = program.run(frame, MOMENT, call.operands[0]).errors
    assert errors is not None
    assert errors.to_list() == [NegativeSubstringLength.static_code, None, None]


def test_wrong_constants_are_raised_or_guarded() -> None:
    program = Program("")
    call = call_of("LEFT", program, constant=True)
    with pytest.raises(NegativeSubstringLength) as caught:
        call.guard_operand(call.operands[1], lambda n: n < 0, NegativeSubstringLength)
    assert caught.value.facts == {"function": "LEFT"}
    with program.branch(pl.lit(False)):
        assert call.guard_operand(call.operands[1], lambda n: n < 0, NegativeSubstringLength) is False
    assert call.guard_operand(call.operands[1], lambda n: n > 0, NegativeSubstringLength) is True


def test_rows_by_the_scalar_meaning() -> None:
    program = Program("")
    call = call_of("LEFT", program)
    text = pl.Series(["abc", "abc", None, "xyz"])
    count = pl.Series([2, -1, 1, 1], dtype=pl.Int32)
    assert each_row(call, [text, count]).to_list() == ["ab", None, None, "x"]
    some = pl.Series([False, False, False, True])
    assert each_row(call, [text, count], some).to_list() == [None, None, None, "x"]
    assert each_row(call, [text, 1]).dtype == pl.String
    assert call.scalar("abc", 2) == "ab"
    assert call.scalar(None, 2) is None
