"""Work in the background goes on after errors and ends when asked."""

import logging
import threading

from dtserve.service.errors import StateUnavailable
from dtserve.service.periodic import Periodic


def test_it_is_called_again_after_errors_and_stops(caplog) -> None:
    calls, often = [], threading.Event()

    def work(stopped: threading.Event) -> None:
        calls.append(stopped.is_set())
        if len(calls) == 1:
            raise StateUnavailable(detail="disk full")
        if len(calls) == 2:
            raise ZeroDivisionError
        often.set()

    chore = Periodic("chore", 0.01, work)
    with caplog.at_level(logging.WARNING):
        chore.start()
        assert often.wait(10)
        chore.stop()
    count = len(calls)
    assert count >= 3
    assert "disk full" in caplog.text
    assert "ZeroDivisionError" in caplog.text
    assert not chore._thread.is_alive()
    Periodic("never started", 1, work).stop()
    assert len(calls) == count
