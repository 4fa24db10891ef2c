"""Date functions over columns of ordinary and extreme dates, against the scalar side."""

import random
from datetime import datetime, timedelta

import pytest

from dtserve.expressions.dates import PARTS
from dtserve.expressions.switches import using
from support.expression_backends import prepare, spec_of

GENERATOR = random.Random(3)
TYPES = {"a": spec_of("DT_DBTIMESTAMP"), "b": spec_of("DT_DBTIMESTAMP"), "n": spec_of("DT_I4")}
EXTREMES = [
    datetime(1, 1, 1),
    datetime(9999, 12, 31, 23, 59, 59),
    datetime(1969, 12, 31, 23, 59, 59, 999000),
    datetime(2024, 2, 29),
    None,
]


def moment() -> datetime | None:
    if GENERATOR.random() < 0.2:
        return GENERATOR.choice(EXTREMES)
    return datetime(1700, 1, 1) + timedelta(milliseconds=GENERATOR.randrange(20_000_000_000_000))


ROWS = [
    {"a": moment(), "b": moment(), "n": GENERATOR.choice([None, 0, 1, -1, 13, -400, 10**6, -(2**31), 2**31 - 1])}
    for _ in range(300)
]


@pytest.mark.parametrize("part", sorted(PARTS))
def test_every_part(part: str) -> None:
    for text in (
        f'DATEPART("{part}",a)',
        f'DATEADD("{part}",n,a)',
        f'DATEADD("{part}",-14,a)',
        f'DATEADD("{part}",2147483647,a)',
        f'DATEADD("{part}",n,GETDATE())',
        f'DATEDIFF("{part}",a,b)',
        f'DATEDIFF("{part}",GETDATE(),b)',
    ):
        prepared = prepare(text, TYPES)
        assert prepared.columnar(ROWS) == [prepared.scalar(row) for row in ROWS], text


def test_other_types_and_the_first_day_of_the_week() -> None:
    with using(first_weekday=2):
        for text in ('DATEPART("dw",a)', 'DATEPART("wk",a)', 'DATEDIFF("wk",a,b)'):
            prepared = prepare(text, TYPES)
            assert prepared.columnar(ROWS) == [prepared.scalar(row) for row in ROWS]
    inside = [row for row in ROWS if row["a"] is None or (isinstance(row["a"], datetime) and row["a"].year < 9000)]
    for name in ("YEAR", "MONTH", "DAY"):
        prepared = prepare(f"{name}((DT_DBDATE)a)", TYPES)
        assert prepared.columnar(inside) == [prepared.scalar(row) for row in inside]


def test_constant_steps_stay_fast_and_right_at_the_edge() -> None:
    last = [{"a": datetime(9999, 11, 30), "b": None, "n": None}, {"a": datetime(2020, 1, 31), "b": None, "n": None}]
    for text in ('DATEADD("mm",1,a)', 'DATEADD("mm",2,a)', 'DATEADD("dd",31,a)', 'DATEADD("dd",32,a)'):
        prepared = prepare(text, TYPES)
        assert prepared.columnar(last) == [prepared.scalar(row) for row in last]
