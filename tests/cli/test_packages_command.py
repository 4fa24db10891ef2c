"""``dtserve packages``: bulk work and kept versions, from the command line."""

import json

import pytest

from dtserve.cli.dtserve import main
from dtserve.package.document import PackageDocument
from dtserve.service.config import load_home
from support.store_packages import package


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("DTSERVE_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "incoming"
    (folder / "Sales").mkdir(parents=True)
    for name in ("Load A", "Load B", "Sales/Load C"):
        (folder / f"{name}.dtsx").write_bytes(package(name.rpartition("/")[2], secret="swordfish"))
    made = load_home()
    yield made
    made.close()


@pytest.fixture
def run(home, capsys):
    def call(*words):
        code = main(["packages", *words])
        return code, capsys.readouterr().out

    return call


def test_a_folder_goes_into_msdb_and_out_again(run, home, tmp_path):
    code, out = run("copy", "file:incoming", r"\MSDB\In", "--dry-run")
    assert (code, out.splitlines()[-1]) == (0, "3 planned")
    assert not home.msdb().folder_exists(("In",))
    code, out = run("copy", "file:incoming", r"\MSDB\In")
    assert (code, out.splitlines()[-1]) == (0, "3 copied")
    assert home.msdb().read(("In", "Sales", "Load C")) == package("Load C", secret="swordfish")
    code, out = run("copy", "file:incoming", r"\MSDB\In")
    assert (code, out.splitlines()[-1]) == (1, "3 failed")
    assert run("copy", "file:incoming", "sql:In", "--existing", "skip")[1].endswith("3 skipped\n")
    (tmp_path / "out").mkdir()
    code, out = run("move", "sql:In", "file:out", "--pattern", "load ?", "--flat", "--json")
    assert [each["outcome"] for each in json.loads(out)] == ["moved", "moved"]
    assert (tmp_path / "out" / "Load A.dtsx").exists()
    assert not home.msdb().exists(("In", "Load A"))
    code, out = run("delete", r"\MSDB\In", "--report", "report.jsonl")
    assert (code, out.splitlines()[-1]) == (0, "1 deleted")
    assert "deleted" in (tmp_path / "report.jsonl").read_text()
    assert run("delete", r"\MSDB\In", "--report", "report.jsonl", "--resume")[0] == 0


def test_protection_and_ids_change_on_the_way(run, home, tmp_path):
    (tmp_path / "pw").write_text("banana\n")
    line = ["copy", "file:incoming", "sql:", "--level", "2", "--new-ids", "--new-password-file", "pw"]
    assert run(*line)[0] == 0
    stored = home.msdb().read(("Load A",))
    assert b"swordfish" not in stored
    assert PackageDocument.open(stored, "banana").model.dtsid != PackageDocument.open(package()).model.dtsid


def test_listing(run, home):
    home.msdb().write(("P",), package())
    code, out = run("list", "\\MSDB")
    assert code == 0
    assert out.rstrip().endswith("MSDB\\P")
    found = json.loads(run("list", "\\MSDB", "--json")[1])
    assert [each["path"] for each in found] == ["MSDB\\P"]


def test_versions(run, home, tmp_path):
    store = home.tree()
    store.write(("MSDB", "P"), b"one\n")
    store.write(("MSDB", "P"), b"two\n", overwrite=True)
    store.delete(("MSDB", "P"))
    found = json.loads(run("versions", r"\MSDB\P", "--json")[1])
    assert [(each["version"], each["why"]) for each in found] == [(1, "saved"), (2, "replaced"), (3, "deleted")]
    assert run("versions", "sql:P")[1].count("\n") == 3
    code, out = run("diff", r"\MSDB\P", "1", "2")
    assert code == 1
    assert "-one" in out
    assert run("diff", r"\MSDB\P", "1", "1") == (0, "")
    assert run("show", r"\MSDB\P", "1", "-o", str(tmp_path / "o"))[0] == 0
    assert (tmp_path / "o").read_bytes() == b"one\n"
    assert run("restore", r"\MSDB\P", "1")[0] == 0
    assert home.msdb().read(("P",)) == b"one\n"
    assert run("show", r"\MSDB\P", "9")[0] == 4
    assert run("prune", "--keep", "1")[1] == "3 versions were forgotten.\n"
    assert run("prune", "--older-than", "1")[1] == "0 versions were forgotten.\n"


def test_places_without_versions(run, home):
    assert run("versions", "file:incoming")[0] == 1
    (home.path / "dtserve.toml").write_text("versions.keep = 0")
    assert run("versions", "sql:P")[0] == 1


def test_lines_that_make_no_sense(run):
    assert run("delete", r"\MSDB", "--resume")[0] == 6
    assert run("copy", "incoming", r"\MSDB")[0] == 6
    assert run("copy", r"\MSDB")[0] == 6
    assert run()[0] == 6
