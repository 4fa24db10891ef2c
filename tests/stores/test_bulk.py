"""Many packages: plans, reports, going on after an interruption."""

import json

import pytest

from dtserve.stores import Database, FileSystemStore, MsdbStore
from dtserve.stores.bulk import BulkJob, plan, run
from dtserve.stores.bulk_report import BulkReport
from dtserve.stores.errors import FolderNotFound, ReadFailed, ReportMismatch, WriteFailed
from dtserve.stores.msdb.engine import sqlite_url
from dtserve.stores.transfer import Changes
from support.memory_store import MemoryStore
from support.store_packages import package


@pytest.fixture
def source(tmp_path):
    store = FileSystemStore("Files", tmp_path / "source")
    for folder in (("Sales",), ("Sales", "Daily"), ("Other",)):
        store.create_folder(folder)
    for path in (("Top",), ("Sales", "Load A"), ("Sales", "Load B"), ("Sales", "Daily", "Load A"), ("Other", "X")):
        store.write(path, package(path[-1]))
    return store


@pytest.fixture
def target(tmp_path):
    made = MsdbStore("MSDB", Database(sqlite_url(tmp_path / "m.sqlite")))
    yield made
    made.close()


def outcomes(results):
    return {each.source: each.outcome for each in results}


def test_what_is_planned(source):
    job = BulkJob("copy", source, ("Sales",), MemoryStore(), ("In",))
    assert [(info.path, target) for info, target in plan(job)] == [
        (("Sales", "Load A"), ("In", "Load A")),
        (("Sales", "Load B"), ("In", "Load B")),
        (("Sales", "Daily", "Load A"), ("In", "Daily", "Load A")),
    ]
    for pattern, count in (("load a", 2), ("*B", 1), ("*.dtsx", 3), ("Load ?.DTSX", 3), ("[", 0), ("", 3)):
        assert len(list(plan(BulkJob("copy", source, ("Sales",), MemoryStore(), pattern=pattern)))) == count
    assert len(list(plan(BulkJob("delete", source, ("Sales",), recursive=False)))) == 2
    with pytest.raises(FolderNotFound):
        list(plan(BulkJob("delete", source, ("None",))))


def test_copying_a_tree_makes_the_folders(source, target):
    results = run(BulkJob("copy", source, (), target, ("Imported",)))
    assert {each.outcome for each in results} == {"copied"}
    assert len(results) == 5
    assert target.read(("Imported", "Sales", "Daily", "Load A")) == package("Load A")
    assert source.exists(("Sales", "Daily", "Load A"))


def test_a_dry_run_changes_nothing_and_finds_what_would_fail(source, target):
    source.write(("Broken",), b"<no/>")
    target.write(("Top",), b"x")
    job = BulkJob("move", source, (), target)
    results = run(job, dry_run=True)
    assert outcomes(results)["Broken"] == "failed"
    assert outcomes(results)["Top"] == "failed"
    assert outcomes(results)["Other\\X"] == "planned"
    assert not target.folder_exists(("Sales",))
    assert source.exists(("Other", "X"))


def test_a_dry_run_finds_names_that_the_target_cannot_take(source, target, tmp_path):
    source.write(("Load.v2",), package("Load.v2"))
    job = BulkJob("copy", source, (), target)
    planned = {each.source: (each.outcome, each.code) for each in run(job, dry_run=True)}
    assert planned["Load.v2"] == ("failed", "0xC001F202")
    done = {each.source: each.code for each in run(job)}
    assert {name for name, code in done.items() if code} == {"Load.v2"}
    assert done["Load.v2"] == "0xC001F202"
    files = FileSystemStore("Out", tmp_path / "out")
    assert {each.outcome for each in run(BulkJob("copy", source, (), files), dry_run=True)} == {"planned"}


def test_a_folder_that_cannot_be_listed_does_not_stop_the_others(source, target, tmp_path, monkeypatch):
    inner = FileSystemStore.list

    def listing(store, folder):
        if folder == ("Sales",):
            raise ReadFailed(path="Sales", reason="Permission denied")
        return inner(store, folder)

    monkeypatch.setattr(FileSystemStore, "list", listing)
    told = []
    report = tmp_path / "r.csv"
    results = run(BulkJob("copy", source, (), target), report=report, progress=lambda *each: told.append(each[:2]))
    assert outcomes(results) == {"Sales": "failed", "Top": "copied", "Other\\X": "copied"}
    assert told == [(1, 3), (2, 3), (3, 3)]
    assert "Sales,,failed,0xC0D51706" in report.read_text()
    with pytest.raises(ReadFailed):
        run(BulkJob("copy", source, ("Sales",), target))


def test_one_failure_does_not_stop_the_others(source, target):
    source.write(("Broken",), b"<no/>")
    results = run(BulkJob("move", source, (), target))
    assert [each.source for each in results if each.outcome == "failed"] == ["Broken"]
    assert next(each.code for each in results if each.outcome == "failed") == "0xC0011001"
    assert source.exists(("Broken",))
    assert not source.exists(("Top",))
    assert target.exists(("Top",))


@pytest.mark.parametrize(
    ("existing", "outcome", "data"),
    [("skip", "skipped", b"old"), ("fail", "failed", b"old"), ("replace", "copied", package("Top"))],
)
def test_existing_packages(source, target, existing, outcome, data):
    target.write(("Top",), b"old")
    results = run(BulkJob("copy", source, (), target, existing=existing, recursive=False))
    assert outcomes(results)["Top"] == outcome
    assert target.read(("Top",)) == data


def test_changes_are_made_on_the_way(source, target):
    source.write(("Secret",), package("Secret", secret="swordfish"))
    job = BulkJob("copy", source, (), target, pattern="Secret", changes=Changes(level=2, password="pw"))
    assert outcomes(run(job)) == {"Secret": "copied"}
    assert b"swordfish" not in target.read(("Secret",))


def test_deleting(source):
    results = run(BulkJob("delete", source, ("Sales",), pattern="Load A"))
    assert outcomes(results) == {"Sales\\Load A": "deleted", "Sales\\Daily\\Load A": "deleted"}
    assert source.exists(("Sales", "Load B"))


def test_going_on_from_a_report(source, target, tmp_path):
    report = tmp_path / "report.jsonl"
    told = []

    class Interrupted(Exception):
        pass

    def stop_after_two(number, total, result):
        told.append((number, total, result.outcome))
        if number == 2:
            raise Interrupted

    job = BulkJob("copy", source, (), target, existing="replace")
    with pytest.raises(Interrupted):
        run(job, report=report, progress=stop_after_two)
    assert told == [(1, 5, "copied"), (2, 5, "copied")]
    with report.open("a") as stream:
        stream.write('{"source": "cut o')
    source.write(("Top",), package("Top again"), overwrite=True)
    results = run(job, report=report, resume=True)
    assert sorted(each.outcome for each in results) == [
        "copied",
        "done before",
        "done before",
        "done before",
        "done before",
    ]
    assert target.read(("Top",)) == package("Top again")
    assert {each.outcome for each in run(job, report=report, resume=True)} == {"done before"}


@pytest.mark.parametrize("kind", ["files", "msdb"])
def test_protecting_goes_on_from_a_report(source, target, tmp_path, kind):
    """What is sealed with the new password cannot be opened, and need not be."""
    store = source if kind == "files" else target
    if kind == "msdb":
        run(BulkJob("copy", source, (), target))
    report = tmp_path / "report.csv"
    changes = Changes(level=3, password="pw")
    assert len(run(BulkJob("protect", store, ("Sales",), changes=changes), report=report)) == 3
    store.write(("Sales", "New"), package("New"))
    store.write(("Sales", "Load B"), package("Load B"), overwrite=True)
    results = run(BulkJob("protect", store, ("Sales",), changes=changes), report=report, resume=True)
    assert outcomes(results) == {
        "Sales\\Load A": "done before",
        "Sales\\Load B": "protected",
        "Sales\\New": "protected",
        "Sales\\Daily\\Load A": "done before",
    }
    other = Changes(level=0)
    with pytest.raises(ReportMismatch, match="another job"):
        run(BulkJob("protect", store, ("Sales",), password="pw", changes=other), report=report, resume=True)


class Killed(BaseException):
    """The process ends between a group and its lines in the report."""


def killed_before_the_report(job, report, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(BulkReport, "add", _end)
        with pytest.raises(Killed):
            run(job, report=report)
    with monkeypatch.context() as patch:
        patch.setattr(BulkReport, "add", lambda *_: None)
        patch.setattr("dtserve.stores.bulk._done", lambda *_: [])
        run(job, report=report)  # the head of the report, as a killed process leaves it


def _end(*_):
    raise Killed


@pytest.mark.parametrize("level", [0, 2, 3])
def test_protecting_goes_on_where_the_report_was_not_reached(source, tmp_path, monkeypatch, level):
    for name in ("Load A", "Load B"):
        source.write(("Sales", name), package(name, secret="swordfish"), overwrite=True)
    report = tmp_path / "report.csv"
    job = BulkJob("protect", source, ("Sales",), changes=Changes(level, "pw" if level else None))
    killed_before_the_report(job, report, monkeypatch)
    sealed = source.read(("Sales", "Load A"))
    assert b"swordfish" not in sealed
    results = run(job, report=report, resume=True)
    assert set(outcomes(results).values()) == {"protected"}
    assert len(report.read_text().splitlines()) == 5
    if level:
        assert source.read(("Sales", "Load A")) == sealed
    other = BulkJob("protect", source, ("Sales",), changes=Changes(3, "other"))
    assert set(outcomes(run(other)).values()) == (
        {"failed"} if level == 3 else {"failed", "protected"} if level else {"protected"}
    )


@pytest.mark.parametrize("verb", ["copy", "move"])
@pytest.mark.parametrize("existing", ["fail", "both", "skip"])
def test_going_on_where_the_report_was_not_reached(source, target, tmp_path, monkeypatch, verb, existing):
    target.write(("Top",), package("another"))
    report = tmp_path / "report.jsonl"
    job = BulkJob(verb, source, (), target, existing=existing)
    with monkeypatch.context() as patch:
        patch.setattr(FileSystemStore, "delete", _end)
        killed_before_the_report(job, report, monkeypatch)
    results = run(job, report=report, resume=True)
    found = outcomes(results)
    assert (
        found.pop("Top")
        == {"fail": "failed", "both": f"{verb}d".replace("copyd", "copied"), "skip": "skipped"}[existing]
    )
    assert set(found.values()) <= {"copied", "moved"}
    here = {info.path for _, _, packages in target.walk() for info in packages}
    assert len(here) == (6 if existing == "both" else 5)
    assert target.read(("Sales", "Load A")) == package("Load A")


def test_reports(source, target, tmp_path):
    report = tmp_path / "report.jsonl"
    run(BulkJob("copy", source, (), target), report=report)
    lines = [json.loads(line) for line in report.read_text().splitlines()]
    assert lines[0]["job"]["verb"] == "copy"
    assert len(lines) == 6
    assert run(BulkJob("copy", source, (), target), report=tmp_path / "none", resume=True)
    with pytest.raises(ReportMismatch, match="another job"):
        run(BulkJob("delete", source), report=report, resume=True)
    report.write_text("damaged\nlines\n")
    with pytest.raises(ReportMismatch):
        run(BulkJob("delete", source), report=report, resume=True)
    with pytest.raises(WriteFailed):
        run(BulkJob("delete", source), report=tmp_path / "no" / "report")
    dry = tmp_path / "dry"
    run(BulkJob("delete", source), report=dry, dry_run=True)
    assert not dry.exists()
