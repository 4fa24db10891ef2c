"""A large file is read while the components behind its source get ready: what may be seen of it, and what is left of it."""

from __future__ import annotations

import os
import sys
import threading
import time

import pytest

from dtserve.dataflow import engine
from dtserve.dataflow.components.flat_file_source import FlatFileSource
from dtserve.dataflow.errors import ComponentFailed, DataFlowFailed
from dtserve.dataflow.flat_file import prefetch, reader
from dtserve.dataflow.flat_file.errors import CannotOpenDataFile
from dtserve.errors import Canceled, DtserveError
from support.flat_files import I4, FileConnection, FilesConnection, delimited, source_model
from support.flows import MemorySink, RecordingHost, flow, sink

COLUMNS = {"id": I4}
ROWS = 3_000


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    monkeypatch.setattr(reader, "BLOCK_BYTES", 512)
    monkeypatch.setattr(prefetch, "worthwhile", lambda: True)
    usual = sys.getswitchinterval()
    yield
    assert not early()
    assert sys.getswitchinterval() == usual


def early():
    return [thread.name for thread in threading.enumerate() if thread.name.endswith("-ahead")]


def rows_text(count=ROWS):
    return b"".join(b"%d\r\n" % number for number in range(count))


def started(tmp_path, text, *, connection=None, **settings):
    path = tmp_path / "in.csv"
    if text is not None:
        path.write_bytes(text)
    host = RecordingHost(tmp_path, **settings)
    host.connections["file"] = connection or FileConnection(path, delimited(COLUMNS))
    component = FlatFileSource(source_model(COLUMNS), host, {})
    component.validate()
    component.start()
    return component, host, path


def numbers_of(component):
    try:
        return [number for _, frame in component.produce() for number in frame.to_series().to_list()]
    finally:
        component.close()


def test_it_begins_before_rows_are_asked_for_and_says_nothing(tmp_path):
    component, host, path = started(tmp_path, rows_text())
    assert early() == ["Flat File Source-ahead"]
    assert host.events == []
    assert numbers_of(component) == list(range(ROWS))
    told = [message for _, _, _, message in host.events]
    assert told == [
        f'The processing of file "{path}" has started.',
        f'The total number of data rows processed for file "{path}" is {ROWS}.',
        f'The processing of file "{path}" has ended.',
    ]


def test_warnings_wait_until_rows_are_asked_for(tmp_path):
    component, host, path = started(tmp_path, rows_text(200) + b"7", connection=None)
    time.sleep(0.05)
    assert host.events == []
    assert numbers_of(component) == [*range(200), 7]
    path.write_bytes(b"x" * 2_000)
    headed = FileConnection(path, delimited(COLUMNS, header_rows_to_skip=1, header_row_delimiter="\r\n"))
    component, host, _ = started(tmp_path, None, connection=headed)
    time.sleep(0.05)
    assert host.events == []
    assert numbers_of(component) == []
    assert [kind for kind, *_ in host.events] == ["OnInformation", "OnWarning", "OnInformation", "OnInformation"]


def test_a_warning_that_nobody_asks_for_is_not_posted(tmp_path):
    path = tmp_path / "in.csv"
    path.write_bytes(b"x" * 2_000)
    headed = FileConnection(path, delimited(COLUMNS, header_rows_to_skip=1, header_row_delimiter="\r\n"))
    component, host, _ = started(tmp_path, None, connection=headed)
    component.close()
    assert host.events == []


def test_nothing_is_begun_where_it_would_not_pay(tmp_path):
    text = rows_text()
    for connection, settings in (
        (None, {"memory_limit": 2**30}),
        (FilesConnection((tmp_path / "in.csv",), delimited(COLUMNS)), {}),
    ):
        component, _, _ = started(tmp_path, text, connection=connection, **settings)
        assert not early()
        assert numbers_of(component) == list(range(ROWS))
    component, _, _ = started(tmp_path, b"1\r\n")
    assert not early()
    assert numbers_of(component) == [1]


def test_an_empty_file(tmp_path):
    component, host, _ = started(tmp_path, b"")
    assert not early()
    assert numbers_of(component) == []
    assert len(host.events) == 3


def test_a_missing_file_fails_when_its_rows_are_asked_for(tmp_path):
    component, host, _ = started(tmp_path, None)
    assert not early()
    assert host.events == []
    with pytest.raises(CannotOpenDataFile):
        numbers_of(component)


def test_a_file_that_goes_away_in_between_fails_when_its_rows_are_asked_for(tmp_path):
    component, _, path = started(tmp_path, rows_text())
    path.unlink()
    with pytest.raises(CannotOpenDataFile):
        numbers_of(component)


@pytest.mark.parametrize("replaced", [False, True])
def test_a_file_that_is_written_anew_in_between_is_read_anew(tmp_path, replaced):
    component, _, path = started(tmp_path, rows_text())
    fresh = b"".join(b"%d\r\n" % number for number in range(ROWS, 0, -1))
    if replaced:
        (tmp_path / "new.csv").write_bytes(fresh)
        os.replace(tmp_path / "new.csv", path)
    else:
        path.write_bytes(fresh)
    assert numbers_of(component) == list(range(ROWS, 0, -1))


def test_the_first_row_in_error_is_named(tmp_path):
    component, host, _ = started(tmp_path, rows_text() + b"x\r\n" + rows_text() + b"y\r\n")
    time.sleep(0.05)
    assert host.events == []
    with pytest.raises(DtserveError) as caught:
        numbers_of(component)
    assert caught.value.message.endswith(f"on data row {ROWS + 1}.")


# --- in a data flow -----------------------------------------------------------------------


def run(tmp_path, monkeypatch, get_ready):
    """A data flow whose sink does something of its own in PreExecute; its host, and what went wrong."""
    path = tmp_path / "in.csv"
    path.write_bytes(rows_text())
    host = RecordingHost(tmp_path)
    host.connections["file"] = FileConnection(path, delimited(COLUMNS))
    usual = MemorySink.start

    def start(self):
        usual(self)
        get_ready(host)

    monkeypatch.setattr(MemorySink, "start", start)
    source = source_model(COLUMNS)
    made = flow(source, sink("Dst", {"id": "S.id"}), paths=[("S.Outputs[O]", "Dst.In")])
    begun = time.monotonic()
    try:
        engine.run_data_flow(made, host)
    except (DataFlowFailed, Canceled) as error:
        return host, error, time.monotonic() - begun
    return host, None, time.monotonic() - begun


def test_no_row_and_no_message_before_all_components_are_ready(tmp_path, monkeypatch):
    seen = []

    def get_ready(host):
        time.sleep(0.1)
        seen.append((early(), list(host.rows), [message for *_, message in host.events]))

    host, error, _ = run(tmp_path, monkeypatch, get_ready)
    assert error is None
    assert host.table("Dst")["id"].to_list() == list(range(ROWS))
    (threads, rows, told), *_ = seen
    assert threads == ["Flat File Source-ahead"]
    assert rows == []
    assert told == ["Prepare for Execute phase is beginning.", "Pre-Execute phase is beginning."]
    texts = [message for *_, message in host.events]
    assert texts.index("Execute phase is beginning.") < texts.index(
        f'The processing of file "{tmp_path}/in.csv" has started.'
    )


def test_a_failure_in_pre_execute_ends_the_reading(tmp_path, monkeypatch):
    def get_ready(host):
        raise ComponentFailed(component="Dst", detail="not ready")

    host, error, spent = run(tmp_path, monkeypatch, get_ready)
    assert isinstance(error, DataFlowFailed)
    assert not early()
    assert spent < 1
    assert not any("has started" in message for *_, message in host.events)
    assert host.rows == {}


def test_a_stop_in_pre_execute_ends_the_reading(tmp_path, monkeypatch):
    def get_ready(host):
        host.cancel.set()
        raise Canceled

    host, error, spent = run(tmp_path, monkeypatch, get_ready)
    assert isinstance(error, DataFlowFailed | Canceled)
    assert not early()
    assert spent < 1
    assert host.rows == {}


def test_a_stop_after_pre_execute_ends_the_reading(tmp_path, monkeypatch):
    host, error, spent = run(tmp_path, monkeypatch, lambda host: host.cancel.set())
    assert isinstance(error, Canceled)
    assert not early()
    assert spent < 1.5
    assert host.codes("OnError") == []
