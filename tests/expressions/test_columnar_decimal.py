"""Exact decimals in 64 bits, 128 bits and beyond, against Python's integers."""

import random
from decimal import Decimal
from fractions import Fraction
from typing import Any

import polars as pl
import pytest

from dtserve.expressions.columnar_decimal import from_unscaled, unscaled
from dtserve.expressions.switches import using
from support.expression_backends import prepare, spec_of

SPECS = (
    "DT_NUMERIC,9,2",
    "DT_NUMERIC,18,4",
    "DT_NUMERIC,38,10",
    "DT_NUMERIC,38,0",
    "DT_CY",
    "DT_DECIMAL,5",
    "DT_I4",
    "DT_I8",
)


def sample(spec_text: str, generator: random.Random, width: int) -> Any:
    spec = spec_of(spec_text)
    if spec.family == "int":
        return generator.choice([0, 1, -1, spec.info.high, generator.randint(-(10**width), 10**width) % spec.info.high])
    limit = {"CY": 2**63 - 1, "DECIMAL": 2**96 - 1}.get(spec.dt.name, 10 ** (spec.precision or 1) - 1)
    scale = 4 if spec.dt.name == "CY" else spec.scale
    raw = generator.choice(
        [0, 1, -1, limit, -limit, generator.randint(-limit, limit), generator.randint(-(10**width), 10**width)]
    )
    raw = max(-limit, min(limit, raw))
    return Decimal((int(raw < 0), tuple(int(c) for c in str(abs(raw))), -scale))


@pytest.mark.parametrize("operator", ["+", "-", "*", "/"])
@pytest.mark.parametrize("width", [3, 12, 30])
def test_against_the_scalar_back_end(operator: str, width: int) -> None:
    generator = random.Random(width)
    for left in SPECS:
        for right in SPECS[:6]:
            types = {"a": spec_of(left), "b": spec_of(right)}
            prepared = prepare(f"a {operator} b", types)
            rows = [{"a": sample(left, generator, width), "b": sample(right, generator, width)} for _ in range(25)]
            rows += [{"a": None, "b": rows[0]["b"]}, {"a": rows[0]["a"], "b": None}]
            expected = [prepared.scalar(row) for row in rows]
            assert prepared.columnar(rows) == expected, (left, right)
            small = [{"a": Decimal(0) if isinstance(r["a"], Decimal) else 0, "b": r["b"]} for r in rows]
            assert prepared.columnar(small[:5]) == [prepared.scalar(row) for row in small[:5]]


def test_quotients_are_the_exact_ones_cut() -> None:
    types = {"a": spec_of("DT_NUMERIC,12,2"), "b": spec_of("DT_NUMERIC,8,3")}
    generator = random.Random(5)
    rows = [
        {"a": sample("DT_NUMERIC,12,2", generator, 9), "b": sample("DT_NUMERIC,8,3", generator, 5)} for _ in range(200)
    ]
    rows = [row for row in rows if row["b"]]
    prepared = prepare("a / b", types)
    scale = prepared.typed.type.scale
    for row, outcome in zip(rows, prepared.columnar(rows), strict=True):
        exact = Fraction(row["a"]) / Fraction(row["b"])
        cut = abs(exact.numerator) * 10**scale // exact.denominator
        assert abs(outcome.value.scaleb(scale)) == cut
        assert outcome.value == 0 or (outcome.value > 0) == (exact > 0)


def test_rounding_is_aware_of_signs() -> None:
    types = {"a": spec_of("DT_CY"), "b": spec_of("DT_CY")}
    rows = [
        {"a": Decimal(a), "b": Decimal(b)}
        for a, b in (("0.0001", "0.5"), ("-0.0001", "0.5"), ("2", "-3"), ("-2", "-3"))
    ]
    assert [str(o.value) for o in prepare("a * b", types).columnar(rows)] == ["0.0001", "-0.0001", "-6.0000", "6.0000"]
    assert [str(o.value) for o in prepare("a / b", types).columnar(rows)][2:] == ["-0.6666", "0.6666"]
    with using(quotient_digits="half_away"):
        prepared = prepare("a / b", types)
        outcomes = prepared.columnar(rows)
        assert [str(o.value) for o in outcomes][2:] == ["-0.6667", "0.6667"]
        assert outcomes == [prepared.scalar(row) for row in rows]


def test_constants_and_zero_divisors() -> None:
    types = {"a": spec_of("DT_NUMERIC,18,2")}
    rows: list[dict[str, Any]] = [{"a": Decimal("5.25")}, {"a": Decimal("0.00")}, {"a": None}]
    for text in (
        "a * -1",
        "1 - a",
        "a * 0.19",
        "1 / a",
        "100.5 / a",
        "a / 3",
        "a + NULL(DT_NUMERIC,9,2)",
        "-a",
        "-a * a / 7.5",
    ):
        prepared = prepare(text, types)
        assert prepared.columnar(rows) == [prepared.scalar(row) for row in rows], text


def test_unscaled_and_back() -> None:
    column = pl.Series([Decimal("1.25"), None, Decimal("-0.01")], dtype=pl.Decimal(18, 2))
    assert unscaled(column, 2).to_list() == [125, None, -1]
    assert unscaled(Decimal("99999999999999999999999999999999.999999"), 6) == 10**38 - 1
    back = from_unscaled(pl.Series([125, None, -1]), spec_of("DT_NUMERIC,18,2"))
    assert back.to_list() == column.to_list()
    assert back.dtype == pl.Decimal(18, 2)
