"""``dtserve packages``: bulk work and kept versions, from the command line."""

import io
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


def test_a_root_that_does_not_answer_is_told_and_the_others_are_listed(run, home, capsys):
    home.tree().write(("File System", "P"), package())
    ini = home.path / "Binn" / "MsDtsSrvr.ini.xml"
    ini.write_text(ini.read_text().replace("<ServerName>.<", "<ServerName>GONE<"))
    assert main(["packages", "list", "\\"]) == 1
    told = capsys.readouterr()
    assert "File System\\P" in told.out
    assert told.err.startswith("MSDB: DTSERVE_E_ROOTUNAVAILABLE")
    assert main(["packages", "script", "\\", "SQL"]) == 1
    assert "P" in capsys.readouterr().out
    code, out = run("copy", "\\", "file:out", "--dry-run")
    assert code == 1
    assert "1 failed, 1 planned" in out


def test_one_package_by_its_path(run, home, tmp_path):
    run("copy", "file:incoming", r"\MSDB\In")
    (tmp_path / "one").mkdir()
    code, out = run("copy", r"\MSDB\In\load a", "file:one")
    assert (code, out.splitlines()[-1]) == (0, "1 copied")
    assert [path.name for path in (tmp_path / "one").iterdir()] == ["Load A.dtsx"]


def test_collisions(run, home, tmp_path, monkeypatch):
    run("copy", "file:incoming", r"\MSDB\In", "--flat")
    assert run("copy", "file:incoming", r"\MSDB\In", "--flat", "--existing", "both")[1].endswith("2 copied\n")
    assert run("copy", "file:incoming", r"\MSDB\In", "--flat", "--existing", "both")[0] == 0
    names = [info.name for info in home.msdb().list(("In",))[1]]
    assert names == ["Load A", "Load A (2)", "Load A (3)", "Load B", "Load B (2)", "Load B (3)"]
    monkeypatch.setattr("sys.stdin", io.StringIO("what?\nb\ns\n"))
    assert run("copy", "file:incoming", r"\MSDB\In", "--flat", "--existing", "ask")[1].endswith("1 copied, 1 skipped\n")
    monkeypatch.setattr("sys.stdin", io.StringIO("R\n"))
    assert run("copy", "file:incoming", r"\MSDB\In", "--flat", "--existing", "ask")[1].endswith("1 copied, 1 skipped\n")
    assert run("copy", r"\MSDB\In", r"\MSDB\In")[0] == 1


def test_protecting_in_place(run, home, tmp_path, monkeypatch):
    run("copy", "file:incoming", r"\MSDB\In")
    monkeypatch.setenv("PW", "banana")
    code, out = run("protect", r"\MSDB\In", "--level", "3", "--new-password-env", "PW", "--report", "r.csv")
    assert (code, out.splitlines()[-1]) == (0, "3 protected")
    assert b"swordfish" not in home.msdb().read(("In", "Sales", "Load C"))
    assert [each.why for each in home.msdb().versions(("In", "Load A"))] == ["saved", "given protection level 3"]
    assert (tmp_path / "r.csv").read_text().count("protected") == 3
    assert run("protect", r"\MSDB\In", "--level", "0")[0] == 1
    assert run("protect", r"\MSDB\In", "--level", "0", "--password-env", "PW", "--workers", "1")[0] == 0
    assert run("protect", r"\MSDB\In")[0] == 6


def test_a_bar_on_a_terminal(run, monkeypatch, capsys):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    code, out = run("copy", "file:incoming", r"\MSDB\In")
    assert (code, out) == (0, "3 copied\n")
    assert main(["packages", "copy", "file:incoming", r"\MSDB\In"]) == 1
    shown = capsys.readouterr()
    assert shown.out == "3 failed\n"
    assert shown.err.count("failed  ") == 3


def test_versions(run, home, tmp_path):
    store = home.tree()
    first, second = package("one"), package("one").replace(b"Loads", b"Fetches")
    store.write(("MSDB", "P"), first)
    store.write(("MSDB", "P"), second, overwrite=True)
    store.delete(("MSDB", "P"))
    found = json.loads(run("versions", r"\MSDB\P", "--json")[1])
    assert [(each["version"], each["why"]) for each in found] == [(1, "saved"), (2, "replaced"), (3, "deleted")]
    assert run("versions", "sql:P")[1].count("\n") == 3
    code, out = run("diff", r"\MSDB\P", "1", "2")
    assert code == 1
    assert "Description" in out
    assert "Fetches" in out
    assert len(json.loads(run("diff", r"\MSDB\P", "1", "2", "--json")[1])) == 1
    assert "-  DTS:Description=" in run("diff", r"\MSDB\P", "1", "2", "--text")[1]
    assert run("diff", r"\MSDB\P", "1", "1") == (0, "")
    assert run("diff", r"\MSDB\P", "1", "1", "--text") == (0, "")
    assert run("show", r"\MSDB\P", "1", "-o", str(tmp_path / "o"))[0] == 0
    assert (tmp_path / "o").read_bytes() == first
    assert run("restore", r"\MSDB\P", "1")[0] == 0
    assert home.msdb().read(("P",)) == first
    assert run("show", r"\MSDB\P", "9")[0] == 4
    assert run("prune", "--keep", "1")[1] == "3 versions were forgotten.\n"
    assert run("prune", "--older-than", "1")[1] == "0 versions were forgotten.\n"


def test_places_without_versions(run, home):
    assert run("versions", "file:incoming")[0] == 1
    (home.path / "dtserve.toml").write_text("versions.keep = 0")
    assert run("versions", "sql:P")[0] == 1


def test_configuration_files_are_listed(run, home):
    home.tree().write_attachment(("File System", "Load.dtsConfig"), b"<x/>")
    assert run("list", r"\File System")[1].strip().endswith("File System\\Load.dtsConfig")
    assert json.loads(run("list", r"\File System", "--json")[1]) == [{"attachment": "File System\\Load.dtsConfig"}]


def test_scripts(run, home):
    home.msdb().write(("P",), package())
    assert run("script", "sql:", "SQL", "--level", "0")[1].splitlines()[-1] == 'dtutil /SQL P /ENCRYPT "SQL;P;0"'
    assert run("script", "sql:", "FILE;/out", "--shell", "sh")[1].splitlines()[-1].endswith("'FILE;/out/P.dtsx' /QUIET")
    assert run("script", "sql:", "SQL", "--query")[1].startswith("WITH f AS")
    for line in (["sql:", "FILE"], ["sql:", "X;y"], ["sql:", "DTS;MSDB", "--level", "0"]):
        assert run("script", *line)[0] == 6


def test_lines_that_make_no_sense(run):
    assert run("delete", r"\MSDB", "--resume")[0] == 6
    assert run("copy", "incoming", r"\MSDB")[0] == 6
    assert run("copy", r"\MSDB")[0] == 6
    assert run()[0] == 6
