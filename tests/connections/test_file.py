import pytest

from dtserve.connections.errors import CannotOpenFile, InvalidFileName
from dtserve.connections.file import FileUsage
from dtserve.connections.registry import create_connection
from support.connections import environment, manager


@pytest.mark.parametrize(("stored", "usage"), [("", 0), ("1", 1), ("2", 2), ("3", 3), ("9", 0)])
def test_usage(stored, usage):
    assert create_connection(manager("FILE", {"FileUsageType": stored}), environment()).usage is FileUsage(usage)


def test_validation_wants_what_must_exist(tmp_path):
    (tmp_path / "f.txt").write_text("")
    (tmp_path / "d").mkdir()

    def check(text, usage):
        create_connection(
            manager("FILE", {"ConnectionString": text, "FileUsageType": str(usage)}), environment(tmp_path)
        ).validate()

    check("f.txt", 0)
    check("new.txt", 1)
    check("d", 2)
    check("new", 3)
    for text, usage in (("new.txt", 0), ("d", 0), ("f.txt", 2)):
        with pytest.raises(CannotOpenFile):
            check(text, usage)
    with pytest.raises(InvalidFileName):
        check("", 1)
