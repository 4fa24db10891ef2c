"""``dtserve config``."""

import json

import pytest

from dtserve.cli.dtserve import main
from dtserve.service.config import load_home


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("DTSERVE_HOME", str(tmp_path / "home"))
    return load_home()


def test_nothing_wrong(home, capsys):
    assert main(["config", "--connect"]) == 0
    out = capsys.readouterr().out
    assert str(home.path) in out
    assert "service.listen_port = 8730" in out
    assert "root MSDB: SqlServerFolder ." in out
    assert "No problems." in out


def test_problems(home, capsys):
    (home.path / "Binn" / "MsDtsSrvr.ini.xml").write_text("<x/>")
    (home.path / "dtserve.toml").write_text(
        "msdb.url = 'postgresql+psycopg://u:swordfish@127.0.0.1:1/x?connect_timeout=2'\nconnections.x = 'no url'\n"
    )
    assert main(["config", "--connect", "--json"]) == 1
    out = capsys.readouterr().out
    assert "swordfish" not in out
    found = json.loads(out)
    assert len(found["problems"]) == 3
    assert "configuration file is incorrect" in found["problems"][0]
    assert found["roots"][0]["problem"].startswith("Failed to retrieve data")
    assert "problem" not in found["roots"][1]


def test_roots_that_cannot_work_are_told_without_connecting(home, capsys):
    ini = home.path / "Binn" / "MsDtsSrvr.ini.xml"
    ini.write_text(ini.read_text().replace("<ServerName>.<", "<ServerName>tcp:GONE,14330<"))
    assert main(["config"]) == 1
    out = capsys.readouterr().out
    assert "PROBLEM: MSDB: " in out
    assert "tcp:GONE,14330" in out
    (home.path / "dtserve.toml").write_text("[servers]\n'gone,14330' = 'mssql://u:swordfish@h:99999/msdb'\n")
    assert main(["config"]) == 1
    out = capsys.readouterr().out
    assert "URL cannot be read" in out
    assert "swordfish" not in out
    ini.write_text(ini.read_text().replace("<ServerName>tcp:GONE,14330<", "<ServerName>.<"))
    (home.path / "dtserve.toml").write_text("msdb.url = 'no url'\n")
    assert main(["config"]) == 1
    assert "URL cannot be read" in capsys.readouterr().out


def test_maps_are_shown_without_passwords(home, capsys):
    text = """[connections]
"Sales DW" = "postgresql://etl:swordfish@db1:5433/sales?sslpassword=swordfish"
"//PROD01/*" = "sqlite:////data/all.db"
[paths]
"D:/etl" = "/srv/etl"
"""
    (home.path / "dtserve.toml").write_text(text)
    assert main(["config"]) == 0
    shown = [line for line in capsys.readouterr().out.splitlines() if line.startswith("map ")]
    assert shown == [
        "map Sales DW → postgres://etl@db1:5433/sales",
        "map //PROD01/* → sqlite:////data/all.db",
        "map D:/etl → /srv/etl",
    ]
    (home.path / "dtserve.toml").write_text("connections.Sales = 'db2://etl:swordfish@h/x'")
    assert main(["config", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert "Sales" in found["problems"][0]
    assert "swordfish" not in str(found)


def test_unknown_settings(home, capsys):
    (home.path / "dtserve.toml").write_text("nothing = 1")
    assert main(["config"]) == 1
    assert "nothing" in capsys.readouterr().err


def test_a_running_service_and_later_edits(home, capsys):
    import fcntl
    import os

    assert main(["config", "check"]) == 0
    assert "next start" not in capsys.readouterr().out
    lock = home.path / "service.lock"
    lock.touch()
    os.utime(lock, (1, 1))
    assert main(["config", "check"]) == 0
    assert "next start" not in capsys.readouterr().out
    with lock.open("r+") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert main(["config", "check"]) == 0
        assert "The service runs with an earlier dtserve.toml: it is read at the next start." in capsys.readouterr().out
        main(["config", "check", "--json"])
        assert json.loads(capsys.readouterr().out)["restart"] == ["dtserve.toml", "MsDtsSrvr.ini.xml"]
        later = lock.stat().st_mtime + 10**9 * 3
        os.utime(lock, (later, later))
        main(["config", "check", "--json"])
        assert json.loads(capsys.readouterr().out)["restart"] == []
