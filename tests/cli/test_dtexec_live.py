"""What dtexec shows on a terminal while a package runs."""

import io
import os
import pty
import re
import subprocess
import sys
import time

import pytest

from dtserve.cli.dtexec_live import LiveView
from dtserve.controlflow.events import Event
from support.control_flow import package

SLOW = '<task name="Slow one" type="Microsoft.ExecuteProcess"><ExecuteProcessData Executable="sleep" Arguments="1.5"/></task>'
BAD = '<task name="Bad" type="Microsoft.ExpressionTask"><ExpressionTask Expression="1/0"/></task>'


def on_terminal(*words: str, term: str = "xterm") -> tuple[int, str]:
    """Exit code and everything a terminal gets."""
    main, side = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "dtserve.cli.dtexec", *words], stdin=side, stdout=side, stderr=side,
        env={**os.environ, "TERM": term, "COLUMNS": "100", "LINES": "40", "DTSERVE_HOME": "/nonexistent"},
    )  # fmt: skip
    os.close(side)
    data = b""
    while True:
        try:
            piece = os.read(main, 65536)
        except OSError:
            break
        if not piece:
            break
        data += piece
    os.close(main)
    return process.wait(), data.decode("utf-8", "replace").replace("\r\n", "\n")


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "p.dtsx"
    path.write_bytes(package(SLOW + BAD + '<constraint from="Slow one" to="Bad"/>'))
    return str(path)


def test_what_runs_is_shown_below_the_lines_and_gone_at_the_end(file) -> None:
    code, text = on_terminal("/F", file)
    assert code == 1
    assert re.search(r"Slow one\s+[\w ]*\d+ s", re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)), text
    assert "\x1b[31mError: " in text
    last = text[text.rindex("DTExec: The package execution returned DTSER_FAILURE (1).") :]
    assert "Slow one" not in last
    assert re.search(r"Elapsed:  \d+\.\d{3} seconds\n", last)


@pytest.mark.parametrize(("words", "term"), [(("--classic",), "xterm"), ((), "dumb")])
def test_plain_text_on_a_terminal_is_that_of_a_pipe(file, words, term) -> None:
    code, text = on_terminal("/F", file, *words, term=term)
    piped = subprocess.run([sys.executable, "-m", "dtserve.cli.dtexec", "/F", file], capture_output=True, text=True)
    assert code == piped.returncode == 1
    assert "\x1b" not in text
    plain = [re.sub(r"\d", "0", each) for each in (text, piped.stdout)]
    assert re.sub(r"0+", "0", plain[0]) == re.sub(r"0+", "0", plain[1])


def test_rows_of_paths_and_progress_are_kept_while_a_task_runs() -> None:
    view = LiveView(io.StringIO())
    flow = "Package\\S\\Flow"
    view.note(Event("OnPreExecute", "Flow", source_path=flow, time=time.time()))
    view.note(Event("OnProgress", "Flow", source_path=flow, message="Validating", percent=33))
    for rows in (1000, 234):
        view.note(
            Event(
                "RowsSent",
                "Flow",
                source_path=flow,
                data={"path": "P", "component": "From", "target": "To", "rows": rows},
            )
        )
    shown = _drawn(view)
    assert "    Flow" in shown
    assert "Validating 33 %" in shown
    assert "From → To" in shown
    assert "1,234 rows" in shown
    view.note(Event("OnPostExecute", "Flow", source_path=flow))
    assert "Flow" not in _drawn(view)
    assert "1 finished" in _drawn(view)


def test_only_so_many_lines() -> None:
    view = LiveView(io.StringIO())
    for number in range(40):
        view.note(Event("OnPreExecute", f"T{number}", source_path=f"Package\\T{number}"))
    assert "… and 25 more" in _drawn(view)


def test_a_short_run_draws_nothing() -> None:
    stream = io.StringIO()
    view = LiveView(stream)
    view.start()
    view.write("Started\n")
    view.stop()
    assert stream.getvalue() == "Started\n"


def _drawn(view: LiveView) -> str:
    from rich.console import Console

    console = Console(file=io.StringIO(), width=100)
    console.print(view.table())
    return console.file.getvalue()  # type: ignore[attr-defined]
