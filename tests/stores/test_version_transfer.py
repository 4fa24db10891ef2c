"""Kept versions from one archive to another."""

import json

from dtserve.stores.version_transfer import INDEX, VersionLoader, dump_versions
from dtserve.stores.versions import VersionArchive


def test_there_and_back(tmp_path):
    source, target = VersionArchive(tmp_path / "a"), VersionArchive(tmp_path / "b")
    for number, data in enumerate((b"one", b"two", None, b"one")):
        source.keep("s", ("A", "P"), data, who="me", why=f"{number}")
    source.keep("s", ("Q",), b"three", who="me", why="x")
    target.keep("s", ("q",), b"own", who="you", why="y")
    found = list(dump_versions(source))
    assert found[0][0] == INDEX
    assert len(json.loads(found[0][1])) == 5
    assert sorted(data for _, data in found[1:]) == [b"one", b"three", b"two"]
    loader = VersionLoader(target)
    histories = loader.new_histories(found[0][1])
    assert histories == [("s", "a\\p")]
    for name, data in found:
        loader.take(name, data)
    assert [(each.why, each.deleted) for each in target.list("s", ("a", "p"))] == [
        ("0", False), ("1", False), ("2", True), ("3", False),
    ]  # fmt: skip
    assert target.read("s", ("A", "P"), 4) == b"one"
    assert target.read("s", ("Q",), 1) == b"own"
    assert loader.new_histories(found[0][1]) == []
    for _ in range(2):
        loader.remove(histories)
    assert target.list("s", ("A", "P")) == []
    assert target.read("s", ("Q",), 1) == b"own"
    source.close()
    target.close()
