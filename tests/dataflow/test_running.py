"""What all threads of a run share."""

from __future__ import annotations

import threading
import time

import pytest

from dtserve.dataflow.errors import ComponentFailed
from dtserve.dataflow.running import PIPELINE, Running, Stopped, Turns, coded, post
from dtserve.errors import InternalError
from dtserve.package.model import Component
from support.flows import MemorySource, RecordingHost


@pytest.fixture
def run(tmp_path):
    host = RecordingHost(tmp_path)
    component = MemorySource(Component("S", "S", "", number=4), host, {})
    return Running(host, {"S": component}), component, host


def test_errors_get_a_code():
    own = ComponentFailed(component="C", detail="x")
    assert coded(own, "C") is own
    assert coded(OSError(28, "No space left"), "C").code == ComponentFailed.code
    found = coded(ZeroDivisionError("oops"), "C")
    assert isinstance(found, InternalError)
    assert "Traceback" not in found.message


def test_only_the_first_failure_is_posted(run):
    running, component, host = run
    running.fail(component, ComponentFailed(component="S", detail="one"), "SourceThread0")
    running.fail(component, ComponentFailed(component="S", detail="two"), "SourceThread1")
    assert next(message for _, _, _, message in host.events).endswith("one")
    assert host.codes("OnError") == [0xC0D51401, 0xC0047038, 0xC0047021]
    assert [component for _, _, component, _ in host.events] == ["S [4]", PIPELINE, PIPELINE]
    assert running.failed_component == "S"
    with pytest.raises(Stopped):
        running.check()


def test_a_cancelled_run_posts_no_failure(run):
    running, component, host = run
    host.cancel.set()
    running.fail(component, ComponentFailed(component="S", detail="late"), "SourceThread0")
    assert host.events == []
    assert running.stopping


def test_causes_are_posted_oldest_first(run):
    _, _, host = run
    try:
        raise ComponentFailed(component="b", detail="second") from ComponentFailed(component="a", detail="first")
    except ComponentFailed as error:
        post(host, error, "X")
    assert [message[-5:] for _, _, _, message in host.events] == ["first", "econd"]


def test_own_time_is_counted_without_what_stands_between(run):
    import time

    running, component, _ = run

    def rows():
        yield ("o", None)
        time.sleep(0.05)
        yield ("o", None)

    for _ in running.work(component, "T", rows):
        time.sleep(0.1)
    spent = running.times[("S", "PrimeOutput")]
    assert 0.04 < spent < 0.15


def test_a_failure_inside_work_stops(run):
    running, component, host = run

    def rows():
        yield ("o", None)
        raise ValueError("x")

    with pytest.raises(Stopped):
        list(running.work(component, "T", rows))
    assert host.codes("OnError")[0] == 0xC0D5FFFF


def test_no_more_threads_work_at_the_same_time_than_there_are_turns():
    turns = Turns(6, 3, lambda: None)
    inside, most, lock = 0, 0, threading.Lock()

    def work():
        nonlocal inside, most
        for _ in range(20):
            with turns:
                with lock:
                    inside += 1
                    most = max(most, inside)
                time.sleep(0.001)
                with lock:
                    inside -= 1

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 1 < most <= 3


def test_who_waits_for_a_turn_ends_with_the_flow():
    def stopped():
        raise Stopped

    turns = Turns(2, 1, stopped)
    with turns, pytest.raises(Stopped), turns:
        pass


def test_enough_turns_are_no_bound():
    turns = Turns(3, 3, lambda: None)
    with turns, turns, turns, turns:
        assert turns._free is None
