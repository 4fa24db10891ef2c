"""Buffers in lanes: order, errors, and that rows and counts are those of one buffer after the other."""

import threading

import polars as pl
import pytest

from dtserve.dataflow import engine, lanes
from dtserve.dataflow.base import RowTransform
from dtserve.dataflow.errors import DataFlowFailed
from dtserve.dataflow.lanes import Lanes
from dtserve.dataflow.registry import component
from support.flows import I4, RecordingHost, flow, numbers, sink, source, transform

BUFFERS = 12
PATHS = [("Src.Out", "T.In"), ("T.Out", "To.In")]


@component("TestAbreast")
class Abreast(RowTransform):
    """Waits until two buffers are in it, and gives odd ones up late."""

    concurrent = True
    together = threading.Barrier(2, timeout=20)

    def process(self, input_ref, frame):
        self.together.wait()
        if frame[0, 0] // 10 % 2:
            threading.Event().wait(0.01)
        return [(self.output().ref_id, frame)]


@component("TestFails")
class Fails(RowTransform):
    """Cannot take any buffer from the fourth on; the fifth fails sooner."""

    concurrent = True

    def process(self, input_ref, frame):
        at = frame[0, 0] // 100
        if at == 3:
            threading.Event().wait(0.05)
        if at >= 3:
            raise ValueError(f"buffer {at}")
        return [(self.output().ref_id, frame)]


def lane(threads=2, *, spare=False):
    return Lanes("Work", threads, spare=spare)


@pytest.fixture(autouse=True)
def two_cores(monkeypatch):
    monkeypatch.setattr(lanes, "cores", lambda: 2)
    monkeypatch.setattr(lanes, "LEAST_ROWS", 1)


def test_buffers_land_in_their_order():
    made = lane()
    first = threading.Event()
    told = threading.Event()
    made.start(lambda: first.wait(20) and ["a"], told.set)
    assert not made.ready
    made.start(lambda: first.set() or ["b"], lambda: None)
    assert made.full
    assert len(made) == 2
    assert told.wait(20)
    assert made.ready
    assert [made.land(), made.land()] == [["a"], ["b"]]
    made.close()


def test_one_engine_thread_has_no_lanes_and_few_rows_do_not_begin_one():
    assert not lane(threads=1).worth(10**6)
    made = lane(threads=2)
    assert made.worth(1)
    assert not made.worth(0)
    made.start(list, lambda: None)
    assert made.worth(0)
    made.close()


def test_an_error_is_raised_where_its_buffer_lands():
    def bad():
        raise OSError("gone")

    made = lane()
    made.start(list, lambda: None)
    made.start(bad, lambda: None)
    assert made.land() == []
    with pytest.raises(OSError, match="gone"):
        made.land()
    made.close()


def test_a_spare_buffer_may_wait():
    made = lane(spare=True)
    for _ in range(2):
        made.start(list, lambda: None)
    assert not made.full
    made.close()
    assert not made


def test_two_buffers_are_in_a_component_at_once_and_rows_keep_their_order(tmp_path):
    host = RecordingHost(tmp_path)
    host.frames["Src"] = numbers(BUFFERS * 10, batch=10)
    made = flow(
        source("Src", {"n": I4}),
        transform("TestAbreast", "T", "Out"),
        sink("To", {"n": "Src.n"}),
        paths=PATHS,
    )
    engine.run_data_flow(made, host)
    rows = pl.concat(host.sinks["To"])
    assert rows.to_series().to_list() == list(range(BUFFERS * 10))
    assert not [thread for thread in threading.enumerate() if "-lane" in thread.name]


def test_the_first_buffer_that_fails_is_the_one_that_is_reported(tmp_path):
    host = RecordingHost(tmp_path)
    host.frames["Src"] = numbers(800, batch=100)
    made = flow(
        source("Src", {"n": I4}), transform("TestFails", "T", "Out"), sink("To", {"n": "Src.n"}), paths=PATHS
    )  # fmt: skip
    with pytest.raises(DataFlowFailed):
        engine.run_data_flow(made, host)
    errors = [event for event in host.events if event[0] == "OnError"]
    assert "buffer 3" in errors[0][3]
    assert not any("buffer 4" in event[3] for event in errors)
