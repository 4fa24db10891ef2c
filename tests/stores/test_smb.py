"""What only a store on a share meets; the rest is in the conformance suite."""

import os

import pytest

from dtserve.errors import PackageNotFound
from dtserve.stores.errors import NameNotFileName, PackageTooLarge, StoreUnavailable
from dtserve.stores.smb import SmbStore
from dtserve.stores.smb_share import ShareLogin
from support.samba_server import PASSWORD
from support.servers import samba_server
from support.store_packages import package


@pytest.fixture
def place(request):
    samba = samba_server()
    folder = samba.share / request.node.name
    folder.mkdir()
    store = SmbStore("Share", rf"\\127.0.0.1\packages\{folder.name}", ShareLogin(samba.user, PASSWORD, samba.port))
    yield folder, store
    store.close()


def test_files_written_by_others(place):
    folder, store = place
    (folder / "Load Sales.DTSX").write_bytes(package())
    (folder / "note.txt").write_text("x")
    (folder / "folder.dtsx").mkdir()
    assert [each.name for each in store.list(())[1]] == ["Load Sales"]
    assert [each.name for each in store.list(())[0]] == ["folder.dtsx"]
    info = store.info(("load sales",))
    assert (info.name, info.version_build, info.package_format) == ("Load Sales", 7, 8)
    store.write(("LOAD SALES",), b"new", overwrite=True)
    assert (folder / "Load Sales.DTSX").read_bytes() == b"new"
    assert not store.exists(("folder",))


def test_names_of_devices_are_refused_before_anything_is_written(place):
    folder, store = place
    store.write(("P",), package())
    for call in (
        lambda: store.write(("CON",), package()),
        lambda: store.move(("P",), ("nul.old",)),
        lambda: store.create_folder(("lpt1",)),
        lambda: store.write_attachment(("Aux.dtsConfig",), b"x"),
    ):
        with pytest.raises(NameNotFileName):
            call()
    assert [each.name for each in folder.iterdir()] == ["P.dtsx"]
    store.write(("CONTACTS",), package())
    assert store.read(("CONTACTS",)) == package()


def test_links_are_not_followed_out(place, tmp_path):
    folder, store = place
    (tmp_path / "Secret.dtsx").write_bytes(b"secret")
    (folder / "out").symlink_to(tmp_path)
    (folder / "Secret.dtsx").symlink_to(tmp_path / "Secret.dtsx")
    for path in (("Secret",), ("out", "Secret")):
        with pytest.raises((PackageNotFound, StoreUnavailable)):
            store.read(path)


def test_sizes_and_leftovers(place):
    folder, store = place
    store.max_bytes = 4
    with pytest.raises(PackageTooLarge):
        store.write(("P",), b"12345")
    (folder / "Q.dtsx").write_bytes(b"12345")
    with pytest.raises(PackageTooLarge):
        store.read(("Q",))
    left = folder / ".~dtserve-x.tmp"
    left.write_bytes(b"x")
    os.utime(left, (1, 1_000_000_000))
    assert store.clean() == 1
    assert not left.exists()


def test_the_same_share_is_the_same_place(place):
    _, store = place
    again = SmbStore("x", store.share.root.upper().replace("\\", "/"), ShareLogin())
    assert again.place_of(("P",)) == store.place_of(("P",))
