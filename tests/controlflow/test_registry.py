"""Which class runs which part."""

import re
from pathlib import Path

import pytest

from dtserve.controlflow import registry
from dtserve.package import names

TABLES = [
    (registry.TASKS, registry.task_class, names.EXECUTABLES),
    (registry.CONTAINERS, registry.container_class, names.EXECUTABLES),
    (registry.ENUMERATORS, registry.enumerator_class, names.ENUMERATORS),
    (registry.LOG_PROVIDERS, registry.log_provider_class, names.LOG_PROVIDERS),
]


@pytest.mark.parametrize(("table", "find", "known"), TABLES)
def test_every_entry_has_its_class_and_is_a_known_part(table, find, known) -> None:
    parts = {each.part for each in known} | {"EventHandler"}
    for part in table:
        assert find(part) is not None, part
        assert part in parts, part
    assert find("Nonsense") is None


def test_reasons() -> None:
    assert registry.unsupported_reason("task", "ExecuteSQLTask") == ""
    assert "script" in registry.unsupported_reason("task", "ScriptTask").lower() or "ScriptTask" in registry.TASKS
    assert "log provider" in registry.unsupported_reason("log provider", "Other")
    assert "known" in registry.unsupported_reason("task", "")


def test_every_part_has_its_heading() -> None:
    page = (Path(__file__).parents[2] / "docs/reference/control_flow.md").read_text("utf-8")
    headings = set(re.findall(r"^### (\S+)$", page, re.MULTILINE))
    for table in (registry.TASKS, registry.ENUMERATORS, registry.LOG_PROVIDERS):
        assert set(table) <= headings, set(table) - headings
