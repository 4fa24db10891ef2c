"""Mathematical functions over columns of every numeric type, against the scalar side."""

import random
from decimal import Decimal
from typing import Any

import pytest

from dtserve.expressions.switches import using
from support.expression_backends import prepare, same, spec_of

GENERATOR = random.Random(9)
SPECS = ("DT_I1", "DT_UI8", "DT_R4", "DT_R8", "DT_CY", "DT_DECIMAL,3", "DT_NUMERIC,9,4", "DT_NUMERIC,38,2")


def sample(spec_text: str) -> Any:
    spec = spec_of(spec_text)
    if GENERATOR.random() < 0.1:
        return None
    if spec.family == "int":
        return GENERATOR.choice([spec.info.low, spec.info.high, 0, 1, GENERATOR.randint(spec.info.low, spec.info.high)])
    if spec.family == "float":
        return GENERATOR.choice([0.0, 0.5, -0.5, 2.5, 1000.0, -0.125, float(GENERATOR.randint(-999, 999)) / 8])
    scale = 4 if spec.dt.name == "CY" else spec.scale
    raw = GENERATOR.randint(-(10**8), 10**8)
    return Decimal((int(raw < 0), tuple(int(c) for c in str(abs(raw))), -scale))


@pytest.mark.parametrize("spec", SPECS)
@pytest.mark.parametrize(
    "text",
    ["ABS(x)", "CEILING(x)", "FLOOR(x)", "ROUND(x,0)", "ROUND(x,1)", "ROUND(x,2)", "ROUND(x,20)", "ROUND(x,n)", "SIGN(x)",
     "SQUARE(x)", "SQRT(x)", "EXP(x)", "LN(x)", "LOG(x)", "POWER(x,2)", "POWER(x,n)", "POWER(2,n)", "POWER(x,0.5)"],
)  # fmt: skip
def test_columns_agree_with_values(text: str, spec: str) -> None:
    types = {"x": spec_of(spec), "n": spec_of("DT_I4")}
    rows = [{"x": sample(spec), "n": GENERATOR.choice([None, -1, 0, 1, 2, 5])} for _ in range(60)]
    for change in ({}, {"round_ties": "half_even", "undefined_logarithm": "error"}):
        with using(**change):
            prepared = prepare(text, types)
            for row, outcome in zip(rows, prepared.columnar(rows), strict=True):
                assert same(outcome, prepared.scalar(row)), row
