"""``dtserve backup`` from the command line."""

import json

import pytest

from dtserve.cli.dtserve import main
from dtserve.service.config import load_home
from support.store_packages import package


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("DTSERVE_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    made = load_home()
    made.tree().create_folder(("MSDB", "A"))
    made.tree().write(("MSDB", "A", "P"), package())
    made.tree().write(("File System", "Q"), package("Q"))
    yield made
    made.close()


@pytest.fixture
def run(home, capsys):
    def call(*words):
        code = main(["backup", *words])
        return code, capsys.readouterr().out

    return call


def test_from_one_home_to_another(run, home, tmp_path, monkeypatch):
    code, out = run("create", "b")
    assert code == 0
    assert out.startswith("2 packages")
    assert "(settings, versions, packages)" in out
    assert run("verify", "b")[0] == 0
    out = run("list", "b")[1]
    assert "MSDB\\A\\P" in out
    assert "dtserve.toml" in out
    assert len(json.loads(run("list", "b", "--json")[1])["packages"]) == 2
    monkeypatch.setenv("DTSERVE_HOME", str(tmp_path / "other"))
    only = ("--part", "packages")
    assert run("restore", "b", "--dry-run", *only)[1].splitlines()[-1] == "2 created"
    assert run("restore", "b", "--folder", r"\MSDB", *only)[1].splitlines()[-1] == "1 created"
    assert run("restore", "b", *only)[1].splitlines()[-1] == "1 created, 1 same"
    other = load_home()
    assert other.tree().read(("MSDB", "A", "P")) == package()
    other.msdb().write(("A", "P"), b"x", overwrite=True)
    code, out = run("restore", "b", "--existing", "fail", "--json", *only)
    assert code == 1
    assert sorted(each["action"] for each in json.loads(out)) == ["failed", "undone"]
    assert run("restore", "b", "--existing", "replace")[0] == 0
    history = other.msdb().versions(("A", "P"))
    assert history[-1].why == "restored from the backup b"
    other.close()


def test_what_is_missing_and_unsealed_is_told(home, capsys):
    wanted = package("C").replace(
        b"<DTS:Variables />",
        b'<DTS:Configurations><DTS:Configuration DTS:ConfigurationString="none.dtsConfig" DTS:ConfigurationType="1" '
        b'DTS:ObjectName="c" /></DTS:Configurations>',
    )
    home.tree().write(("File System", "C"), wanted)
    assert main(["backup", "create", "b"]) == 0
    told = capsys.readouterr().err
    assert "the configuration file none.dtsConfig of File System\\C" in told
    assert "keep it safe" in told
    assert main(["backup", "create", "b", "--part", "packages"]) == 0
    assert capsys.readouterr().err == ""


def test_a_passphrase(run, tmp_path, monkeypatch):
    (tmp_path / "pw").write_text("swordfish\n")
    assert run("create", "b", "--passphrase-file", "pw", "--folder", r"\MSDB\A")[0] == 0
    assert run("verify", "b")[0] == 1
    monkeypatch.setenv("BACKUP_PASSPHRASE", "swordfish")
    assert run("verify", "b", "--passphrase-env", "BACKUP_PASSPHRASE")[0] == 0
    assert b"Load" not in (tmp_path / "b").read_bytes()


def test_damage_is_told(run, tmp_path):
    (tmp_path / "b").write_bytes(b"no backup")
    for words in (["verify", "b"], ["list", "b"], ["restore", "b"], ["verify", "none"]):
        assert run(*words)[0] == 1
    assert run("create", "no/folder/b")[0] == 1
