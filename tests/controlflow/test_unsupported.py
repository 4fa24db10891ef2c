"""Reasons for what is not run."""

from dtserve.controlflow import registry
from dtserve.controlflow.unsupported import UNSUPPORTED
from dtserve.package import names


def test_every_known_part_runs_or_has_a_reason() -> None:
    known = {each.part for table in (names.EXECUTABLES, names.ENUMERATORS, names.LOG_PROVIDERS) for each in table}
    runs = {*registry.TASKS, *registry.CONTAINERS, *registry.ENUMERATORS, *registry.LOG_PROVIDERS}
    assert known - runs - set(UNSUPPORTED) == {"PackagePart"}
    assert not runs & set(UNSUPPORTED)
    assert all(reason.endswith(".") and reason[0].islower() for reason in UNSUPPORTED.values())
