"""Packages of more than 100 MB are ordinary: stored, listed, read, copied, changed like any other."""

import pytest

from dtserve.service.config import load_home
from dtserve.stores.bulk import BulkJob, run
from dtserve.stores.transfer import Changes
from support.store_packages import package

SIZE = 101 * 1024 * 1024


def large():
    filler = b"<!--" + b" 0123456789abcdef" * 60_000 + b"-->\r\n"
    return package("Large", secret="swordfish").replace(
        b"  <DTS:Variables />", filler * (SIZE // len(filler) + 1) + b"  <DTS:Variables />"
    )


@pytest.fixture
def tree(tmp_path):
    home = load_home(tmp_path / "home")
    made = home.tree()
    yield made
    made.close()
    home.close()


def test_over_100_mb(tree):
    data = large()
    assert len(data) > 100_000_000
    for root in ("MSDB", "File System"):
        info = tree.write((root, "Large"), data)
        assert (info.size, info.name) == (len(data), "Large")
        assert tree.list((root,))[1][0].size == len(data)
        assert tree.read((root, "Large")) == data
    tree.create_folder(("MSDB", "In"))
    (result,) = run(BulkJob("copy", tree, ("File System",), tree, ("MSDB", "In"), changes=Changes(2, "pw"), workers=1))
    assert result.outcome == "copied", result
    stored = tree.read(("MSDB", "In", "Large"))
    assert b"swordfish" not in stored
    assert len(stored) > 100_000_000
