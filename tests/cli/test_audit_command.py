"""dtserve audit."""

import json
import stat

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


def test_the_audit_is_exported_once(tmp_path, capsys) -> None:
    for name in ("carol", "dave"):
        dtserve(capsys, tmp_path, "accounts", "add", name, "--no-password")
    file = tmp_path / "audit.csv"
    assert dtserve(capsys, tmp_path, "audit", "--export", str(file), "--since", "2020-01-01")[0] == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.read_text().count("account ") == 2
    code, _, told = dtserve(capsys, tmp_path, "audit", "--export", str(file))
    assert (code != 0, "cannot be written" in told) == (True, True)
    lines = dtserve(capsys, tmp_path, "audit", "--export", "-", "--until", "2020-01-01T00:00")[1]
    assert lines == ""
    lines = dtserve(capsys, tmp_path, "audit", "--export", "-")[1].splitlines()
    assert [json.loads(line)["target"] for line in lines] == ["account dave", "account carol"]
