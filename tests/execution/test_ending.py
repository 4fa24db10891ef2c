"""How a program that exists for one run ends when the run is stopped."""

import subprocess
import sys
import time

PROGRAM = (
    "import sys, time\nfrom dtserve.controlflow.cancel import CancelSwitch\nfrom dtserve.execution import ending\n"
    "from dtserve.machine import temporary_folder\n"
    "cancel = CancelSwitch(dedicated=True)\nending.STOP_SECONDS = 0.2\n"
    "ending.leave_when_stuck(cancel, lambda: print('told', flush=True))\n"
    "with temporary_folder(sys.argv[1]) as folder:\n"
    "    (folder / 'x').write_text('x')\n    {throw}\n    time.sleep(60 if '{throw}' != 'pass' else 0.5)\n"
    "ending.end_processes()\n"
)


def run(tmp_path, throw: str) -> subprocess.CompletedProcess[str]:
    program = PROGRAM.format(throw=throw)
    return subprocess.run([sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, timeout=30)


def test_a_run_that_does_not_end_is_left_with_its_files_removed(tmp_path) -> None:
    began = time.monotonic()
    done = run(tmp_path, "cancel.cancel()")
    assert (done.returncode, done.stdout) == (3, "told\n"), done.stderr
    assert time.monotonic() - began < 20
    assert list(tmp_path.iterdir()) == []


def test_without_a_stop_nothing_happens(tmp_path) -> None:
    done = run(tmp_path, "pass")
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert list(tmp_path.iterdir()) == []
