"""The audit keeps, filters and pages."""

import csv
import io
import json

from dtserve.service import audit as module
from dtserve.service.audit import COLUMNS, Audit, export
from dtserve.service.state import open_state


def test_rows_are_kept_filtered_and_paged(tmp_path) -> None:
    state = open_state(tmp_path / "state.sqlite")
    audit = Audit(state)
    for number in range(5):
        audit.write("alice", "packages.delete", rf"\MSDB\P{number}", before="a", after="b", address="10.0.0.1")
    audit.write("bob", "packages.import", r"\MSDB\Q", outcome="denied", kind="token")
    assert [each["target"] for each in audit.entries(limit=2)] == [r"\MSDB\Q", r"\MSDB\P4"]
    first = audit.entries(user="alice", limit=3)
    rest = audit.entries(user="alice", limit=3, before=first[-1]["number"])
    assert [each["target"][-1] for each in (*first, *rest)] == ["4", "3", "2", "1", "0"]
    assert [each["user"] for each in audit.entries(outcome="denied")] == ["bob"]
    assert [each["kind"] for each in audit.entries(action="packages.import")] == ["token"]
    assert len(audit.entries(target=r"\MSDB\P")) == 5
    assert (first[0]["before"], first[0]["after"], first[0]["address"]) == ("a", "b", "10.0.0.1")
    audit.write("x", "y", "z" * 10_000)
    assert len(audit.entries(limit=1)[0]["target"]) == 4000
    state.close()


def test_everything_is_exported_page_by_page(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(module, "_PAGE", 3)
    state = open_state(tmp_path / "state.sqlite")
    audit = Audit(state)
    for number in range(8):
        audit.write("alice" if number % 2 else "bob", "packages.delete", f'=cmd|"{number}\n"', before="-1")
    rows = [json.loads(line) for line in "".join(export(audit.entries, "jsonl")).splitlines()]
    assert rows == audit.entries()
    assert len(list("".join(export(audit.entries, "jsonl", user="bob")).splitlines())) == 4
    head, *table = csv.reader(io.StringIO("".join(export(audit.entries, "csv", until=rows[0]["time"] + 1)), newline=""))
    assert (tuple(head), len(table)) == (COLUMNS, 8)
    first = dict(zip(head, table[0], strict=True))
    assert (first["target"], first["before"]) == ('\'=cmd|"7\n"', "'-1")
    assert list(export(audit.entries, "csv", since=rows[0]["time"] + 1)) == [",".join(COLUMNS) + "\r\n"]
    state.close()
