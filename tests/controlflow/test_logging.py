"""Which level logs what."""

import pytest

from dtserve.controlflow.events import Event
from dtserve.controlflow.logging import LevelSettings, data_code
from dtserve.package.model import LoggingOptions

SOMEWHERE = (object(),)


@pytest.mark.parametrize(
    ("options", "event", "wanted"),
    [
        (LoggingOptions(1, 0, ("OnError",)), "OnError", True),
        (LoggingOptions(1, 0, ("OnError",)), "OnWarning", False),
        (LoggingOptions(1, 0, ("OnError",)), "PackageEnd", True),
        (LoggingOptions(1, 1, ()), "OnProgress", True),
        (LoggingOptions(1, 1, ("OnProgress",)), "OnProgress", False),
        (LoggingOptions(1, 0, ("OnPipelineRowsSent",)), "OnPipelineRowsSent", True),
    ],
)
def test_filters(options, event, wanted) -> None:
    assert LevelSettings(SOMEWHERE, options).wants(event) is wanted
    assert LevelSettings((), options).wants(event) is False


@pytest.mark.parametrize(
    ("event", "code"),
    [
        (Event("OnError", "x", code=0xC002F210), -1073548784),
        (Event("OnProgress", "x", percent=33), 33),
        (Event("PackageEnd", "x", result=1), 1),
        (Event("PackageStart", "x", code=0x40016053), 0),
    ],
)
def test_data_code(event, code) -> None:
    assert data_code(event) == code
