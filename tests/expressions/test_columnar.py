"""The columnar back-end as a whole: validation, laziness, the clock, offsets, limits, size of programs."""

from datetime import datetime

import polars as pl
import pytest

from dtserve.datatypes import DT, TypeSpec
from dtserve.expressions import ColumnBinding, MappingScope, Moment, TypedValue, compile_columns
from dtserve.expressions.switches import using
from dtserve.expressions.type_errors import IllegalCast
from dtserve.expressions.value_errors import CastFailed, DivideByZero, NegativeSubstringLength
from support.expression_backends import prepare, spec_of, value_of

COLUMNS = [
    ColumnBinding("i", TypeSpec(DT.I4), ("i",)),
    ColumnBinding("s", TypeSpec(DT.WSTR, length=4000), ("s",)),
]
FRAME = pl.DataFrame({"i": pl.Series([0, 2, None], dtype=pl.Int32), "s": ["a", "b" * 4000, None]})
SCOPE = MappingScope({"User::zero": TypedValue(TypeSpec(DT.I4), 0), "User::t": TypedValue(TypeSpec(DT.BOOL), True)})


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("i / @zero", DivideByZero),
        ("i + 1 / @zero", DivideByZero),
        ("LEFT(s,-1)", NegativeSubstringLength),
        ('i + (DT_I4)"x"', CastFailed),
        ("(DT_DBDATE)i == (DT_I8)i", None),
        ("(DT_CY)(DT_DATE)i == 1", IllegalCast),
    ],
)
def test_faults_of_validation(text: str, fault: type | None) -> None:
    if fault is None:
        with pytest.raises(Exception, match="incompatible"):
            compile_columns(text, COLUMNS, SCOPE)
        return
    with pytest.raises(fault) as caught:
        compile_columns(text, COLUMNS, SCOPE)
    assert caught.value.start >= 0


def test_what_is_not_always_evaluated_is_no_fault_of_validation() -> None:
    compiled = compile_columns("@zero == 0 ? 0 : i / @zero", COLUMNS, SCOPE)
    assert compiled.evaluate(FRAME).values.to_list() == [0, 0, 0]
    compiled = compile_columns("i == 0 ? LEFT(s,-1) : (DT_WSTR,3)(i / @zero)", COLUMNS, SCOPE)
    errors = compiled.evaluate(FRAME).errors
    assert errors is not None
    assert errors.to_list() == [NegativeSubstringLength.static_code, DivideByZero.static_code, None]
    with using(variable_zero_fails_validation=False):
        errors = compile_columns("i / @zero", COLUMNS, SCOPE).evaluate(FRAME).errors
        assert errors is not None
        assert errors.to_list() == [DivideByZero.static_code] * 2 + [None]


def test_constant_conditions_choose_at_compile_time() -> None:
    compiled = compile_columns("@t ? i : 1 / i", COLUMNS, SCOPE)
    assert compiled.program.guards == []
    assert compile_columns("!@t || i > 1", COLUMNS, SCOPE).evaluate(FRAME).values.to_list() == [False, True, None]


def test_one_reading_of_the_clock_per_frame() -> None:
    times = iter(Moment(datetime(2020, 1, day), datetime(2020, 1, day)) for day in range(1, 9))
    compiled = compile_columns('DATEADD("dd",i,GETDATE())', COLUMNS, SCOPE, clock=lambda: next(times))
    first, second = (compiled.evaluate(FRAME).values.to_list() for _ in range(2))
    assert first[1] == datetime(2020, 1, 4)
    assert second[1] == datetime(2020, 1, 5)
    failing = compile_columns("i > 0 ? (DT_UI1)YEAR(GETDATE()) : (DT_UI1)1", COLUMNS, SCOPE)
    errors = failing.evaluate(FRAME).errors
    assert errors is not None
    assert errors.to_list() == [None, CastFailed.static_code, None]


def test_the_old_length_limit_cuts_and_reports() -> None:
    compiled = compile_columns('s + "xyz"', COLUMNS, SCOPE, legacy_limit=True)
    made = compiled.evaluate(FRAME)
    assert [len(value or "") for value in made.values] == [4, 4000, 0]
    assert made.truncated is not None
    assert made.truncated.to_list() == [False, True, False]
    assert compile_columns('s + "xyz"', COLUMNS, SCOPE).evaluate(FRAME).truncated is None


def test_offsets_are_compared_as_instants() -> None:
    types = {"a": spec_of("DT_DBTIMESTAMPOFFSET,3"), "b": spec_of("DT_DBTIMESTAMPOFFSET,3")}
    rows = [
        {"a": value_of(a, types["a"]), "b": value_of(b, types["b"])}
        for a, b in (("2020-01-01 12:00:00 +02:00", "2020-01-01 10:00:00 +00:00"), ("2020-01-01 12:00:00 +02:00", None))
    ]
    for operator in ("==", "<=", "!=", "<"):
        prepared = prepare(f"a {operator} b", types)
        assert prepared.columnar(rows) == [prepared.scalar(row) for row in rows]
    chosen = prepare("ISNULL(b) ? a : b", types)
    assert chosen.columnar(rows) == [chosen.scalar(row) for row in rows]


def test_programs_grow_with_their_expressions_only() -> None:
    text = "i"
    for _ in range(60):
        text = f"LEN(LEFT(s,{text}) + RIGHT(s,1))"
    compiled = compile_columns(text, COLUMNS, SCOPE)
    assert len(compiled.program.steps) < 400
    assert compiled.evaluate(FRAME).values.to_list() == [2, 62, None]
    deep = "i" + " + 1" * 1500
    assert compile_columns(deep, COLUMNS, SCOPE).evaluate(FRAME).values.to_list() == [1500, 1502, None]
    nested = "i"
    for level in range(300):
        nested = f"(i == {level} ? {level} : {nested})"
    assert compile_columns(nested, COLUMNS, SCOPE).evaluate(FRAME).values.to_list() == [0, 2, None]


def test_empty_frames() -> None:
    for text in ("i + 1", 'UPPER(s) + "é"', 's < "b"', "(DT_I4)s", 'TOKEN(s," ",1)', "REVERSE(s)", "i / 2", "1.5 * i"):
        made = compile_columns(text, COLUMNS, SCOPE).evaluate(FRAME.clear())
        assert len(made.values) == 0
        assert made.errors is None


@pytest.mark.parametrize(
    "text", ['UPPER(TRIM(a))', 'ISNULL(a) ? "none" : LOWER(RTRIM(a))', 'REPLACENULL(SUBSTRING(TRIM(a),1,2),"?")', "LEN(a) + FINDSTRING(a, TRIM(a), 1)"]
)  # fmt: skip
def test_several_calls_on_a_column_that_repeats(text: str) -> None:
    values = [" Müller", "straße ", None, "", "x", "😀y "] * 1000
    compiled = compile_columns(text, [ColumnBinding("a", TypeSpec(DT.WSTR, length=20), ("a",))], SCOPE)
    found = compiled.evaluate(pl.DataFrame({"a": values}))
    once = compiled.evaluate(pl.DataFrame({"a": values[:6]}))
    assert found.values.to_list() == once.values.to_list() * 1000
    assert found.errors is None


def test_errors_of_a_column_that_repeats() -> None:
    values = ["abc ", "b", "", None] * 1000
    bindings = [ColumnBinding("a", TypeSpec(DT.WSTR, length=20), ("a",))]
    compiled = compile_columns("LEFT(TRIM(a), LEN(a) - 2)", bindings, SCOPE)
    found = compiled.evaluate(pl.DataFrame({"a": values}))
    once = compiled.evaluate(pl.DataFrame({"a": values[:4]}))
    assert once.errors is not None
    assert found.errors is not None
    assert found.errors.to_list() == once.errors.to_list() * 1000
    assert found.values.to_list() == once.values.to_list() * 1000
