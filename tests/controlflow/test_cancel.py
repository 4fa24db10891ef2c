"""Stopping a run."""

import pytest

from dtserve.controlflow.cancel import CancelSwitch
from dtserve.errors import Canceled


def test_callbacks_run_once_and_only_inside_their_block() -> None:
    switch, called = CancelSwitch(), []
    with switch.calling(lambda: called.append("gone")):
        pass
    with switch.calling(lambda: called.append("here")):
        switch.check()
        switch.cancel()
        switch.cancel()
    assert called == ["here"]
    assert switch.canceled
    with switch.calling(lambda: called.append("late")):
        pass
    assert called == ["here", "late"]
    with pytest.raises(Canceled):
        switch.check()
