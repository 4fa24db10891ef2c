"""Programs: steps, guards in order, branches, names of columns, constants, the clock."""

import polars as pl
import pytest

from dtserve.datatypes import DT, TypeSpec
from dtserve.expressions.program import Operand, Program, Run, column_of, literal
from dtserve.expressions.value_errors import BinaryOverflow, DivideByZero
from support.expression_backends import MOMENT, spec_of

I4 = TypeSpec(DT.I4)


def column(values: list[int | None]) -> pl.Series:
    return pl.Series(values, dtype=pl.Int32)


def test_expressions_kernels_and_guards_in_order() -> None:
    program = Program("")
    a = program.input("a", I4)
    shared = program.share(a.expr + 1)
    program.guard(shared == 3, DivideByZero)
    made = program.kernel(lambda run, s: (s * 2, s > 2), [Operand(shared, I4)], BinaryOverflow)
    result = program.run(pl.DataFrame({"a": column([0, 1, 2, 3, None])}), MOMENT, Operand(made, I4))
    assert result.values.to_list() == [2, 4, None, None, None]
    assert result.errors is not None
    assert result.errors.to_list() == [None, None, DivideByZero.static_code, BinaryOverflow.static_code, None]
    clean = program.run(pl.DataFrame({"a": column([0, 1])}), MOMENT, Operand(made, I4))
    assert clean.errors is None


def test_branches_limit_guards() -> None:
    program = Program("")
    a = program.input("a", I4)
    with program.branch(program.share(a.expr > 1)), program.branch(program.share(a.expr < 4)):
        program.guard(pl.lit(True), DivideByZero)
    result = program.run(pl.DataFrame({"a": column([1, 2, 3, 4, None])}), MOMENT, a)
    assert result.errors is not None
    assert [code is not None for code in result.errors] == [False, True, True, False, False]
    assert program.path == ()


def test_the_frame_is_left_alone() -> None:
    frame = pl.DataFrame({"a": column([1]), "b": ["x"]})
    program = Program("")
    made = program.kernel(lambda run, s: s, [program.input("a", I4)], None)
    program.run(frame, MOMENT, Operand(made, I4))
    assert frame.columns == ["a", "b"]


@pytest.mark.parametrize("name", ["^a.*$", "*", "a", "Package\\DFT\\S.Outputs[O].Columns[a b]", "\x01t1", "é"])
def test_any_name_of_a_column(name: str) -> None:
    program = Program("")
    operand = program.input(name, I4)
    shared = program.share(operand.expr + 1)
    frame = pl.DataFrame({"other": ["a", "b"], name: column([1, 2])})
    assert program.run(frame, MOMENT, Operand(shared, I4)).values.to_list() == [2, 3]
    assert list(program.inputs) == [name]


def test_constants_and_empty_frames() -> None:
    program = Program("")
    for height in (0, 1, 3):
        for frame in (pl.DataFrame({"a": column([1] * height)}), pl.DataFrame(height=height)):
            made = program.run(frame, MOMENT, literal("x", spec_of("DT_WSTR,1")))
            assert made.values.to_list() == ["x"] * frame.height
            assert made.values.dtype == pl.String


@pytest.mark.parametrize(
    "spec", ["DT_I1", "DT_NUMERIC,9,2", "DT_DBTIMESTAMPOFFSET,0", "DT_BYTES,3", "DT_DBTIME", "DT_BOOL"]
)
def test_literals_of_every_kind(spec: str) -> None:
    operand = literal(None, spec_of(spec))
    assert operand.is_null_constant
    assert column_of(operand) == ""
    made = pl.DataFrame({"a": [1, 2]}).select(operand.expr.alias("x")).to_series()
    assert made.dtype == spec_of(spec).polars()


def test_ascii_is_known_per_source() -> None:
    frame = pl.DataFrame({"a": ["abc", None], "b": ["é", "x"]})
    run = Run(frame, MOMENT)
    text = spec_of("DT_WSTR,9")
    a, b = (Operand(pl.col(name), text, frozenset((name,))) for name in "ab")
    assert run.is_ascii(a)
    assert not run.is_ascii(b)
    assert not run.is_ascii(literal("é", text))
    assert run.is_ascii(literal("e", text))
    assert column_of(a) == "a"
    assert column_of(Operand(pl.col("a") + "x", text)) == ""
