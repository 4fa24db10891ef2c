"""The event record."""

import pytest

from dtserve.controlflow.events import Event


def test_events_are_records() -> None:
    event = Event("OnError", "Task")
    assert (event.percent, event.result, event.code, dict(event.data)) == (-1, None, 0, {})
    with pytest.raises(AttributeError):
        event.kind = "OnWarning"
