"""What packages need and what runs."""

import pytest

from dtserve.execution.coverage import Part, known_parts, needed_parts, reason_against, runner_of, survey
from dtserve.package import PackageDocument
from support.golden import FILES, needs_collection
from support.service import SAMPLES


def test_the_samples_run() -> None:
    report = survey(sorted(SAMPLES.glob("*.dtsx")))
    assert len(report.packages) >= 6
    assert all(package.runs for package in report.packages)
    assert report.use[Part("component", "Lookup")] == 1


def test_disabled_tasks_need_nothing() -> None:
    text = (SAMPLES / "CountMonths.dtsx").read_text(encoding="utf-8")
    package = PackageDocument.open(text.encode()).model
    assert Part("task", "ExpressionTask") in set(needed_parts(package))
    disabled = text.replace(
        'DTS:CreationName="Microsoft.ExpressionTask"', 'DTS:CreationName="x"\r\n      DTS:Disabled="True"'
    )
    package = PackageDocument.open(disabled.encode()).model
    assert Part("task", "ExpressionTask") not in set(needed_parts(package))


def test_a_file_that_does_not_open_is_counted(tmp_path) -> None:
    (tmp_path / "x.dtsx").write_text("nothing")
    report = survey([tmp_path / "x.dtsx"])
    assert sum(report.refused.values()) == 1
    assert not report.packages[0].runs


@pytest.mark.parametrize(("part", "title"), known_parts(), ids=lambda p: getattr(p, "name", ""))
def test_every_known_part_runs_somewhere_or_has_a_reason(part: Part, title: str) -> None:
    assert title
    assert bool(runner_of(part)) != bool(reason_against(part))


def test_parts_of_other_makers_are_refused_with_a_reason() -> None:
    assert reason_against(Part("component", "Vendor.Thing"))
    assert reason_against(Part("task", "Vendor.Thing"))


@needs_collection
def test_every_package_of_the_collection_opens_or_is_refused_with_a_code() -> None:
    report = survey(FILES.rglob("*.dtsx"))
    assert len(report.packages) == 533
    assert set(report.refused) <= {"DTS_E_PACKAGEPASSWORD (0xC0014037)"}
    assert sum(report.refused.values()) == 2
    assert sum(p.runs for p in report.packages) >= 318
