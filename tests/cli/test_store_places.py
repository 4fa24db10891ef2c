"""Places as users write them."""

import pytest

from dtserve.cli.errors import InvalidArgument
from dtserve.cli.store_places import place
from dtserve.service.config import load_home
from dtserve.stores import FileSystemStore, PackageTree


@pytest.fixture
def home(tmp_path):
    made = load_home(tmp_path / "home")
    yield made
    made.close()


@pytest.mark.parametrize(
    ("text", "kind", "path"),
    [
        (r"\MSDB\Finance", PackageTree, ("MSDB", "Finance")),
        ("/MSDB/Finance", PackageTree, ("MSDB", "Finance")),
        ("\\", PackageTree, ()),
        (r"DTS;File System\A", PackageTree, ("File System", "A")),
        ("file:/data/x", FileSystemStore, ()),
        (r"FILE;C:\data", FileSystemStore, ()),
    ],
)
def test_forms(home, text, kind, path):
    store, found = place(home, text)
    assert isinstance(store, kind)
    assert found == path


def test_msdb(home):
    store, found = place(home, r"sql:Finance\Load")
    assert store.kind_of(()) == "SqlServerFolder"
    assert found == ("Finance", "Load")
    assert place(home, "SQL;")[1] == ()


@pytest.mark.parametrize("text", ["", "Finance", "file:", "ftp:x"])
def test_what_is_no_place(home, text):
    with pytest.raises(InvalidArgument):
        place(home, text)
