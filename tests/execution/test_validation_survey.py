"""Packages against an empty database: valid, or told what is missing."""

import shutil
import sqlite3
from pathlib import Path

import pytest

from dtserve.execution.validation_survey import PackageValidation, symbol_of, validate_packages
from support.golden import FILES, needs_collection
from support.service import SAMPLES

NOT_DECRYPTED = 0xC001405F
"""A notice of the package's reader, not an error of its own."""


@pytest.fixture
def eager(tmp_path) -> Path:
    """A sample whose data flow is validated before the task that makes its table has run."""
    path = tmp_path / "LoadOrders.dtsx"
    path.write_bytes((SAMPLES / "LoadOrders.dtsx").read_bytes().replace(b' DTS:DelayValidation="True"', b""))
    return path


def test_a_sample_is_told_which_table_is_missing(eager) -> None:
    (found,) = validate_packages([eager]).packages
    assert found.state == "invalid"
    codes = [code for code, _ in found.reasons]
    assert set(codes) <= {0xC0202040, 0xC02020E8, 0xC020204A}
    assert "Check that the object exists in the database." in found.reasons[0][1]
    assert "Opening a rowset for" in found.reasons[0][1]


def test_a_validation_that_is_put_off_finds_nothing_missing() -> None:
    assert validate_packages([SAMPLES / "LoadOrders.dtsx"]).states == {"valid": 1}


def test_the_database_of_the_caller_is_asked(tmp_path, eager) -> None:
    sqlite3.connect(tmp_path / "x.db").close()
    report = validate_packages([eager], f"sqlite:///{tmp_path / 'x.db'}")
    assert report.states == {"invalid": 1}
    assert set(report.causes) <= {0xC0202040, 0xC02020E8, 0xC020204A}


def test_what_needs_nothing_is_valid_and_what_does_not_open_is_refused(tmp_path) -> None:
    shutil.copy(SAMPLES / "CountMonths.dtsx", tmp_path / "a.dtsx")
    (tmp_path / "b.dtsx").write_text("nothing")
    report = validate_packages(sorted(tmp_path.glob("*.dtsx")))
    assert [package.state for package in report.packages] == ["valid", "refused"]
    assert report.packages[0].reasons == []
    assert len(report.packages[1].reasons) == 1


def test_a_validation_that_takes_too_long_is_stopped(monkeypatch) -> None:
    import time

    from dtserve.execution import validation_survey

    def slow(document, options, sink, *, project, cancel):
        while not cancel.canceled:
            time.sleep(0.01)

    monkeypatch.setattr(validation_survey, "run", slow)
    (found,) = validate_packages([SAMPLES / "CountMonths.dtsx"], seconds=0.05).packages
    assert found.state == "late"


def test_reasons_leave_out_what_only_wraps_them() -> None:
    errors = (
        (0xC0202009, "no such table: T"),
        (0xC020204A, "No columns."),
        (0xC004706B, "broken"),
        (0xC0024107, "task"),
    )
    found = PackageValidation(SAMPLES / "x.dtsx", "invalid", errors)
    assert found.reasons == [(0xC020204A, "no such table: T No columns.")]
    assert PackageValidation(SAMPLES / "x.dtsx", "invalid", errors[:1]).reasons == list(errors[:1])
    assert PackageValidation(SAMPLES / "x.dtsx", "invalid", errors[2:]).reasons == [errors[2]]


@pytest.mark.parametrize(
    ("code", "symbol"), [(0xC02020E8, "DTS_E_CANNOTGETIROWSET"), (0xC0FFFFFF, "0xC0FFFFFF")]
)  # fmt: skip
def test_symbols(code: int, symbol: str) -> None:
    import dtserve.dataflow.component_errors  # noqa: F401

    assert symbol_of(code) == symbol


@needs_collection
def test_every_package_of_the_collection_is_valid_or_says_precisely_why_not() -> None:
    report = validate_packages(sorted(FILES.rglob("*.dtsx")))
    assert len(report.packages) == 533
    assert report.states["late"] == 0
    assert report.states["valid"] >= 105
    for package in report.packages:
        assert bool(package.reasons) == (package.state != "valid"), package
        for code, text in package.reasons:
            assert code not in (0xC0D5FFFF, 0), package
            assert code == NOT_DECRYPTED or symbol_of(code) != f"0x{code:08X}", package
            assert len(text) > 10
