"""Batches and rows of a load, over a real SQLite database."""

from __future__ import annotations

from contextlib import ExitStack

import polars as pl
import pytest

from dtserve.connections.base import BulkOptions, ResultColumn
from dtserve.connections.errors import SqlError
from dtserve.connections.sql import open_session, parse_url
from dtserve.dataflow.bulk import BatchLoader, RowLoader, in_transaction
from support.database_servers import SERVERS, empty_database
from support.flow_cases import connect
from support.flows import I4, RecordingHost

COLUMNS = [ResultColumn("id", I4)]


@pytest.fixture
def database(tmp_path):
    return connect(RecordingHost(tmp_path), {"database": ["create table T (id int primary key)"]}, {}, tmp_path)


def rows(*ids):
    return pl.DataFrame({"0": pl.Series(ids, dtype=pl.Int32)})


def stored(database):
    session = database.session()
    found = [row[0] for row in session.query("select id from T order by id").rows()]
    session.close()
    return found


def batches(session, tmp_path, commit, *, tolerant=True):
    return BatchLoader(session, "T", COLUMNS, BulkOptions(), commit_rows=commit, tolerant=tolerant, folder=tmp_path)


def test_a_clean_buffer_is_one_load_whatever_the_batch(database, tmp_path):
    session = database.session()
    loader = batches(session, tmp_path, 2)
    assert loader.add(rows(1, 2, 3, 4, 5), rows(1, 2, 3, 4, 5)) == []
    assert loader.finish() == []
    assert (stored(database), loader.rows) == ([1, 2, 3, 4, 5], 5)
    session.close()


def test_refused_batches_come_back_and_others_stay(database, tmp_path):
    session = database.session()
    loader = batches(session, tmp_path, 2)
    refused = loader.add(rows(1, 2, 1, 3, 4), rows(1, 2, 1, 3, 4))
    assert [frame["0"].to_list() for frame in refused] == [[1, 3]]
    assert (stored(database), loader.rows) == ([1, 2, 4], 3)
    session.close()


def test_an_intolerant_load_raises_and_keeps_what_was_committed(database, tmp_path):
    session = database.session()
    loader = batches(session, tmp_path, 2, tolerant=False)
    with pytest.raises(SqlError):
        loader.add(rows(1, 2, 1, 3), rows(1, 2, 1, 3))
    loader.close()
    assert stored(database) == [1, 2]
    session.close()


def test_one_commit_waits_for_the_end(database, tmp_path):
    session = database.session()
    loader = batches(session, tmp_path, 0)
    loader.add(rows(1, 2), rows(1, 2))
    assert stored(database) == []
    loader.add(rows(3), rows(3))
    assert loader.finish() == []
    assert (stored(database), loader.rows) == ([1, 2, 3], 3)
    assert list(tmp_path.glob("spill*")) == []
    session.close()


def test_one_commit_that_fails_gives_everything_back(database, tmp_path):
    session = database.session()
    loader = batches(session, tmp_path, 0)
    loader.add(rows(1, 2), rows(1, 2))
    loader.add(rows(1), rows(1))
    assert [frame["0"].to_list() for frame in loader.finish()] == [[1, 2], [1]]
    assert (stored(database), loader.rows) == ([], 0)
    session.close()


def test_closing_undoes_what_was_not_committed(database, tmp_path):
    session = database.session()
    loader = batches(session, tmp_path, 0)
    loader.add(rows(1), rows(1))
    loader.close()
    assert stored(database) == []
    session.close()


@pytest.mark.parametrize(("commit", "tolerant"), [(0, True), (0, False), (1, False)])
def test_inside_a_transaction_of_the_package_nothing_is_committed_here(database, tmp_path, commit, tolerant):
    session = database.session()
    session.begin()
    assert in_transaction(session)
    loader = batches(session, tmp_path, commit, tolerant=tolerant)
    loader.add(rows(1, 2), rows(1, 2))
    loader.finish()
    with pytest.raises(SqlError):
        loader.add(rows(1), rows(1))
    session.rollback()
    session.close()
    assert stored(database) == []


@pytest.mark.parametrize("server", ["sqlite", *SERVERS])
def test_inside_a_transaction_refused_batches_come_back(tmp_path, server):
    with ExitStack() as stack:
        url = "sqlite://" if server == "sqlite" else stack.enter_context(empty_database(server, tmp_path))
        session = stack.enter_context(open_session(parse_url(url)))
        session.execute("create table T (id int primary key)")
        session.begin()
        loader = batches(session, tmp_path, 2)
        refused = loader.add(rows(1, 2, 1, 3, 4), rows(1, 2, 1, 3, 4))
        assert [frame["0"].to_list() for frame in refused] == [[1, 3]]
        assert loader.finish() == []
        loader.close()
        session.commit()
        assert sorted(row[0] for row in session.query("select id from T").rows()) == [1, 2, 4]
        assert loader.rows == 3


def test_row_by_row(database, tmp_path):
    session = database.session()
    tolerant = RowLoader(session, "T", COLUMNS, BulkOptions(), tolerant=True)
    refused = tolerant.add(rows(1, 1, 2))
    assert [row for row, _ in refused] == [1]
    assert "UNIQUE" in refused[0][1].upper() or "PRIMARY" in refused[0][1].upper()
    strict = RowLoader(session, "T", COLUMNS, BulkOptions(), tolerant=False)
    assert [row for row, _ in strict.add(rows(3, 2, 4))] == [1]
    assert strict.rows == 1
    assert stored(database) == [1, 2, 3]
    session.close()


def test_rows_in_transactions(database, tmp_path):
    session = database.session()
    strict = RowLoader(session, "T", COLUMNS, BulkOptions(), tolerant=False, transaction_rows=2)
    assert strict.add(rows(1, 2, 3)) == []
    assert [row for row, _ in strict.add(rows(4, 5, 6, 5, 7))] == [3]
    assert (strict.rows, stored(database)) == (5, [1, 2, 3, 4, 5])  # 6 went with the row that failed
    strict.close()
    tolerant = RowLoader(session, "T", COLUMNS, BulkOptions(), tolerant=True, transaction_rows=2)
    assert [row for row, _ in tolerant.add(rows(1, 8, 8, 9))] == [0, 2]
    tolerant.finish()
    assert (tolerant.rows, stored(database)) == (2, [1, 2, 3, 4, 5, 8, 9])
    session.close()


def test_transactions_go_on_over_buffers_where_writers_do_not_wait(tmp_path):
    session = OpenSession()
    loader = RowLoader(session, "T", COLUMNS, BulkOptions(), tolerant=False, transaction_rows=3)
    for values in ((1, 2), (3, 4), (5,), ()):
        loader.add(rows(*values))
    assert session.said == ["begin", 2, 1, "commit", "begin", 1, 1]
    loader.close()
    loader.finish()
    assert session.said[-1] == "rollback"
    again = RowLoader(OpenSession(), "T", COLUMNS, BulkOptions(), tolerant=False, transaction_rows=3)
    again.add(rows(1))
    again.finish()
    assert again._session.said == ["begin", 1, "commit"]


class OpenSession:
    """Notes what a loader says to its session."""

    dialect = "postgres"
    transaction_depth = 0

    def __init__(self):
        self.said = []

    def begin(self):
        self.said.append("begin")

    def commit(self):
        self.said.append("commit")

    def rollback(self):
        self.said.append("rollback")

    def insert_rows(self, table, columns, frame, options):
        self.said.append(frame.height)
        return []
