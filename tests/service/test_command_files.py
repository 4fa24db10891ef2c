"""Options of command files and of the start together."""

from dtserve.execution.options import ExecutionOptions, Logger, Setting
from dtserve.service.command_files import merged


def test_what_is_given_later_wins_and_lists_add_up() -> None:
    first = ExecutionOptions(
        settings=(Setting("set", "a", "1"),), password="p", max_concurrent=2, loggers=(Logger("x"),), restart="force"
    )
    then = ExecutionOptions(settings=(Setting("set", "a", "2"),), max_concurrent=4, validate_only=True)
    found = merged(first, then)
    assert [each.value for each in found.settings] == ["1", "2"]
    assert (found.password, found.max_concurrent, found.restart, found.validate_only) == ("p", 4, "force", True)
    assert found.loggers == (Logger("x"),)
    assert merged(ExecutionOptions(), then) == then
