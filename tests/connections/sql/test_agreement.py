"""The same T-SQL gives the same values in every database that answers it."""

import datetime as dt
import math
from decimal import Decimal

import pytest

from dtserve.connections.sql import open_session, parse_url
from dtserve.errors import DtserveError
from support.tsql_expressions import SETUP, Expressions

COUNT = 150
FEWEST_ANSWERS = 110
RELATIVE = 1e-5
"""SQL Server rounds decimals of divisions at some digit; the databases do at others."""


@pytest.fixture
def sessions(postgres_server, mysql_server):
    opened = [open_session(parse_url(url)) for url in ("sqlite://", postgres_server.empty(), mysql_server.empty())]
    for session in opened:
        for text in SETUP:
            session.execute(text)
    yield opened
    for session in opened:
        session.close()


def plain(value):
    if isinstance(value, bool | int | float | Decimal):
        return float(value)
    if isinstance(value, dt.datetime):
        return value.isoformat(" ")
    return f"{value.isoformat()} 00:00:00" if isinstance(value, dt.date) else value


def same(one, other):
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=RELATIVE, abs_tol=RELATIVE)
    return one == other


@pytest.mark.parametrize("seed", [11, 12])
def test_values_agree(sessions, seed):
    made = Expressions(seed)
    answered = 0
    for _ in range(COUNT):
        sql = f"SELECT {made.any()} AS x FROM T ORDER BY a"
        answers = []
        for session in sessions:
            try:
                answers.append([plain(row[0]) for row in session.execute(sql)[0].rows()])
            except DtserveError:  # division by zero, overflow: an error is an answer of its own
                continue
        for other in answers[1:]:
            assert all(same(a, b) for a, b in zip(answers[0], other, strict=True)), (sql, answers)
        answered += len(answers) == len(sessions)
    assert answered > FEWEST_ANSWERS
