"""The scalar back-end on its own: laziness, the clock, the old length limit, no heavy imports."""

import subprocess
import sys
from datetime import datetime

import pytest

from dtserve.datatypes import DT, TypeSpec
from dtserve.expressions import ExpressionFault, MappingScope, Moment, TypedValue, evaluate
from dtserve.expressions.scalar import LEGACY_LIMIT, compare
from dtserve.expressions.value_errors import DivideByZero, LegacyLength

SCOPE = MappingScope(
    {
        "User::zero": TypedValue(TypeSpec(DT.I4), 0),
        "User::none": TypedValue(TypeSpec(DT.BOOL), None),
        "User::long": TypedValue(TypeSpec(DT.WSTR, length=3000), "x" * 3000),
    }
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("@zero == 0 ? 0 : 10 / @zero", 0),
        ("@zero != 0 && 10 / @zero > 1", False),
        ("@zero == 0 || 10 / @zero > 1", True),
        ("@none ? 10 / @zero : 10 / @zero", None),
        ("@none && False", False),
        ("@none || True", True),
        ("@none && True", None),
        ("!@none", None),
        ("~170", -171),
        ("~0U", 2**32 - 1),
    ],
)
def test_values_and_laziness(text: str, value: object) -> None:
    assert evaluate(text, SCOPE).value == value


@pytest.mark.parametrize("text", ["@none && 10 / @zero > 1", "@none || 10 / @zero > 1", "10 / @zero > 1 && False"])
def test_what_is_evaluated_and_fails(text: str) -> None:
    with pytest.raises(DivideByZero) as caught:
        evaluate(text, SCOPE)
    assert text[caught.value.start : caught.value.end] == "10 / @zero"


def test_one_reading_of_the_clock() -> None:
    moment = Moment(datetime(2018, 3, 30, 21, 47, 36, 289000), datetime(2018, 3, 30, 20, 47, 36, 289000))
    assert evaluate("(DT_WSTR,30)GETDATE()", moment=moment).value == "2018-03-30 21:47:36.289000000"
    assert evaluate('DATEDIFF("hh",GETUTCDATE(),GETDATE())', moment=moment).value == 1
    assert evaluate("GETDATE() == GETDATE()").value is True
    now = Moment.now()
    assert now.local.microsecond % 1000 == 0
    assert abs((datetime.now() - now.local).total_seconds()) < 5


def test_text_of_more_than_4000_characters() -> None:
    assert len(evaluate("@long + @long", SCOPE).value) == 6000
    for text in ("@long + @long", "LEN(REPLICATE(@long,2))"):
        with pytest.raises(LegacyLength, match=str(LEGACY_LIMIT)):
            evaluate(text, SCOPE, legacy_limit=True)
    assert evaluate("LEN(@long)", SCOPE, legacy_limit=True).value == 3000


def test_compare() -> None:
    text, number = TypeSpec(DT.WSTR), TypeSpec(DT.I4)
    assert compare("==", "a", "a ", text) is False
    assert [compare(op, "a", "B", text) for op in ("<", ">", "<=", ">=")] == [True, False, True, False]
    assert [compare(op, 2, 2, number) for op in ("<", ">", "<=", ">=", "!=")] == [False, False, True, True, False]


def test_no_heavy_imports() -> None:
    code = (
        "import sys\n"
        "from dtserve.expressions import evaluate, evaluate_boolean\n"
        "assert evaluate('UPPER(\"a\") + (DT_WSTR,30)GETDATE() + (DT_WSTR,9)(1.5 * 2)').value\n"
        'assert evaluate_boolean(\'1 < 2 && "a" < "b"\')\n'
        "heavy = {'polars', 'pyarrow', 'numpy', 'duckdb', 'lxml', 'pandas'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONPATH": "src"}, capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_faults_are_expression_faults() -> None:
    with pytest.raises(ExpressionFault) as caught:
        evaluate("1 / (1 - 1)")
    assert caught.value.hresult == "0xC004707B"
