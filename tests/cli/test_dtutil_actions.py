"""What the actions of dtutil do where something goes wrong half way."""

import io

import pytest

from dtserve.cli.dtutil import main
from dtserve.cli.dtutil_actions import DECRYPT_VARIABLE
from dtserve.service.config import ServiceHome, load_home
from support.store_packages import package


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("DTSERVE_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return load_home()


def test_the_password_may_come_from_the_environment_or_a_prompt(home, tmp_path, monkeypatch, capsys):
    (tmp_path / "a.dtsx").write_bytes(package(secret="s"))
    assert main(["/FILE", "a.dtsx", "/ENCRYPT", "FILE;b.dtsx;3;banana"]) == 0
    monkeypatch.setattr("sys.stdin", io.StringIO("banana\n"))
    assert main(["/FILE", "b.dtsx", "/DECRYPT", "/COPY", "FILE;c.dtsx"]) == 0
    monkeypatch.setenv(DECRYPT_VARIABLE, "banana")
    assert main(["/DECRYPT", "/FILE", "b.dtsx", "/COPY", "FILE;d.dtsx"]) == 0
    monkeypatch.setenv(DECRYPT_VARIABLE, "wrong")
    assert main(["/DECRYPT", "/FILE", "b.dtsx", "/COPY", "FILE;e.dtsx"]) == 5
    assert (tmp_path / "d.dtsx").read_bytes() == (tmp_path / "b.dtsx").read_bytes()
    assert "banana" not in capsys.readouterr().out


def test_a_move_whose_source_stays_is_a_failure(home, tmp_path, monkeypatch, capsys):
    (tmp_path / "a.dtsx").write_bytes(package())
    from dtserve.stores.endpoints import FileEndpoint
    from dtserve.stores.errors import WriteFailed

    def refuse(self):
        raise WriteFailed(path=self.shown, reason="Operation not permitted")

    monkeypatch.setattr(FileEndpoint, "delete", refuse)
    assert main(["/FILE", "a.dtsx", "/MOVE", "FILE;b.dtsx"]) == 1
    assert "Operation not permitted" in capsys.readouterr().out
    assert (tmp_path / "a.dtsx").read_bytes() == (tmp_path / "b.dtsx").read_bytes()


def test_a_defect_is_told_without_a_trace(home, tmp_path, monkeypatch, capsys):
    def broken(self, *arguments, **options):
        raise RuntimeError("boom")

    monkeypatch.setattr(ServiceHome, "msdb", broken)
    assert main(["/SQL", "x", "/EXISTS"]) == 6
    out = capsys.readouterr().out
    assert "DTSERVE" not in out.upper() or "Traceback" not in out
    assert "RuntimeError: boom" in out


def test_a_bad_configuration_is_a_failure(home, capsys):
    (home.path / "dtserve.toml").write_text("nothing = 1")
    assert main(["/SQL", "x", "/EXISTS"]) == 1
    assert "unknown settings: nothing" in capsys.readouterr().out


def test_a_path_that_names_no_package(home, tmp_path, capsys):
    (tmp_path / "a.dtsx").write_bytes(package())
    assert main(["/FILE", "a.dtsx", "/COPY", "SQL;folder\\"]) == 1
    assert "0xC0014048" in capsys.readouterr().out
