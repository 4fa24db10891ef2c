"""The worked examples of DTUTIL §9, one by one, on a home folder of their own."""

from __future__ import annotations

import io
import re

import pytest

from dtserve.cli import dtutil_texts as texts
from dtserve.cli.dtutil import main
from dtserve.package.document import PackageDocument
from dtserve.service.config import load_home
from support.store_packages import package

SERVERS = '[servers]\n"SRV" = "sqlite:///{folder}/srv.sqlite"\n"S" = "sqlite:///{folder}/s.sqlite"\n'


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("DTSERVE_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    made = load_home()
    (made.path / "dtserve.toml").write_text(
        SERVERS.format(folder=tmp_path) + '[paths]\n"c:\\\\" = "' + str(tmp_path) + '"\n'
    )
    return load_home()


@pytest.fixture
def run(home, capsys, monkeypatch):
    """Runs a line; gives exit code and output; ``answers`` is what the user types."""

    def call(*words, answers=""):
        monkeypatch.setattr("sys.stdin", io.StringIO(answers))
        code = main(list(words))
        return code, capsys.readouterr().out

    return call


def put(home, path, data=None):
    """A package in msdb, with its folders."""
    store = home.msdb()
    *folders, name = path.split("\\")
    for depth in range(len(folders)):
        if not store.folder_exists(tuple(folders[: depth + 1])):
            store.create_folder(tuple(folders[: depth + 1]))
    store.write((*folders, name), data or package(name), overwrite=True)


def ident(data, password=None):
    return PackageDocument.open(data, password).model.dtsid


def test_01_to_04_help(run):
    for words in (["/?"], ["/H"], ["-help"]):
        code, out = run(*words)
        assert code == 0
        assert "/SourceS[erver] server" in out
        assert "/Dump process_id" in out
    first, second = run("/H", "Q"), run("/Help", "Quiet")
    assert first == second
    assert first[0] == 0
    assert "/Q[uiet]" in first[1]
    assert run("/H", "/Q") == run("-h", "-quiet") == first
    assert "/C[opy]" in run("/H", "/COPY")[1]
    assert run("/H", "/NoSuch")[0] == 6
    assert run()[0] == 6


def test_05_msdb_to_store(run, home):
    put(home, "srcPackage")
    home.tree().create_folder(("File System", "destFolder"))
    code, out = run("/SQL", "srcPackage", "/COPY", r"DTS;destFolder\destPackage")
    assert (code, texts.SUCCESS in out) == (0, True)
    assert home.tree().read(("File System", "destFolder", "destPackage")) == package("srcPackage")


def test_06_file_to_file(run, tmp_path):
    (tmp_path / "myPackages").mkdir()
    (tmp_path / "myTestPackages").mkdir()
    (tmp_path / "myPackages" / "mypackage.dtsx").write_bytes(package())
    code, out = run("/FILE", r"c:\myPackages\mypackage.dtsx", "/COPY", r"FILE;c:\myTestPackages\mynewpackage.dtsx")
    assert code == 0
    assert out.rstrip().endswith("The operation completed successfully.")
    assert (tmp_path / "myTestPackages" / "mynewpackage.dtsx").read_bytes() == package()


def test_07_to_10_overwriting_asks(run, home, tmp_path):
    line = ["/FILE", r"c:\sourcepkg.dtsx", "/DestServer", "SRV", "/COPY", "SQL;destpkgname"]
    (tmp_path / "sourcepkg.dtsx").write_bytes(package("one"))
    assert run(*line)[0] == 0
    stored = home.msdb("SRV")
    assert stored.read(("destpkgname",)) == package("one")
    assert not home.msdb().exists(("destpkgname",))
    (tmp_path / "sourcepkg.dtsx").write_bytes(package("two"))
    code, out = run(*line, answers="N\n")
    assert code == 1
    assert 'Destination Package "destpkgname" already exists.' in out
    assert stored.read(("destpkgname",)) == package("one")
    assert run(*line, answers="")[0] == 1
    assert run(*line, answers="what\ny\n")[0] == 0
    assert stored.read(("destpkgname",)) == package("two")
    (tmp_path / "sourcepkg.dtsx").write_bytes(package("three"))
    code, out = run(*line, "/Q")
    assert code == 0
    assert "already exists" not in out
    assert stored.read(("destpkgname",)) == package("three")


def test_11_and_12_folders_of_the_destination(run, home, tmp_path):
    (tmp_path / "x.dtsx").write_bytes(package())
    line = ["/FILE", '"x.dtsx"', "/DestServer", "SRV", "/COPY", r'SQL;"Finance\Load"', "/Q"]
    code, out = run(*line)
    assert code == 1
    assert "0xC0014049" in out
    assert 'Cannot find folder "Finance".' in out
    home.msdb("SRV").create_folder(("Finance",))
    assert run(*line)[0] == 0
    assert home.msdb("SRV").read(("Finance", "Load")) == package()


def test_13_to_15_store_msdb_and_files(run, home, tmp_path):
    (tmp_path / "a.dtsx").write_bytes(package("a"))
    home.msdb().create_folder(("Testing",))
    assert run("/FILE", "a.dtsx", "/DestServer", "localhost", "/COPY", r"DTS;MSDB\Testing\a")[0] == 0
    assert home.msdb().read(("Testing", "a")) == package("a")
    home.msdb("S").create_folder(("folder",))
    code, _ = run("/DTS", r'"\MSDB\Testing\a"', "/DestServer", '"S"', "/COPY", r'"SQL;folder\pkg"')
    assert code == 0
    assert home.msdb("S").read(("folder", "pkg")) == package("a")
    (tmp_path / "out").mkdir()
    assert run("/SQL", r"folder\pkg", "/SourceServer", "S", "/COPY", r"FILE;C:\out\pkg.dtsx", "/Quiet")[0] == 0
    assert (tmp_path / "out" / "pkg.dtsx").read_bytes() == package("a")


def test_16_to_18_what_cannot_be_found_or_loaded(run, tmp_path):
    code, out = run("/FILE", "missing.dtsx", "/COPY", "FILE;y.dtsx")
    assert code == 4
    assert 'Could not load package "missing.dtsx" because of error 0xC0011002.' in out
    (tmp_path / "notxml.dtsx").write_bytes(b"no package")
    code, out = run("/FILE", "notxml.dtsx", "/COPY", "FILE;y.dtsx")
    assert code == 5
    assert "0xC0011007" in out
    assert not (tmp_path / "y.dtsx").exists()


def test_20_to_23_new_ids(run, home, tmp_path):
    (tmp_path / "copiedpkg.dtsx").write_bytes(package())
    assert run("/I", "/FILE", "copiedpkg.dtsx")[0] == 0
    first = (tmp_path / "copiedpkg.dtsx").read_bytes()
    assert ident(first) != ident(package())
    assert len(first) == len(package())
    assert run("-I", "-File", "copiedpkg.dtsx")[0] == 0
    assert ident((tmp_path / "copiedpkg.dtsx").read_bytes()) not in (ident(first), ident(package()))
    put(home, r"integration\pkg")
    assert run("/I", "/DTS", r"MSDB\integration\pkg")[0] == 0
    stored = home.msdb().read(("integration", "pkg"))
    assert ident(stored) != ident(package())
    assert home.msdb().info(("integration", "pkg")).package_id == ident(stored)
    assert run("/SQL", r"integration\pkg", "/COPY", "SQL;other", "/I")[0] == 0
    assert ident(home.msdb().read(("other",))) != ident(stored)
    assert home.msdb().read(("integration", "pkg")) == stored


def test_24_to_28_deleting(run, home, tmp_path):
    put(home, "delPackage")
    assert run("/SQL", "delPackage", "/DELETE")[0] == 0
    assert not home.msdb().exists(("delPackage",))
    put(home, "delPackage")
    assert run("/SQL", "delPackage", "/SOURCEUSER", "u", "/SOURCEPASSWORD", "p", "/DELETE")[0] == 0
    home.tree().write(("File System", "delPackage"), package())
    assert run("/DTS", "delPackage.dtsx", "/DELETE")[0] == 0
    assert not home.tree().exists(("File System", "delPackage"))
    (tmp_path / "delPackage.dtsx").write_bytes(package())
    assert run("/FILE", r"c:\delPackage.dtsx", "/DELETE")[0] == 0
    assert not (tmp_path / "delPackage.dtsx").exists()
    code, out = run("/SQL", "nosuch", "/DELETE")
    assert code == 4
    assert "0xC0014062" in out
    assert run("/DTS", r"MSDB\nosuch", "/DELETE")[0] == 4
    assert run("/FILE", "nosuch.dtsx", "/DELETE")[0] == 4


def test_29_to_33_existence(run, home, tmp_path):
    put(home, "srcPackage")
    home.tree().write(("File System", "srcPackage"), package())
    (tmp_path / "srcPackage.dtsx").write_bytes(package())
    login = ["/SOURCEUSER", "u", "/SOURCEPASSWORD", "pw"]
    for words in (
        ["/SQL", "srcPackage"],
        ["/DTS", "srcPackage.dtsx"],
        ["/DTS", r"\File System\srcPackage"],
        ["/FILE", r"c:\srcPackage.dtsx"],
        ["/SQL", "srcPackage", *login],
    ):
        code, out = run(*words, "/EXISTS")
        assert (code, texts.PACKAGE_EXISTS in out) == (0, True)
    for words in (["/SQL", "none"], ["/DTS", "none.dtsx"], ["/FILE", "none.dtsx"], ["/SQL", "none", *login]):
        code, out = run(*words, "/EXISTS")
        assert (code, texts.PACKAGE_MISSING in out) == (1, True)


def test_the_answer_of_a_miss_can_be_configured(run, monkeypatch):
    monkeypatch.setenv("DTSERVE_DTUTIL_EXISTS_MISS_EXIT_CODE", "6")
    assert run("/SQL", "none", "/EXISTS")[0] == 6
    assert run("/FExists", "SQL;none")[0] == 6


def test_34_to_37_moving(run, home, tmp_path):
    home.tree().write(("File System", "srcPackage"), package())
    assert run("/DTS", "srcPackage.dtsx", "/MOVE", "SQL;destPackage")[0] == 0
    assert home.msdb().read(("destPackage",)) == package()
    assert not home.tree().exists(("File System", "srcPackage"))
    line = ["/SQL", "destPackage", "/SOURCEUSER", "a", "/SOURCEPASSWORD", "x"]
    assert run(*line, "/MOVE", "SQL;d", "/DESTUSER", "b", "/DESTPASSWORD", "y")[0] == 0
    assert [each.name for each in home.msdb().list(())[1]] == ["d"]
    assert home.msdb().info(("d",)).owner == "b"
    home.tree().write(("File System", "srcPackage"), package())
    assert run("/DTS", "srcPackage.dtsx", "/MOVE", "DTS;destPackage.dtsx")[0] == 0
    assert [each.name for each in home.tree().list(("File System",))[1]] == ["destPackage"]
    (tmp_path / "srcPackage.dtsx").write_bytes(package())
    assert run("/FILE", r"c:\srcPackage.dtsx", "/MOVE", r"FILE;c:\destPackage.dtsx")[0] == 0
    assert not (tmp_path / "srcPackage.dtsx").exists()
    assert (tmp_path / "destPackage.dtsx").read_bytes() == package()


def test_moving_into_a_folder_takes_the_package_name(run, home, tmp_path):
    (tmp_path / "into").mkdir()
    (tmp_path / "x.dtsx").write_bytes(package("Sales"))
    assert run("/FILE", "x.dtsx", "/MOVE", "FILE;into")[0] == 0
    assert (tmp_path / "into" / "Sales.dtsx").read_bytes() == package("Sales")
    (tmp_path / "other").mkdir()
    for target in ("FILE;other", "FILE;other/", 'FILE;"c:\\other\\"'):
        assert run("/FILE", "into/Sales.dtsx", "/COPY", target, "/Q")[0] == 0
    assert [path.name for path in (tmp_path / "other").iterdir()] == ["Sales.dtsx"]
    code, out = run("/FILE", "into/Sales.dtsx", "/COPY", "FILE;other", answers="N\n")
    assert (code, 'Destination Package "other/Sales.dtsx" already exists.' in out) == (1, True)
    home.tree().create_folder(("MSDB", "F"))
    assert run("/FILE", "into/Sales.dtsx", "/MOVE", r"DTS;MSDB\F" + "\\")[0] == 0
    assert home.msdb().read(("F", "Sales")) == package("Sales")


def test_a_package_is_not_put_outside_the_folder_by_its_name(run, tmp_path):
    (tmp_path / "into").mkdir()
    (tmp_path / "x.dtsx").write_bytes(package(r"..\up"))
    code, out = run("/FILE", "x.dtsx", "/MOVE", "FILE;into")
    assert (code, "0xC001F209" in out) == (1, True)
    assert sorted(path.name for path in tmp_path.glob("*.dtsx")) == ["x.dtsx"]


def test_moving_onto_itself_loses_nothing(run, home, tmp_path):
    (tmp_path / "x.dtsx").write_bytes(package())
    code, out = run("/FILE", "x.dtsx", "/MOVE", "FILE;./x.dtsx", "/Q")
    assert code == 1
    assert "0xC0D51713" in out
    put(home, "p")
    assert run("/SQL", "p", "/MOVE", r"DTS;MSDB\P", "/Q")[0] == 1
    assert (tmp_path / "x.dtsx").read_bytes() == package()
    assert home.msdb().read(("p",)) == package("p")


def test_39_to_46_protection(run, home, tmp_path):
    clear = package(secret="swordfish")
    (tmp_path / "p.dtsx").write_bytes(clear)
    assert run("/FILE", "p.dtsx", "/ENCRYPT", "file;enc3.dtsx;3;EncPswd")[0] == 0
    sealed = (tmp_path / "enc3.dtsx").read_bytes()
    assert b"swordfish" not in sealed
    assert b"EncryptedData" in sealed
    assert ident(sealed, "EncPswd") == ident(clear)
    code, out = run("/FILE", "enc3.dtsx", "/COPY", "FILE;y.dtsx")
    assert code == 5
    assert "0xC0014037" in out
    code, out = run("/FILE", "enc3.dtsx", "/Decrypt", "encpswd", "/COPY", "FILE;y.dtsx")
    assert code == 5
    home.msdb().create_folder(("integration",))
    line = ["/FILE", "enc3.dtsx", "/DestServer", "localhost", "/Decrypt", "EncPswd"]
    assert run(*line, "/COPY", r"DTS;MSDB\integration\p")[0] == 0
    assert home.msdb().read(("integration", "p")) == sealed
    path = str(tmp_path / "p.dtsx")
    assert run("/file", path, "/encrypt", f'file;"{path}";2;strongpassword')[0] == 0
    level2 = (tmp_path / "p.dtsx").read_bytes()
    assert PackageDocument.open(level2).protection_level == 2
    assert b"swordfish" not in level2
    assert run("/FILE", "a.dtsx", "/ENCRYPT", "FILE;b.dtsx;2")[0] == 6
    assert run("/FILE", "a.dtsx", "/ENCRYPT", "DTS;x;0")[0] == 6
    code, out = run("/FILE", "p.dtsx", "/ENCRYPT", "FILE;b.dtsx;5")
    assert code == 1
    assert "0xC0014061" in out
    assert not (tmp_path / "b.dtsx").exists()


def test_45_a_maintenance_plan_without_its_secrets(run, home, tmp_path):
    home.msdb("S").write(("Maintenance Plans", "X"), package("X", level=5, secret="swordfish"))
    line = ["/sql", r'"Maintenance Plans\X"', "/en", r'File;"C:\X.dtsx";0', "/sources", "S", "/sourceu", "U"]
    assert run(*line, "/sourcep", "P")[0] == 0
    stripped = (tmp_path / "X.dtsx").read_bytes()
    assert b"swordfish" not in stripped
    assert PackageDocument.open(stripped).protection_level == 0
    code, out = run("/sql", r"Maintenance Plans\X", "/sources", "S", "/copy", "FILE;leak.dtsx")
    assert code == 1
    assert "0xC0014061" in out
    assert not (tmp_path / "leak.dtsx").exists()


def test_46_to_another_server_with_a_password(run, home):
    put(home, r"f\p", package("p", secret="swordfish"))
    home.msdb("SRV").create_folder(("f",))
    line = ["/SQL", r"f\p", "/ENCRYPT", r"SQL;f\p;2;pwd", "/DestServer", "SRV", "/DestUser", "u", "/DestPassword", "pw"]
    assert run(*line)[0] == 0
    assert home.msdb("SRV").info(("f", "p")).protection_level == 2
    assert home.msdb("SRV").info(("f", "p")).owner == "u"
    assert run("/SQL", r"f\p", "/ENCRYPT", r"SQL;f\p;5")[0] == 0
    assert home.msdb().info(("f", "p")).protection_level == 5


def test_48_to_56_folders(run, home):
    assert run("/FCreate", r'SQL;\;"Finance"', "/SourceServer", "SRV")[0] == 0
    assert run("/FCreate", 'SQL;Finance;"2024"', "/SourceServer", "SRV")[0] == 0
    assert run("/FCreate", r'SQL;"Finance\2024";"Q1"', "/SourceServer", "SRV")[0] == 0
    assert home.msdb("SRV").folder_exists(("Finance", "2024", "Q1"))
    assert run("/FCreate", "DTS;MSDB;Finance")[0] == 0
    assert home.msdb().folder_exists(("Finance",))
    code, out = run("/FCreate", r'SQL;\;"Finance"', "/SourceServer", "SRV")
    assert code == 1
    assert "0xC0014043" in out
    assert "U_sysssispackagefoldersuniquepath" in out
    assert run("/FExists", "SQL;Finance")[:1] == (0,)
    assert run("/FExists", "SQL;Nothing") == (1, texts.banner() + "\n" + texts.FOLDER_MISSING + "\n")
    put(home, r"Finance\Load")
    code, out = run("/FDirectory", "SQL;\\;S")
    assert code == 0
    assert re.search(r"Folder: \\Finance\n +Load", out)
    code, out = run("/FDirectory", "SQL;\\")
    assert "<DIR>  Finance" in out
    assert "Load" not in out
    assert run("/FDirectory", "DTS")[1].count("<DIR>") == 2
    ini = home.path / "Binn" / "MsDtsSrvr.ini.xml"
    whole = ini.read_text()
    ini.write_text(whole.replace("<ServerName>.<", "<ServerName>GONE<"))
    code, out = run("/FDirectory", "DTS;\\;S")
    assert code == 1
    assert re.search(r"Folder: \\File System\n(.*\n)*Folder: \\MSDB\n  0xC0D5170A Failed to retrieve", out)
    ini.write_text(whole)
    assert run("/FRename", r"SQL;\;Finance;Fin")[0] == 0
    code, out = run("/FDelete", r"SQL;\;Fin")
    assert code == 1
    assert "contains packages and/or other folders" in out
    assert run("/SQL", r"Fin\Load", "/DELETE")[0] == 0
    assert run("/FDelete", r"SQL;\;Fin")[0] == 0
    assert run("/FDelete", r"SQL;\;Fin")[0] == 1
    assert run("/FCreate", r"DTS;\;Root")[0] == 1
    assert run("/FDelete", r"DTS;\;MSDB")[0] == 1


def test_the_package_store_of_another_server_is_its_msdb(run, home, tmp_path):
    """A server that is named is never taken for this machine."""
    (tmp_path / "a.dtsx").write_bytes(package("a"))
    there = home.msdb("SRV")
    assert run("/FCreate", "DTS;MSDB;Finance", "/SourceServer", "SRV")[0] == 0
    assert run("/FExists", "DTS;MSDB\\Finance", "/SourceServer", "SRV")[0] == 0
    assert run("/FExists", "DTS;MSDB\\Finance")[0] == 1
    line = ["/FILE", "a.dtsx", "/DestServer", "SRV"]
    assert run(*line, "/COPY", r"DTS;\MSDB\Finance\a")[0] == 0
    assert there.read(("Finance", "a")) == package("a")
    assert not home.msdb().folder_exists(("Finance",))
    assert run(*line, "/MOVE", "DTS;MSDB\\Finance\\", "/Q")[0] == 0
    assert [each.name for each in there.list(("Finance",))[1]] == ["a"]
    (tmp_path / "a.dtsx").write_bytes(package("a"))
    code, out = run(*line, "/COPY", r"DTS;File System\a")
    assert code == 1
    assert 'Connect to SSIS Service on machine "SRV" failed' in out
    assert "0xC00160AA" in out
    assert run("/FDirectory", "DTS", "/SourceServer", "SRV")[0] == 1
    assert run("/FILE", "a.dtsx", "/DestServer", "nowhere", "/COPY", r"DTS;MSDB\a")[0] == 1
    assert home.tree().list(("File System",))[1] == []


def test_folders_of_the_store_without_a_root_are_below_the_first_file_root(run, home, tmp_path):
    assert run("/FCreate", r"DTS;File System;In")[0] == 0
    assert run("/FCreate", "DTS;In;Daily")[0] == 0
    assert run("/FExists", r"DTS;In\Daily")[0] == 0
    (tmp_path / "x.dtsx").write_bytes(package("Sales"))
    assert run("/FILE", "x.dtsx", "/MOVE", "DTS;In\\")[0] == 0
    assert home.tree().read(("File System", "In", "Sales")) == package("Sales")
    code, out = run("/FDirectory", "DTS;In;")
    assert (code, "<DIR>  Daily" in out) == (0, True)


@pytest.mark.parametrize(
    "words",
    [
        ["/FILE", "a.dtsx", "/SQL", "b", "/COPY", "FILE;c.dtsx"],
        ["/DTS", "a", "/SourceServer", "S", "/EXISTS"],
        ["/FILE", "a.dtsx", "/DestServer", "S", "/COPY", "FILE;c.dtsx"],
        ["/FILE", "a.dtsx", "/COPY", "SQL;b", "/DestPassword", "x"],
        ["/", "FILE", "a.dtsx", "/EXISTS"],
    ],
)
def test_57_to_61_lines_that_make_no_sense(run, words, tmp_path):
    (tmp_path / "a.dtsx").write_bytes(package())
    assert run(*words)[0] == 6
    assert not (tmp_path / "c.dtsx").exists()


def test_62_remarks(run, tmp_path):
    (tmp_path / "a.dtsx").write_bytes(package())
    assert run("/FILE", "a.dtsx", "/EXISTS", "/R", "nightly check", "/R", "done")[0] == 0


def test_an_unknown_server_is_a_failure(run):
    code, out = run("/SQL", "p", "/SourceServer", "nowhere", "/EXISTS")
    assert code == 1
    assert "Login Timeout Expired" in out
    assert "Traceback" not in out
