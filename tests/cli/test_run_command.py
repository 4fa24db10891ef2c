"""dtserve run, running, stop."""

import json

import pytest

from support.cli import dtserve
from support.service import serve


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with serve(tmp_path_factory.mktemp("run"), "--samples") as running:
        yield running


def test_events_rows_and_the_end_are_shown(served, capsys) -> None:
    code, printed, _ = dtserve(capsys, served.home, "run", r"\MSDB\Samples\LoadOrders", "--key", "one")
    assert code == 0
    assert "3000 rows" in printed
    assert printed.splitlines()[-1].startswith(r"\MSDB\Samples\LoadOrders: succeeded after ")
    lines = [json.loads(line) for line in dtserve(
        capsys, served.home, "run", r"\MSDB\Samples\LoadOrders", "--key", "one", "--json"
    )[1].splitlines()]  # fmt: skip
    assert lines[-1]["state"] == "succeeded"
    assert [each["sequence"] for each in lines[:-1]] == sorted(each["sequence"] for each in lines[:-1])


def test_a_failed_run_has_the_exit_code_of_dtexec(served, capsys, monkeypatch) -> None:
    monkeypatch.setenv("NOWHERE", "/nonexistent/canary-file")
    code, printed, told = dtserve(
        capsys, served.home, "run", r"\MSDB\Samples\LoadOrders", "--connection-env", "Orders=NOWHERE"
    )
    assert code == 1, printed
    assert "failed" in printed
    assert "OnError" in told


@pytest.mark.parametrize(
    ("words", "symbol"),
    [
        ((r"\MSDB\Nothing",), "0xC00"),
        ((r"\MSDB\Samples\LoadOrders", "--set", "nonsense"), "DTSERVE_E_INVALIDARGUMENT"),
        ((r"\MSDB\Samples\LoadOrders", "--set-env", "a=NOT_THERE"), "DTSERVE_E_PASSWORDMISSING"),
    ],
)
def test_refusals(served, capsys, words, symbol) -> None:
    code, _, told = dtserve(capsys, served.home, "run", *words)
    assert code != 0
    assert symbol in told
