"""All rows into a file that is new and its owner's."""

import csv
import json
import stat

import pytest

from dtserve.cli.export_rows import export_rows
from dtserve.errors import UsageError
from support.cli import dtserve
from support.service import serve

ROWS = [{"number": 2, "text": "=1"}, {"number": 1, "text": "b,\n"}]


def entries(*, limit, before):
    return ROWS if before is None else []


def test_the_suffix_tells_the_form(tmp_path, capsys) -> None:
    assert export_rows(entries, tmp_path / "a.CSV", columns=("number", "text")) == 0
    with open(tmp_path / "a.CSV", newline="") as file:
        assert list(csv.reader(file)) == [["number", "text"], ["2", "'=1"], ["1", "b,\n"]]
    export_rows(entries, tmp_path / "a.jsonl")
    assert [json.loads(line) for line in (tmp_path / "a.jsonl").read_text().splitlines()] == ROWS
    assert stat.S_IMODE((tmp_path / "a.jsonl").stat().st_mode) == 0o600


@pytest.mark.parametrize("place", ["there", "no/folder"])
def test_nothing_is_overwritten(tmp_path, place) -> None:
    (tmp_path / "there").write_text("kept")
    with pytest.raises(UsageError, match="cannot be written"):
        export_rows(entries, tmp_path / place)
    assert (tmp_path / "there").read_text() == "kept"


def test_the_event_log_is_exported(tmp_path, capsys) -> None:
    with serve(tmp_path / "home"):
        assert dtserve(capsys, tmp_path / "home", "events", "--export", str(tmp_path / "log.csv"))[0] == 0
        lines = dtserve(capsys, tmp_path / "home", "events", "--export", "-")[1].splitlines()
    assert [json.loads(line)["event_id"] for line in lines] == [257, 256]
    with open(tmp_path / "log.csv", newline="") as file:
        head, first, _ = csv.reader(file)
    assert dict(zip(head, first, strict=True))["symbol"] == "DTS_MSG_SERVER_STARTED"
