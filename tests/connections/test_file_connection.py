import pytest

from dtserve.connections.errors import CannotOpenFile, InvalidFileName
from dtserve.connections.file_connection import FileConnection, MultiFileConnection
from support.connections import environment, manager


def test_a_path(tmp_path):
    (tmp_path / "In.txt").write_text("x")
    found = FileConnection(manager("FILE", {"ConnectionString": "in.TXT"}), environment(tmp_path))
    assert found.path() == found.existing_path() == tmp_path / "In.txt"
    found.set_property("connectionstring", "none.txt")
    assert found.path() == tmp_path / "none.txt"
    with pytest.raises(CannotOpenFile, match=r"none\.txt"):
        found.existing_path()
    found.set_property("ConnectionString", " ")
    with pytest.raises(InvalidFileName):
        found.path()


def test_lists_and_wildcards(tmp_path):
    for name in ("b1.CSV", "a1.csv", "a2.csv", "x[1].txt", "skip.log"):
        (tmp_path / name).write_text("")
    (tmp_path / "dir.csv").mkdir()

    def names(text):
        found = MultiFileConnection(manager("MULTIFILE", {"ConnectionString": text}), environment(tmp_path))
        return [path.name for path in found.paths()]

    assert names("*.csv") == ["a1.csv", "a2.csv", "b1.CSV"]
    assert names("skip.log|A?.CSV") == ["skip.log", "a1.csv", "a2.csv"]
    assert names("x[1].*") == ["x[1].txt"]
    assert len(names("*.*")) == 5
    for text, error in (("", InvalidFileName), ("|", InvalidFileName), ("z*.csv", CannotOpenFile)):
        with pytest.raises(error):
            names(text)
