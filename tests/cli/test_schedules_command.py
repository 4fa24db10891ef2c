"""dtserve schedules."""

import json

from support.cli import dtserve
from support.service import serve


def test_a_life_of_a_schedule(tmp_path, capsys) -> None:
    with serve(tmp_path, "--samples"):
        package = r"\MSDB\Samples\CountMonths"
        add = ("schedules", "add", "nightly", package, "--cron", "30 2 * * 1-5", "--time-zone", "Europe/Berlin")
        assert "nightly: next at" in dtserve(capsys, tmp_path, *add, "--retries", "2", "--key", "dw")[1]
        assert "exists already" in dtserve(capsys, tmp_path, *add)[2]
        assert "30 2 * * 1-5 Europe/Berlin" in dtserve(capsys, tmp_path, "schedules", "list")[1]
        assert "paused" in dtserve(capsys, tmp_path, "schedules", "pause", "nightly")[1]
        assert "next at" in dtserve(capsys, tmp_path, "schedules", "resume", "nightly")[1]
        (row,) = json.loads(dtserve(capsys, tmp_path, "schedules", "list", "--json")[1])
        assert (row["package_path"], row["paused"]) == (package, False)
        assert "removed" in dtserve(capsys, tmp_path, "schedules", "remove", "nightly")[1]
        code, _, error = dtserve(capsys, tmp_path, "schedules", "remove", "nightly")
        assert code != 0
        assert "no schedule" in error
        assert dtserve(capsys, tmp_path, "schedules", "add", "x", package, "--cron", "61 * * * *")[0] != 0
