"""``dtserve service`` shows what it would do, does it, and says what it cannot."""

import os
import stat

import pytest

from dtserve.cli.dtserve import main
from dtserve.service import units


@pytest.fixture
def manager(tmp_path, monkeypatch):
    """A folder of programs that only note how they were called."""
    log, tools = tmp_path / "calls.log", tmp_path / "bin"
    tools.mkdir()
    for name in ("systemctl", "useradd", "install"):
        (tools / name).write_text(
            f'#!/bin/sh\necho {name} "$@" >> {log}\n[ "$1" = is-active ] && echo inactive && exit 3\nexit 0\n'
        )
        (tools / name).chmod(stat.S_IRWXU)
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    original = units._systemd
    monkeypatch.setattr(
        units, "Path", lambda text: tmp_path / text.lstrip("/") if text.startswith("/etc") else type(tmp_path)(text)
    )
    (tmp_path / "etc" / "systemd" / "system").mkdir(parents=True)
    assert original is units._systemd
    return log, tmp_path / "etc" / "systemd" / "system" / "dtserve.service"


def test_print_changes_nothing(tmp_path, capsys) -> None:
    assert main(["service", "install", "--home", str(tmp_path / "h"), "--user", "nobody", "--print"]) == 0
    text = capsys.readouterr().out
    assert "ExecStart=" in text
    assert f"install -d -m 0700 -o nobody {tmp_path / 'h'}" in text
    assert "systemctl enable dtserve" in text
    assert not (tmp_path / "h").exists()


def test_install_start_stop_status_uninstall(manager, tmp_path, capsys) -> None:
    log, unit = manager
    assert main(["service", "install", "--home", str(tmp_path / "h"), "--user", "etl-user", "--startup", "manual"]) == 0
    assert "User=etl-user" in unit.read_text()
    for action in ("start", "stop", "restart"):
        assert main(["service", action]) == 0
    assert main(["service", "status"]) == 1
    shown = capsys.readouterr().out
    assert "inactive" in shown
    assert "Entries of the event log also go to " in shown
    assert main(["service", "uninstall"]) == 0
    assert not unit.exists()
    assert log.read_text().splitlines() == [
        "useradd --system --no-create-home --shell /usr/sbin/nologin etl-user",
        f"install -d -m 0700 -o etl-user {tmp_path / 'h'}",
        "systemctl daemon-reload",
        "systemctl unmask dtserve",
        "systemctl disable dtserve",
        "systemctl start dtserve",
        "systemctl stop dtserve",
        "systemctl stop dtserve",
        "systemctl start dtserve",
        "systemctl is-active dtserve",
        "systemctl disable --now dtserve",
    ]


def test_what_it_cannot(manager, tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert main(["service", "start"]) == 1
    assert "rights of root" in capsys.readouterr().err
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main(["service", "status"]) == 1
    assert "no systemctl" in capsys.readouterr().err
