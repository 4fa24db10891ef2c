"""Tasks that cannot be run: refused by name, with what their own validation would find; disabled ones pass."""

import pytest

from dtserve.controlflow.recognised import REQUIRED
from dtserve.controlflow.registry import TASKS
from dtserve.controlflow.unsupported import UNSUPPORTED
from dtserve.package.names import part_ids
from support.control_flow import execute, package


def run(part: str, data: str, **attributes: str):
    name = next(each for each in part_ids(part) if "." in each)
    more = " ".join(f'{key}="{value}"' for key, value in attributes.items())
    body = f'<connection name="here" string="x"/><task name="T" type="{name}" {more}>{data}</task>'
    return execute(package(body))


@pytest.mark.parametrize("part", sorted(REQUIRED))
def test_what_is_missing_is_told_with_the_refusal(part) -> None:
    outcome = run(part, "<Data/>")
    assert outcome.exit_code == 5
    text = outcome.error.message
    assert f'"T" ({part}) is not supported' in text
    assert UNSUPPORTED[part].rstrip(".") in text
    for each in REQUIRED[part]:
        assert f"Its {each.name} is not set." in text


def test_a_connection_that_is_not_there_and_one_that_is() -> None:
    data = '<D SourceConnection="here" DestinationConnection="gone"/>'
    text = run("TransferJobsTask", data).error.message
    assert 'Its DestinationConnection, "gone", is no connection manager of the package.' in text
    assert "SourceConnection" not in text.replace("DestinationConnection", "")


def test_a_property_with_an_expression_is_not_missing() -> None:
    data = '<expression name="QueuePath">"a" + "b"</expression><D/>'
    assert "QueuePath" not in run("MessageQueueTask", data).error.message


def test_a_disabled_task_passes() -> None:
    assert run("WmiEventWatcherTask", "<D/>", Disabled="True").result.name == "SUCCESS"


def test_only_tasks_that_do_not_run_are_listed() -> None:
    assert not set(REQUIRED) & set(TASKS)
    assert set(REQUIRED) <= set(UNSUPPORTED)
