"""What a run shares."""

import os
import threading

from dtserve.controlflow.events import Event
from dtserve.controlflow.runtime import PackageRun, SharedRun, operator_name
from dtserve.dataflow.host import FlowSettings


def test_numbers_have_no_gap_over_threads(tmp_path) -> None:
    events: list[Event] = []
    shared = SharedRun(events.append, FlowSettings(tmp_path))
    threads = [
        threading.Thread(target=lambda: [shared.emit("OnInformation", "x", "", "") for _ in range(200)])
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [event.sequence for event in events] == list(range(1, 801))


def test_limit(tmp_path) -> None:
    run = PackageRun(SharedRun(lambda event: None, FlowSettings(tmp_path)))
    assert run.limit_executables(-1) == (os.cpu_count() or 1) + 2
    assert run.limit_executables(3) == 3
    assert run.depth == 0


def test_operator_has_machine_and_user() -> None:
    assert "\\" in operator_name()
