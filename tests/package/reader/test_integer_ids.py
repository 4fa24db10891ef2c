"""The integer ids of formats 2 and 3."""

from __future__ import annotations

import pytest

from dtserve.package.reader.integer_ids import IntegerIds


@pytest.fixture
def ids():
    made = IntegerIds()
    made.refs.update({"54": "a", "55": "b"})
    made.column("54", "54", "A", "a")
    made.column("55", "99", "B", "b")
    return made


@pytest.mark.parametrize(
    ("stored", "meant"),
    [
        ("54", "#{a}"),
        ("99", "#{b}"),
        ("#54 + #99 + #7", "#{a} + #{b} + #7"),
        ("0", "0"),
        ("text", "text"),
        ("#54;#55;", "#{a};#{b};"),
    ],
)
def test_references(ids, stored, meant):
    assert ids.renumber(stored) == meant


def test_a_number_is_a_lineage_id_before_it_is_an_id(ids):
    ids.column("60", "55", "C", "c")
    assert ids.renumber("#55") == "#{c}"
    assert ids.names == {"54": "A", "55": "C", "99": "B", "60": "C"}
