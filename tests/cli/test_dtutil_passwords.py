"""Passwords of dtutil from the environment, files and the keyboard."""

import io

import pytest

from dtserve.cli import dtutil_passwords as passwords
from dtserve.cli.dtutil_request import read_request
from dtserve.cli.errors import InvalidArgument, PasswordMissing


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch):
    for name in (passwords.DECRYPT, passwords.PACKAGE, passwords.SOURCE, passwords.DESTINATION):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(f"{name}_FILE", raising=False)


def test_where_they_are_kept(tmp_path, monkeypatch):
    assert passwords.kept(passwords.SOURCE) is None
    (tmp_path / "pw").write_text("from a file\r\n")
    monkeypatch.setenv(f"{passwords.SOURCE}_FILE", str(tmp_path / "pw"))
    assert passwords.kept(passwords.SOURCE) == "from a file"
    monkeypatch.setenv(passwords.SOURCE, "from the environment")
    assert passwords.kept(passwords.SOURCE) == "from the environment"
    monkeypatch.setenv(f"{passwords.PACKAGE}_FILE", str(tmp_path / "none"))
    with pytest.raises(PasswordMissing):
        passwords.kept(passwords.PACKAGE)


def test_asking(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("piped\n"))
    assert passwords.ask("? ", twice=True) == "piped"
    typed = iter(["one", "two", "one", "one"])
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("getpass.getpass", lambda prompt: next(typed))
    assert passwords.ask("? ", twice=True) == "one"


def test_lines_without_passwords(monkeypatch):
    login = read_request(["/SQL", "P", "/SourceUser", "u", "/EXISTS"]).source
    assert (login.user, login.password) == ("u", "")
    with pytest.raises(InvalidArgument):
        read_request(["/FILE", "a", "/ENCRYPT", "FILE;b;2"])
    monkeypatch.setattr("sys.stdin", io.StringIO())
    with pytest.raises(InvalidArgument):
        read_request(["/FILE", "a", "/ENCRYPT", "FILE;b;2;"])
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("getpass.getpass", lambda prompt: "typed")
    assert read_request(["/FILE", "a", "/ENCRYPT", "FILE;b;2;"]).password == "typed"
    monkeypatch.setenv(passwords.PACKAGE, "kept")
    monkeypatch.setenv(passwords.SOURCE, "theirs")
    monkeypatch.setenv(passwords.DESTINATION, "there")
    assert read_request(["/FILE", "a", "/ENCRYPT", "FILE;b;2"]).password == "kept"
    assert read_request(["/FILE", "a", "/ENCRYPT", "FILE;b;2;given"]).password == "given"
    request = read_request(["/SQL", "a", "/SourceU", "u", "/COPY", "SQL;b", "/DestU", "v"])
    assert (request.source.password, request.target.password) == ("theirs", "there")
    request = read_request(["/SQL", "a", "/SourceU", "u", "/SourceP", "", "/COPY", "SQL;b"])
    assert (request.source.password, request.target.password) == ("", "")
