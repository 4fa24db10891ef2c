"""Passwords from places, files written whole or not at all."""

import argparse
import stat
from pathlib import Path

import pytest

from dtserve.cli.errors import PasswordMissing
from dtserve.cli.package_files import add_output, add_password, output_path, password_of, read_bytes, write_result
from dtserve.errors import PackageNotFound


def parsed(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_password(parser)
    add_password(parser, "new-password", "the result")
    return parser.parse_args(words)


def test_where_passwords_come_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PW", "from env ")
    file = tmp_path / "pw"
    file.write_text("from filé\n", "utf-8")
    assert password_of(parsed()) is None
    assert password_of(parsed("--password-env", "PW")) == "from env "
    assert password_of(parsed("--new-password-file", str(file)), "new-password") == "from filé"
    monkeypatch.setattr("getpass.getpass", lambda prompt: "typed")
    assert password_of(parsed("--ask-password")) == "typed"
    for words in (("--password-env", "NOT_SET"), ("--password-file", str(tmp_path / "none"))):
        with pytest.raises(PasswordMissing):
            password_of(parsed(*words))


def test_files_are_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.dtsx"
    write_result(path, b"1")
    path.chmod(0o640)
    write_result(path, b"2")
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"2", 0o640)
    assert [p.name for p in tmp_path.iterdir()] == ["a.dtsx"]
    with pytest.raises(OSError, match="none"):
        write_result(tmp_path / "none" / "b", b"x")


def test_standard_output(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    write_result(Path("-"), b"\xff\n")
    assert capsysbinary.readouterr().out == b"\xff\n"


def test_reading_and_output_options(tmp_path: Path) -> None:
    with pytest.raises(PackageNotFound):
        read_bytes(tmp_path / "none")
    parser = argparse.ArgumentParser()
    parser.add_argument("file", type=Path)
    add_output(parser)
    assert output_path(parser.parse_args(["a", "--in-place"])) == Path("a")
    assert output_path(parser.parse_args(["a", "-o", "b"])) == Path("b")
