"""Requests survive their JSON form whole, and show no secret."""

import json

import pytest

from dtserve.execution.options import ExecutionOptions, Logger, Setting
from dtserve.service.errors import JobGone, SealBroken
from dtserve.service.run_request import HIDDEN, RunRequest
from dtserve.service.sealed import Seal

REQUEST = RunRequest(
    content=b"\x00<x/>\xff",
    package_name="Load.dtsx",
    options=ExecutionOptions(
        settings=(
            Setting("parameter", "$Package::Region", "EU"),
            Setting("parameter", "$Package::Key", "canary-1", sensitive=True),
            Setting("parameter", "$Project::Unknown", "canary-2"),
            Setting("set", r"\Package.Variables[User::p].Value", "canary-3"),
            Setting("connection", "DW", "Data Source=x;Password=canary-4"),
        ),
        password="canary-5",
        loggers=(Logger("DTS.LogProviderTextFile.2", "log.txt"),),
        verify_build=(1, 2),
        max_concurrent=3,
    ),
    command_files=("/drop/a.txt", "b.txt"),
    priority=7,
    key="load",
    timeout_seconds=1.5,
    retries=2,
)


def test_round_trip() -> None:
    assert RunRequest.from_json(REQUEST.to_json()) == REQUEST
    assert RunRequest.from_json(RunRequest(package=r"\MSDB\P").to_json()) == RunRequest(package=r"\MSDB\P")


def test_shown_holds_names_and_public_values_only() -> None:
    text = REQUEST.shown(frozenset({"$package::region", "$package::key"}))
    assert "canary" not in text
    assert "canary" not in repr(REQUEST)
    shown = json.loads(text)
    assert shown["parameters"] == {"$Package::Region": "EU", "$Package::Key": HIDDEN, "$Project::Unknown": HIDDEN}
    assert shown["set"][-1] == "connection DW"
    assert (shown["retries"], shown["max_concurrent"], shown["package_name"]) == (2, 3, "Load.dtsx")


@pytest.mark.parametrize("stored", ["[]", "{}", "no json", '{"options": {"later": 1}}', '{"options": {}, "later": 1}'])
def test_what_another_version_has_sealed_is_told_by_name(tmp_path, stored) -> None:
    seal = Seal(tmp_path / "key")
    with pytest.raises(JobGone, match="another version"):
        RunRequest.unsealed(seal.close(stored.encode()), seal)
    with pytest.raises(SealBroken):
        RunRequest.unsealed(b"x", seal)
