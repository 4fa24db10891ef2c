"""dtserve running."""

import json

from support.cli import dtserve
from support.service import serve


def test_running_and_ended_packages(tmp_path, capsys) -> None:
    with serve(tmp_path, "--samples"):
        begun = dtserve(capsys, tmp_path, "run", r"\MSDB\Samples\CountMonths", "--json")[1]
        name = json.loads(begun.splitlines()[-1])["id"]
        assert dtserve(capsys, tmp_path, "running")[1] == ""
        assert name in dtserve(capsys, tmp_path, "running", "--all")[1]
        (row,) = json.loads(dtserve(capsys, tmp_path, "running", "--all", "--json", "--limit", "1")[1])
        assert (row["id"], row["state"]) == (name, "succeeded")
