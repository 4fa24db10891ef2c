import re

import pytest

from dtserve.connections.sql.mysql_rules import MySqlRules
from dtserve.connections.sql.postgres_rules import PostgresRules
from dtserve.connections.sql.sqlite import SqliteSession
from dtserve.connections.sql.sqlite_rules import SqliteRules
from dtserve.connections.sql.target import parse_url
from dtserve.connections.sql.tsql_functions import DATE_PARTS, FUNCTIONS, NO_PAREN
from dtserve.connections.sql.tsql_types import I4


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_every_form_exists(name):
    found = FUNCTIONS[name]
    for rules in (PostgresRules, MySqlRules, SqliteRules):
        form = getattr(found, rules.family)
        if form and form.isidentifier() and form.islower() and form not in ("udf",):
            assert hasattr(rules, f"f_{form}"), (name, rules.family)
    assert found.high == -1 or found.low <= found.high
    assert found.rule([I4] * max(found.low, 1)) is None or found.rule([I4] * max(found.low, 1)).dt


def test_sqlite_has_every_function_that_a_form_calls():
    session = SqliteSession(parse_url("sqlite://"))
    known = {row[0].lower() for row in session.connection.execute("SELECT name FROM pragma_function_list")}
    for name, found in FUNCTIONS.items():
        for called in re.findall(r"\b(tsql_\w+)\(", SqliteRules().form(found, name)):
            assert called in known, name
    session.close()


def test_spellings():
    assert {DATE_PARTS[word] for word in ("yy", "yyyy", "year")} == {"year"}
    assert (DATE_PARTS["mi"], DATE_PARTS["n"], DATE_PARTS["dw"]) == ("minute", "minute", "weekday")
    assert set(FUNCTIONS) >= NO_PAREN
