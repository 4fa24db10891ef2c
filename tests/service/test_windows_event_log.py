"""The text that the Event Viewer needs; what is written is tested with the system's other logs."""

import sys

import pytest

from dtserve.service.windows_event_log import MESSAGE_FILE, WindowsEventLog, register_source


def test_the_message_file_stands_below_the_system_folder() -> None:
    assert MESSAGE_FILE.startswith("Microsoft.NET\\")


@pytest.mark.parametrize("use", [WindowsEventLog, register_source])
def test_pywin32_is_needed(monkeypatch, use) -> None:
    monkeypatch.setitem(sys.modules, "win32evtlog", None)
    monkeypatch.setitem(sys.modules, "win32evtlogutil", None)
    with pytest.raises(ImportError):
        use()
