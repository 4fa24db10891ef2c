"""One package and one folder: facts, import, export, roles."""

import io
import json

import pytest

from dtserve.cli.dtserve import main
from dtserve.service.config import load_home
from support.store_packages import package


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("DTSERVE_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Load.dtsx").write_bytes(package(secret="swordfish"))
    made = load_home()
    yield made
    made.close()


@pytest.fixture
def run(home, capsys):
    def call(*words):
        code = main(["packages", *words])
        return code, capsys.readouterr().out

    return call


def test_import_and_what_is_known(run, home, monkeypatch):
    assert run("import", "Load.dtsx", r"\MSDB")[0] == 0
    assert run("exists", r"\MSDB\load")[0] == 0
    assert run("exists", "sql:None") == (1, "It does not exist.\n")
    out = run("info", "sql:Load")[1]
    assert 'description: Loads "it"' in out
    assert "version: 1.0.7" in out
    assert json.loads(run("info", "sql:Load", "--json")[1])["protection_level"] == 0
    assert run("info", "sql:None")[0] == 4
    assert run("import", "Load.dtsx", r"\MSDB")[0] == 1
    assert run("import", "Load.dtsx", r"\MSDB", "--existing", "skip")[1] == "MSDB\\Load is kept.\n"
    assert run("import", "Load.dtsx", r"\MSDB\Load", "--existing", "both")[1] == "MSDB\\Load (2) is stored.\n"
    monkeypatch.setattr("sys.stdin", io.StringIO("r\n"))
    assert run("import", "Load.dtsx", r"\MSDB\Load", "--existing", "ask")[1] == "MSDB\\Load is stored.\n"
    assert run("import", "none.dtsx", r"\MSDB")[0] == 4


def test_passwords_on_the_way(run, home, tmp_path, monkeypatch):
    monkeypatch.setenv("NEW", "banana")
    assert run("import", "Load.dtsx", "sql:Sealed", "--level", "3", "--new-password-env", "NEW")[0] == 0
    assert b"swordfish" not in home.msdb().read(("Sealed",))
    assert run("export", "sql:Sealed", "out.dtsx")[0] == 5
    (tmp_path / "pw").write_text("banana\n")
    assert run("export", "sql:Sealed", "out.dtsx", "--password-file", "pw", "--level", "0")[0] == 0
    assert run("export", "sql:Sealed", "out.dtsx", "--password-file", "pw")[0] == 1
    assert run("export", "sql:Sealed", "out.dtsx", "--password-file", "pw", "--overwrite")[0] == 0
    assert run("export", "sql:Sealed", ".", "--password-file", "pw")[1] == "Sealed.dtsx is written.\n"
    assert (tmp_path / "Sealed.dtsx").read_bytes() == home.msdb().read(("Sealed",))


def test_folders(run, home):
    assert run("create-folder", r"\MSDB\A\B")[0] == 0
    assert run("create-folder", r"\MSDB\A\B")[0] == 1
    assert run("rename-folder", "sql:A\\B", "C")[0] == 0
    assert home.msdb().folder_exists(("A", "C"))
    assert run("delete-folder", "sql:A")[0] == 1
    assert run("delete-folder", "sql:A\\C")[0] == 0


def test_roles(run, home):
    run("import", "Load.dtsx", r"\MSDB")
    assert run("roles", "sql:Load")[1] == "reader: (the defaults)\nwriter: (the defaults)\n"
    assert run("roles", "sql:Load", "--reader", "db_ssisoperator")[1].startswith("reader: db_ssisoperator\n")
    assert run("roles", "sql:Load", "--writer", "db_ssisadmin")[1] == "reader: db_ssisoperator\nwriter: db_ssisadmin\n"
    assert run("roles", "sql:Load", "--reader", "")[1].startswith("reader: (the defaults)\n")
    assert run("roles", "sql:Load", "--reader", "unknown")[0] == 1
    run("import", "Load.dtsx", r"\File System")
    assert run("roles", r"\File System\Load")[0] == 1
