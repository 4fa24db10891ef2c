"""Convert, load, hand refused rows back: the pieces together over a real SQLite database."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from dtserve.connections.base import BulkOptions
from dtserve.connections.sql.sqlite import SqliteSession
from dtserve.dataflow.errors import InducedFailureOnError, chain
from dtserve.dataflow.table_destination import TRIGGERS_FIRE, TableDestination
from dtserve.package.model import Column, Component, ComponentConnection, ExternalColumn, Input, Output
from support.flow_cases import connect, load_cases, run_case
from support.flows import I4, MemorySink, RecordingHost, used


@pytest.fixture
def made(tmp_path):
    host = RecordingHost(tmp_path)
    connect(host, {"database": ["create table T (id int primary key)"]}, {}, tmp_path)

    def make(disposition, commit):
        errors = (Column("E.code", "E.code", "ErrorCode", I4, special_flags=1),)
        into = Input(
            "D.In",
            "In",
            (used("S.a", external_ref="x"),),
            (ExternalColumn("x", "id", I4),),
            error_disposition=disposition,
        )
        model = Component(
            "D",
            "D",
            "",
            connections=(ComponentConnection("C", "Package.ConnectionManagers[DB]"),),
            inputs=(into,),
            outputs=(Output("E", "E", errors, is_error_out=True, synchronous_input="D.In"),),
        )
        owner = MemorySink(model, host, {"D.In": {"S.a": I4}})
        return owner, TableDestination(owner, "T", BulkOptions(), connection="C", commit_rows=commit)

    return make


def rows(*ids):
    return pl.DataFrame({"S.a": pl.Series(ids, dtype=pl.Int32)})


@pytest.mark.parametrize(("commit", "stored", "away"), [(None, 2, [1]), (2, 1, [1, 1]), (0, 0, [1, 1, 2])])
def test_redirect(made, commit, stored, away):
    owner, work = made("RedirectRow", commit)
    emits = [*work.store(rows(1, 1, 2)), *work.finish()]
    assert [r for _, frame in emits for r in frame["S.a"].to_list()] == away
    assert owner.rows_written == stored
    work.close()


def test_row_mode_fails_with_the_text_of_the_database(made):
    owner, work = made("FailComponent", None)
    with pytest.raises(InducedFailureOnError) as caught:
        list(work.store(rows(1, 2, 1)))
    assert [e.code for e in chain(caught.value)] == [0xC0202009, 0xC0209029]
    assert owner.rows_written == 2
    work.close()


def test_a_buffer_without_rows(made):
    _owner, work = made("FailComponent", 5)
    assert list(work.store(rows())) == []
    assert list(work.finish()) == []
    work.close()


@pytest.mark.parametrize(
    ("options", "mode", "warned"),
    [("TABLOCK", "3", 1), ("FIRE_TRIGGERS", "3", 0), ("TABLOCK", "4", 1), ("TABLOCK", "0", 0)],
)
def test_triggers_that_fire_although_they_should_not_are_told_once(tmp_path, monkeypatch, options, mode, warned):
    monkeypatch.setattr(SqliteSession, "insert_triggers", lambda session, table: ("audit", "stock"))
    cases = load_cases(Path(__file__).parent / "cases")
    document, case = next(c[1:] for c in cases if "fast load; columns without input" in c[0])
    host = run_case(document, {**case, "with": {"options": options, "mode": mode}, "messages": {}}, tmp_path)
    told = [message for kind, code, _, message in host.events if code == TRIGGERS_FIRE]
    assert len(told) == warned
    assert all("(audit, stock)" in message for message in told)
