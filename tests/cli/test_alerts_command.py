"""dtserve alerts."""

import json

from support.cli import dtserve
from support.service import serve


def test_a_life_of_an_alert(tmp_path, capsys) -> None:
    with serve(tmp_path, "--samples"):
        add = ("alerts", "add", "ops", "--on", "failed", "--on", "lost", "--webhook", "http://127.0.0.1:9/x")
        assert "ops: failed, lost by webhook." in dtserve(capsys, tmp_path, *add, "--package", r"\MSDB")[1]
        assert "ops  active  failed, lost  webhook" in dtserve(capsys, tmp_path, "alerts", "list")[1]
        assert "paused" in dtserve(capsys, tmp_path, "alerts", "pause", "ops")[1]
        assert "resumed" in dtserve(capsys, tmp_path, "alerts", "resume", "ops")[1]
        assert json.loads(dtserve(capsys, tmp_path, "alerts", "messages", "--json")[1]) == []
        assert "removed" in dtserve(capsys, tmp_path, "alerts", "remove", "ops")[1]
        code, _, error = dtserve(capsys, tmp_path, "alerts", "add", "m", "--on", "failed", "--mail", "a@example.com")
        assert code != 0
        assert "mail.server" in error
