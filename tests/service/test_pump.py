"""From a spool to the database: order, one end, and a database that comes back."""

import threading
import time

import pytest

from dtserve.controlflow.events import Event
from dtserve.execution.report import RunEnd, encode_end, encode_event
from dtserve.service.errors import StateUnavailable
from dtserve.service.history import History
from dtserve.service.pump import LEFT_RUNNING, Run, RunPump, end_of
from dtserve.service.run_request import RunRequest
from dtserve.service.state import open_state
from dtserve.service.watch import Watchers


class Worker:
    """A worker that the test plays."""

    def __init__(self, folder) -> None:
        self.folder, self.alive, self.stop_requested, self.killed = folder, True, False, False
        self.lost = type("Lost", (), {"message": "It was killed."})
        self.file = open(folder / "events.jsonl", "a", buffering=1)  # noqa: SIM115 - closed by the fixture

    def signal_group(self, name) -> None:
        self.killed = self.killed or name == "SIGKILL"
        self.alive = False

    def close(self) -> None:
        pass


class Told:
    """Notes what it is told, and that the end was not written before."""

    def __init__(self, ended: list[str]) -> None:
        self.states, self.announced = ended, ""

    def ending(self, run, state) -> None:
        self.announced = state

    def ended(self, run, state) -> None:
        assert self.announced == state
        self.states.append(state)


@pytest.fixture
def parts(tmp_path):
    state = open_state(tmp_path / "state.sqlite")
    history = History(state)
    worker = Worker(tmp_path)
    number = history.add(id="x", user="me", package_path="p", package_name="p", state="starting")
    ended: list[str] = []
    run = Run(number, "x", {}, "me", RunRequest(package="p", timeout_seconds=9.0), worker)
    pump = RunPump(run, history, Watchers(), Told(ended))
    yield pump, run, history, worker, ended
    pump.leave()
    if pump.ident is not None:
        pump.join()
    worker.file.close()
    state.close()


def write(worker, *numbers: int) -> None:
    for n in numbers:
        worker.file.write(encode_event(Event("OnInformation", "T", sequence=n)) + "\n")


def until(check, seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_events_arrive_while_they_are_written_and_the_end_once(parts) -> None:
    pump, run, history, worker, ended = parts
    pump.start()
    write(worker, 1, 2)
    until(lambda: history.get("x")["state"] == "running")
    line = encode_event(Event("OnInformation", "T", sequence=3)) + "\n"
    worker.file.write(line[:20])
    worker.file.flush()
    time.sleep(0.1)
    worker.file.write(line[20:])
    until(lambda: history.get("x")["last_event"] == 3)
    worker.file.write(encode_end(RunEnd(0, 0, cpu_seconds=1.5, peak_memory=99)) + "\n")
    worker.alive = False
    pump.join(10)
    found = history.get("x")
    assert (found["state"], found["cpu_seconds"], found["peak_memory"]) == ("succeeded", 1.5, 99)
    assert [event["sequence"] for event in history.events(run.number)] == [1, 2, 3]
    assert ended == ["succeeded"]
    assert not worker.killed


def test_words_written_just_before_death_are_read(parts) -> None:
    pump, run, history, worker, ended = parts
    write(worker, *range(1, 2501))
    worker.alive = False
    pump.start()
    pump.join(20)
    assert len(history.events(run.number, limit=5000)) == 2500
    assert (history.get("x")["state"], history.get("x")["reason"], ended) == ("lost", "It was killed.", ["lost"])
    assert worker.killed


def test_a_database_that_cannot_be_written_loses_nothing(parts, monkeypatch) -> None:
    pump, run, history, worker, ended = parts
    broken, append = threading.Event(), history.append
    broken.set()

    def failing(number, batch) -> None:
        if broken.is_set():
            raise StateUnavailable(detail="disk full")
        append(number, batch)

    monkeypatch.setattr(history, "append", failing)
    write(worker, 1, 2, 3)
    worker.file.write(encode_end(RunEnd(0, 0)) + "\n")
    worker.alive = False
    pump.start()
    time.sleep(0.3)
    assert ended == []
    broken.clear()
    pump.join(10)
    assert [event["sequence"] for event in history.events(run.number)] == [1, 2, 3]
    assert ended == ["succeeded"]


def test_leaving_writes_no_end(parts) -> None:
    pump, _, history, worker, ended = parts
    pump.start()
    write(worker, 1)
    until(lambda: history.get("x")["last_event"] == 1)
    pump.leave()
    pump.join(10)
    assert (history.get("x")["state"], ended) == ("running", [])


def test_a_worker_that_stays_after_its_end_is_killed(parts, monkeypatch) -> None:
    pump, _, history, worker, _ = parts
    monkeypatch.setattr("dtserve.service.pump.LINGER_SECONDS", 0.1)
    worker.file.write(encode_end(RunEnd(1, 1, error="Broken.")) + "\n")
    pump.start()
    pump.join(10)
    assert worker.killed
    assert (history.get("x")["state"], history.get("x")["reason"]) == ("failed", "Broken.")


def test_an_end_is_written_whatever_happens(parts, monkeypatch) -> None:
    pump, _, history, worker, ended = parts

    def broken(*_: object) -> None:
        raise KeyError("secret of the trace")

    monkeypatch.setattr(history, "append", broken)
    write(worker, 1)
    pump.start()
    pump.join(10)
    found = history.get("x")
    assert (found["state"], ended, worker.killed) == ("lost", ["lost"], True)
    assert "KeyError" in found["reason"]
    assert "secret" not in found["reason"]


def test_garbage_is_passed_over(parts) -> None:
    pump, run, history, worker, _ = parts
    worker.file.write("\x00\x01 not json\n[]\n{}\n" + "x" * 100_000 + "\n")
    write(worker, 1)
    worker.file.write(encode_end(RunEnd(0, 0)) + "\n")
    worker.alive = False
    pump.start()
    pump.join(10)
    assert history.get("x")["state"] == "succeeded"
    assert len(history.events(run.number)) == 1


@pytest.mark.parametrize(
    ("told", "given", "state", "reason"),
    [
        (RunEnd(0, 0), {}, "succeeded", ""),
        (RunEnd(1, 1, error="E"), {}, "failed", "E"),
        (RunEnd(5, 1, error="E"), {}, "failed", "E"),
        (RunEnd(3, 3), {}, "canceled", ""),
        (RunEnd(3, 3), {"orphaned": True}, "failed", LEFT_RUNNING),
        (RunEnd(3, 3), {"orphaned": True, "stop_requested": True}, "canceled", ""),
        (RunEnd(3, 3), {"timed_out": 2.0}, "timed_out", "longer than 2 seconds"),
        (RunEnd(0, 0), {"timed_out": 2.0}, "succeeded", ""),
        (None, {}, "lost", "L"),
        (None, {"stop_requested": True}, "canceled", ""),
        (None, {"timed_out": 2.0, "stop_requested": True}, "timed_out", "longer than 2 seconds"),
    ],
)
def test_ends(told, given, state, reason) -> None:
    values = {"stop_requested": False, "timed_out": 0.0, "orphaned": False, "lost": "L", **given}
    end = end_of(told, **values)
    assert end["state"] == state
    assert reason in end["reason"]
