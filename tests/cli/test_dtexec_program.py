"""What dtexec does, where a stop comes before the run: the rest is in ``test_dtexec.py``."""

import subprocess
import sys

from dtserve.cli.dtexec_program import run_line
from support.control_flow import package

TASK = '<task name="T" type="Microsoft.ExpressionTask"><ExpressionTask Expression="1"/></task>'


def test_a_stop_asked_for_before_the_run_cancels_it(tmp_path) -> None:
    (tmp_path / "p.dtsx").write_bytes(package(TASK))
    program = (
        "import sys\nfrom dtserve.cli.dtexec_program import run_line\nsys.exit(run_line(sys.argv[1:], lambda: True))"
    )
    command = [sys.executable, "-c", program, "/F", str(tmp_path / "p.dtsx"), "/REP", "V"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 3, done.stdout
    assert "DTSER_CANCELED (3)" in done.stdout
    assert "OnPreExecute" not in done.stdout


def test_a_line_within_another_program_leaves_its_processes_alone(tmp_path, capsys) -> None:
    (tmp_path / "p.dtsx").write_bytes(package(TASK))
    assert run_line(["/F", str(tmp_path / "p.dtsx"), "/REP", "N"]) == 0
    assert "DTSER_SUCCESS (0)" in capsys.readouterr().out
