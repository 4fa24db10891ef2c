"""The archive: numbers, equal contents, deletions, renames, pruning."""

import random
import sqlite3
import time

import pytest

from dtserve.errors import DtserveError
from dtserve.stores.errors import PackageDamaged, StoreUnavailable, VersionNotFound
from dtserve.stores.versions import VersionArchive, because, reason


@pytest.fixture
def archive(tmp_path):
    return VersionArchive(tmp_path / "versions" / "versions.sqlite")


def told(archive, path=("P",), store="s"):
    return [(each.version, each.who, each.why, each.deleted) for each in archive.list(store, path)]


def test_every_content_is_kept_once(archive):
    assert archive.keep("s", ("P",), b"1", who="ann", why="saved").version == 1
    assert archive.keep("s", ("p",), b"1", who="bob", why="saved") is None
    assert archive.keep("s", ("P",), b"2", who="bob", why="replaced").version == 2
    assert archive.keep("s", ("P",), b"1", who="ann", why="replaced").version == 3
    assert archive.keep("t", ("P",), b"1", who="ann", why="saved").version == 1
    assert told(archive) == [(1, "ann", "saved", False), (2, "bob", "replaced", False), (3, "ann", "replaced", False)]
    assert [archive.read("s", ("P",), number) for number in (1, 2, 3)] == [b"1", b"2", b"1"]
    with sqlite3.connect(archive.path) as connection:
        assert connection.execute("SELECT count(*) FROM contents").fetchone() == (2,)
    latest = archive.latest("s", ("P",))
    assert (latest.version, latest.size, latest.path) == (3, 1, "P")


def test_deletions(archive):
    assert archive.keep("s", ("P",), None, who="ann", why="deleted") is None
    archive.keep("s", ("P",), b"1", who="ann", why="saved")
    assert archive.keep("s", ("P",), None, who="ann", why="deleted").deleted
    assert archive.keep("s", ("P",), None, who="ann", why="deleted") is None
    with pytest.raises(VersionNotFound):
        archive.read("s", ("P",), 2)
    assert archive.read("s", ("P",), 1) == b"1"
    assert archive.keep("s", ("P",), b"1", who="ann", why="saved").version == 3


def test_what_was_never_kept(archive):
    assert archive.list("s", ("P",)) == []
    assert archive.latest("s", ("P",)) is None
    with pytest.raises(VersionNotFound) as caught:
        archive.read("s", ("A", "P"), 7)
    assert "A\\P" in caught.value.message
    assert caught.value.exit_code == 4


def test_differences(archive):
    for data in (b"a\nb\nc\n", b"a\nB\nc\n"):
        archive.keep("s", ("P",), data, who="", why="")
    lines = archive.diff("s", ("P",), 1, 2).splitlines()
    assert lines[:2] == ["--- P version 1", "+++ P version 2"]
    assert "-b" in lines
    assert "+B" in lines


def test_a_renamed_folder_keeps_its_history(archive):
    archive.keep("s", ("A", "B", "P"), b"1", who="", why="one")
    archive.keep("s", ("AX", "P"), b"1", who="", why="other")
    archive.keep("s", ("N", "B", "P"), b"0", who="", why="older")
    archive.rename("s", ("A",), ("N",))
    assert told(archive, ("A", "B", "P")) == []
    assert [each[2] for each in told(archive, ("n", "b", "p"))] == ["older", "one"]
    assert archive.latest("s", ("N", "B", "P")).path == "N\\B\\P"
    assert len(told(archive, ("AX", "P"))) == 1
    archive.rename("s", ("N",), ("n",))
    assert len(told(archive, ("N", "B", "P"))) == 2


def test_pruning(archive):
    for number in range(6):
        archive.keep("s", ("P",), b"%d" % number, who="", why="")
        archive.keep("s", ("Q",), b"q%d" % (number // 3), who="", why="")
    assert archive.prune(4, older_than=1.0) == 0
    assert archive.prune(4) == 2
    assert [each.version for each in archive.list("s", ("P",))] == [3, 4, 5, 6]
    assert [each.version for each in archive.list("s", ("Q",))] == [1, 2]
    archive.keep("s", ("P",), b"new", who="", why="", limit=2)
    assert [each.version for each in archive.list("s", ("P",))] == [6, 7]
    with sqlite3.connect(archive.path) as connection:
        assert connection.execute("SELECT count(*) FROM contents").fetchone() == (4,)


def test_reasons():
    assert reason("saved") == "saved"
    with because("backup"):
        assert reason("saved") == "backup"
    assert reason("saved") == "saved"


def test_an_archive_that_cannot_be_opened(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreUnavailable):
        VersionArchive(tmp_path / "file" / "v.sqlite").list("s", ("P",))
    (tmp_path / "no.sqlite").write_bytes(b"no database" * 200)
    with pytest.raises(StoreUnavailable):
        VersionArchive(tmp_path / "no.sqlite").keep("s", ("P",), b"1", who="", why="")


def test_a_policy_by_number_and_by_age(archive, monkeypatch):
    def keep(path, data, at, **policy):
        monkeypatch.setattr(time, "time", lambda: at)
        archive.keep("s", path, data, who="me", why="x", **policy)

    def numbers(path):
        return [each.version for each in archive.list("s", path)]

    for path, times in ((("P",), (1.0, 2.0, 100.0)), (("Q",), (1.0, 90.0))):
        for at in times:
            keep(path, b"%f" % at, at)
    keep(("Gone",), b"x", 1.0)
    keep(("Gone",), None, 5.0)
    keep(("Gone lately",), b"y", 1.0)
    keep(("Gone lately",), None, 60.0)
    assert archive.expire(0) == 0
    assert archive.expire(0, 50.0) == 3
    assert (numbers(("P",)), numbers(("Q",))) == ([2, 3], [1, 2])  # the first of P was replaced long ago
    assert (numbers(("Gone",)), numbers(("Gone lately",))) == ([], [1, 2])
    assert archive.expire(1, 50.0) == 3
    assert (numbers(("P",)), numbers(("Q",)), numbers(("Gone lately",))) == ([3], [2], [2])
    assert archive.read("s", ("P",), 3) == b"100.000000"


def test_old_versions_go_when_a_new_one_comes(archive, monkeypatch):
    for at in (1.0, 2.0, 3.0, 50.0):
        monkeypatch.setattr(time, "time", lambda at=at: at)
        archive.keep("s", ("P",), b"%f" % at, who="me", why="x", before=at - 10)
    assert [each.version for each in archive.list("s", ("P",))] == [3, 4]
    archive.keep("s", ("Q",), b"1", who="me", why="x", before=49.0)
    assert len(archive.list("s", ("Q",))) == 1


@pytest.mark.parametrize("damage", [b"no compressed text", "other"])
def test_a_damaged_content_is_told(archive, damage):
    archive.keep("s", ("A", "P"), b"1", who="ann", why="saved")
    archive.keep("s", ("Q",), b"other", who="ann", why="saved")
    archive.close()
    other = "(SELECT data FROM contents WHERE size = 5)"
    with sqlite3.connect(archive.path) as connection:
        if damage == "other":
            connection.execute(f"UPDATE contents SET data = {other} WHERE size = 1")
        else:
            connection.execute("UPDATE contents SET data = ? WHERE size = 1", (damage,))
    with pytest.raises(PackageDamaged, match="version 1") as caught:
        archive.read("s", ("A", "P"), 1)
    assert "A\\P" in caught.value.message
    assert archive.read("s", ("Q",), 1) == b"other"


def test_a_damaged_archive_is_told_and_gives_no_wrong_content(archive):
    for number in range(30):
        archive.keep("s", ("P",), b"%d" % number * 2000, who="ann", why="saved")
    archive.close()
    whole, chance, failed, read = archive.path.read_bytes(), random.Random(3), 0, 0
    for _ in range(60):
        damaged = bytearray(whole)
        for place in (chance.randrange(len(whole)) for _ in range(chance.choice((1, 60)))):
            damaged[place] ^= 1 << chance.randrange(8)
        for each in archive.path.parent.iterdir():
            each.unlink()
        archive.path.write_bytes(damaged)
        try:
            archive.list("s", ("P",))
            for number in range(30):
                assert archive.read("s", ("P",), number + 1) == b"%d" % number * 2000
                read += 1
            archive.keep("s", ("P",), b"new", who="", why="", limit=3)
            archive.expire(2)
        except DtserveError:  # and nothing else
            failed += 1
        archive.close()
    assert failed > 20
    assert read > 20
