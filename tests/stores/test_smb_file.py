"""Single files on a share."""

import pytest

from dtserve.errors import PackageNotFound
from dtserve.stores.errors import FolderNotFound, PackageExists, PackageTooLarge, StoreUnavailable
from dtserve.stores.smb_file import ShareFileEndpoint
from dtserve.stores.smb_share import ShareLogin
from support.samba_server import PASSWORD
from support.servers import samba_server


@pytest.fixture
def folder(request):
    made = samba_server().share / request.node.name
    made.mkdir()
    return made


def endpoint(folder, name, **options):
    samba = samba_server()
    login = ShareLogin(samba.user, PASSWORD, samba.port)
    return ShareFileEndpoint(rf"\\127.0.0.1\packages\{folder.name}\{name}", login, **options)


def test_a_life(folder):
    place = endpoint(folder, "a.xml")
    assert not place.exists()
    for call in (place.read, place.delete):
        with pytest.raises(PackageNotFound):
            call()
    place.write(b"1")
    assert (folder / "a.xml").read_bytes() == b"1"
    with pytest.raises(PackageExists):
        endpoint(folder, "A.XML").write(b"2")
    endpoint(folder, "A.XML").write(b"2", overwrite=True)
    assert [path.name for path in folder.iterdir()] == ["a.xml"]
    assert place.read() == b"2"
    assert not place.takes_server_storage()
    place.delete()
    assert list(folder.iterdir()) == []


def test_what_is_refused(folder):
    (folder / "dir").mkdir()
    (folder / "big").write_bytes(b"12345")
    with pytest.raises(FolderNotFound):
        endpoint(folder, r"no\a").write(b"1")
    with pytest.raises(PackageNotFound):
        endpoint(folder, "dir").read()
    assert [endpoint(folder, name).is_folder() for name in ("dir", "big", "none")] == [True, False, False]
    with pytest.raises(PackageTooLarge):
        endpoint(folder, "big", max_bytes=4).read()
    with pytest.raises(StoreUnavailable):
        ShareFileEndpoint(r"\\127.0.0.1\packages\x", ShareLogin("u", "p", samba_server().port)).exists()


def test_the_same_file(folder):
    assert endpoint(folder, "a").same_as(endpoint(folder, "A"))
    assert not endpoint(folder, "a").same_as(endpoint(folder, "b"))
