import os
from pathlib import Path

import pytest

from dtserve.connections.paths import find_case, map_windows_path


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (r"D:\home\ssis\travel.csv", "/home/ssis/travel.csv"),
        (r"\\server\share\x\y.txt", "//server/share/x/y.txt"),
        (r"\\?\C:\a\b", "/a/b"),
        (r"\\?\UNC\server\share\x", "//server/share/x"),
        ("/already/here", "/already/here"),
        ('"C:\\with blanks\\a b.txt"', "/with blanks/a b.txt"),
        ("C:/mixed\\slashes", "/mixed/slashes"),
    ],
)
def test_the_rule_of_ssis_on_linux(text, place):
    assert map_windows_path(text, {}, Path("/pkg")) == Path(place)


def test_the_longest_prefix_of_the_map_wins():
    places = {"C:\\": "/c", r"C:\Data": "/data", r"C:\Data\In": "/in", r"\\Srv\Share": "/mnt/share"}
    assert map_windows_path(r"c:\data\in\x.csv", places, Path()) == Path("/in/x.csv")
    assert map_windows_path(r"C:\data\out\x.csv", places, Path()) == Path("/data/out/x.csv")
    assert map_windows_path(r"C:\datax\y", places, Path()) == Path("/c/datax/y")
    assert map_windows_path(r"C:\Data", places, Path()) == Path("/data")
    assert map_windows_path("//srv/SHARE/a", places, Path()) == Path("/mnt/share/a")


def test_case_is_found_component_by_component(tmp_path):
    (tmp_path / "Data" / "In").mkdir(parents=True)
    (tmp_path / "Data" / "In" / "Äpfel.CSV").write_text("x")
    assert find_case(tmp_path / "DATA" / "in" / "äPFEL.csv") == tmp_path / "Data" / "In" / "Äpfel.CSV"
    assert find_case(tmp_path / "data" / "New" / "x.txt") == tmp_path / "Data" / "New" / "x.txt"
    assert find_case(tmp_path / "Data" / ".." / "data") == tmp_path / "Data" / ".." / "Data"


def test_an_exact_name_comes_before_others(tmp_path):
    for name in ("a.txt", "A.txt"):
        (tmp_path / name).write_text(name)
    assert find_case(tmp_path / "a.txt") == tmp_path / "a.txt"
    assert find_case(tmp_path / "A.TXT") == tmp_path / "A.txt"


def test_relative_paths(tmp_path, monkeypatch):
    package, work = tmp_path / "package", tmp_path / "work"
    package.mkdir()
    work.mkdir()
    monkeypatch.chdir(work)
    (work / "here.txt").write_text("x")
    (package / "sub").mkdir()
    assert map_windows_path(r"Sub\new.txt", {}, package) == package / "sub" / "new.txt"
    assert map_windows_path("HERE.txt", {}, package) == work / "here.txt"
    (package / "here.txt").write_text("x")
    assert map_windows_path(r".\here.txt", {}, package) == package / "here.txt"


def test_folders_that_cannot_be_read(tmp_path):
    assert find_case(tmp_path / "none" / "x") == tmp_path / "none" / "x"
    (tmp_path / "file").write_text("")
    assert find_case(tmp_path / "file" / "x") == tmp_path / "file" / "x"
    assert os.path.lexists(tmp_path)
