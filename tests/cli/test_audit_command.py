"""dtserve audit."""

import json

from support.cli import dtserve


def test_changes_by_the_command_line_are_audited(tmp_path, capsys) -> None:
    dtserve(capsys, tmp_path, "accounts", "add", "alice", "--no-password")
    dtserve(capsys, tmp_path, "access", "grant", "alice", "access")
    code, printed, _ = dtserve(capsys, tmp_path, "audit")
    assert code == 0
    newest, oldest = printed.splitlines()
    assert "access to alice" in newest
    assert "account alice" in oldest
    (row,) = json.loads(dtserve(capsys, tmp_path, "audit", "--json", "--target", "account")[1])
    assert row["user"].startswith("os:")
    assert row["kind"] == "command line"
    assert dtserve(capsys, tmp_path, "audit", "--outcome", "denied")[1] == ""
