"""dtserve accounts."""

import json

import pytest

from support.cli import dtserve


def test_an_account_from_beginning_to_end(tmp_path, capsys, monkeypatch) -> None:
    def run(*words: str) -> tuple[int, str, str]:
        return dtserve(capsys, tmp_path, "accounts", *words)

    monkeypatch.setenv("SECRET", "correct horse battery")
    assert run("add", "alice", "--password-env", "SECRET")[0] == 0
    assert run("add", "robot", "--no-password")[0] == 0
    (tmp_path / "password").write_text("another good password\n")
    assert run("password", "alice", "--password-file", str(tmp_path / "password"))[0] == 0
    assert run("disable", "robot")[0] == 0
    code, printed, _ = run("list", "--json")
    found = {each["name"]: each for each in json.loads(printed)}
    assert code == 0
    assert (found["alice"]["has_password"], found["robot"]["disabled"]) == (True, True)
    assert run("enable", "robot")[0] == 0
    lines = run("list")[1]
    assert "tokens only  robot" in lines
    assert run("remove", "robot")[0] == 0
    assert "robot" not in run("list")[1]
    assert "horse" not in lines


@pytest.mark.parametrize(
    ("words", "symbol"),
    [
        (("remove", "nobody"), "DTSERVE_E_ACCOUNTNOTFOUND"),
        (("add", "a:b", "--no-password"), "DTSERVE_E_BADACCOUNTNAME"),
        (("add", "alice"), "DTSERVE_E_USAGE"),
        (("add", "alice", "--password-env", "NOT_THERE"), "DTSERVE_E_PASSWORDMISSING"),
    ],
)
def test_refusals(tmp_path, capsys, monkeypatch, words, symbol) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: False)
    code, _, told = dtserve(capsys, tmp_path, "accounts", *words)
    assert code != 0
    assert symbol in told


def test_passwords_are_asked_for_twice(tmp_path, capsys, monkeypatch) -> None:
    answers = iter(["correct horse battery", "mistyped", "correct horse battery", "correct horse battery"])
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("getpass.getpass", lambda _prompt: next(answers))
    assert "differ" in dtserve(capsys, tmp_path, "accounts", "add", "alice")[2]
    assert dtserve(capsys, tmp_path, "accounts", "add", "alice")[0] == 0
