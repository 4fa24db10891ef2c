"""Reference rows: metadata, full cache, single keys with the partial cache."""

from __future__ import annotations

import polars as pl
import pytest

from dtserve.dataflow.lookup_errors import ReferenceColumnMissing
from dtserve.dataflow.reference import DatabaseRows, FullCache, read_reference, reference_columns
from support.flow_cases import connect
from support.flows import I4, RecordingHost, numeric, wstr


@pytest.fixture
def session(tmp_path):
    script = ["create table R (k int, t nvarchar(20))", "insert into R values (1, 'one'), (2, 'two'), (2, 'again')"]
    opened = connect(RecordingHost(tmp_path), {"database": script}, {}, tmp_path).session()
    yield opened
    opened.close()


def test_metadata():
    xml = (
        '<referenceMetadata><referenceColumns><referenceColumn name="a" dataType="DT_NUMERIC" length="0" precision="9" '
        'scale="2" codePage="0"/><referenceColumn name="b" dataType="DT_NOSUCH"/></referenceColumns></referenceMetadata>'
    )
    assert reference_columns(xml) == {"a": numeric(9, 2)}
    assert reference_columns("") == reference_columns("<broken") == reference_columns("<!DOCTYPE x><x/>") == {}


def test_rows_are_read_by_name_and_converted(session):
    rows = read_reference(session, "select t, k from R", {"K": numeric(5, 1), "t": wstr(20)}, locale_id=1033)
    assert rows["t"].to_list() == ["one", "two", "again"]
    assert str(rows["K"].dtype) == "Decimal(precision=5, scale=1)"
    with pytest.raises(ReferenceColumnMissing):
        read_reference(session, "select k from R", {"t": wstr(5)}, locale_id=1033)


def test_full_cache():
    rows = pl.DataFrame({"k": [1, 2, 2, None], "t": ["one", "two", "again", "none"]})
    cache = FullCache(rows, ["k"])
    assert cache.duplicates == 1
    matched, found = cache.find(pl.DataFrame({"k": [2, 9, None]}))
    assert matched.to_list() == [True, False, True]
    assert found["t"].to_list() == ["two", None, "none"]


def by_key(session, **settings):
    statement = "select k, t from R where k = ?"
    return DatabaseRows(session, statement, [I4], {"t": wstr(20)}, locale_id=1033, **settings)


def probe(*keys):
    return pl.DataFrame({"0": pl.Series(keys, dtype=pl.Int32)})


def test_no_cache_asks_for_each_row_but_a_repeated_one(session):
    rows = by_key(session)
    matched, found = rows.find(probe(2, 2, 9, 2, None))
    assert (matched.to_list(), found["t"].to_list()) == (
        [True, True, False, True, False],
        ["two", "two", None, "two", None],
    )
    assert rows.queries == 4


def test_partial_cache_remembers_matches_and_a_share_of_misses(session):
    rows = by_key(session, memory=2**20)
    rows.find(probe(1, 2, 1, 2, 9, 9))
    assert rows.queries == 4
    remembering = by_key(session, memory=2**20, missing_share=50)
    remembering.find(probe(9, 1, 9, 1))
    assert remembering.queries == 2


def test_a_small_cache_forgets_the_least_used(session):
    rows = by_key(session, memory=250)
    rows.find(probe(1, 2, 1, 2))
    assert rows.queries == 4
