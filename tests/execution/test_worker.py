"""The worker module: what prints does not disturb the wire."""

import json
import subprocess
import sys

from dtserve.execution.report import RunEnd, read_line
from support.control_flow import package


def test_only_events_stand_on_the_wire(tmp_path) -> None:
    path = tmp_path / "p.dtsx"
    path.write_bytes(package('<task name="T" type="Microsoft.ExpressionTask"><ExpressionTask Expression="1"/></task>'))
    job = json.dumps({"source": {"path": str(path)}, "options": {}})
    done = subprocess.run(
        [sys.executable, "-m", "dtserve.execution.worker"],
        input=job + "\n",
        capture_output=True,
        text=True,
        check=False,
    )
    lines = [read_line(line) for line in done.stdout.splitlines()]
    assert None not in lines
    assert isinstance(lines[-1], RunEnd)
    assert done.returncode in (0, 3)
    assert done.stderr == ""
