"""Reports as JSON lines and CSV: written, cut off, gone on with."""

import csv
import json

import pytest

from dtserve.stores.bulk_report import BulkReport, BulkResult, read_report
from dtserve.stores.errors import ReportMismatch, WriteFailed

JOB = {"verb": "copy", "source": "F\\A", "target": "M\\B"}
RESULTS = [
    BulkResult("A\\one", "B\\one", "copied", revision="r1"),
    BulkResult('A\\two, "odd"', "B\\two", "failed", "0xC0D51701", "It, exists."),
    BulkResult("A\\three", "B\\three", "protected", revision="r3"),
]


@pytest.fixture(params=["report.jsonl", "report.csv"])
def path(request, tmp_path):
    return tmp_path / request.param


def write(path, results, **options):
    report = BulkReport(path, JOB, **options)
    report.add(results)
    report.close()


def test_what_is_done_is_read_again(path):
    assert read_report(path, JOB) == {}
    write(path, RESULTS)
    assert read_report(path, JOB) == {"A\\one": "r1", "A\\three": "r3"}
    with path.open("a") as stream:
        stream.write("A\\four,B")
    write(path, [BulkResult("A\\five", "", "deleted", revision="r5")], resume=True)
    assert read_report(path, JOB) == {"A\\one": "r1", "A\\three": "r3", "A\\five": "r5"}


def test_other_jobs_and_damage(path):
    write(path, RESULTS)
    with pytest.raises(ReportMismatch, match="another job"):
        read_report(path, {**JOB, "verb": "move"})
    path.write_bytes(b"\xff\xfe damaged\nmore\n")
    with pytest.raises(ReportMismatch):
        read_report(path, JOB)
    path.write_text("a,b\nc\nd\n")
    with pytest.raises(ReportMismatch):
        read_report(path, JOB)
    with pytest.raises(WriteFailed):
        BulkReport(path.parent / "none" / path.name, JOB)


def test_the_forms(tmp_path):
    write(tmp_path / "r.csv", RESULTS)
    rows = list(csv.DictReader((tmp_path / "r.csv").read_text().splitlines()))
    assert [row["outcome"] for row in rows] == ["job", "copied", "failed", "protected"]
    assert rows[2]["source"] == 'A\\two, "odd"'
    write(tmp_path / "r.jsonl", RESULTS)
    lines = [json.loads(line) for line in (tmp_path / "r.jsonl").read_text().splitlines()]
    assert lines[0] == {"job": JOB}
    assert lines[2]["message"] == "It, exists."
