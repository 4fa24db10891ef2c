"""Packages read by threads and changed by processes come out as if done one by one."""

import pytest

from dtserve.package.document import PackageDocument
from dtserve.stores import FileSystemStore, bulk_workers
from dtserve.stores.bulk_workers import fetching
from dtserve.stores.transfer import NO_CHANGES, Changes
from support.store_packages import package


@pytest.fixture
def store(tmp_path):
    made = FileSystemStore("F", tmp_path)
    made.write(("One",), package("One", secret="swordfish"))
    made.write(("Whole",), package("Whole", level=5))
    made.write(("Broken",), b"<no/>")
    return made


PATHS = [("One",), ("Broken",), ("None",), ("Whole",)]


def test_in_this_process(store):
    with fetching(4, 1, None, NO_CHANGES) as fetcher:
        found = fetcher.submit(store, PATHS, [False] * 4).result()
        assert fetcher.processes is None
    assert found[0].data == package("One", secret="swordfish")
    assert [each.code for each in found] == ["", "0xC0011001", "0xC0011002", "0xC0014061"]
    with fetching(4, 1, None, NO_CHANGES) as fetcher:
        assert not fetcher.submit(store, PATHS[3:], [True]).result()[0].failed


def test_in_other_processes(store, monkeypatch):
    monkeypatch.setattr(bulk_workers, "WORTH_PROCESSES", 1)
    with fetching(2, 2, None, Changes(3, "pw")) as fetcher:
        assert fetcher.processes is not None
        found = fetcher.submit(store, PATHS[:2], [False, False]).result()
    assert b"swordfish" not in found[0].data
    assert PackageDocument.open(found[0].data, "pw").model.name == "One"
    assert found[1].code == "0xC0011001"
