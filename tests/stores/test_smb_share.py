"""A share that is not there, a wrong password, writers that wait for each other."""

import os
import sys
import threading
import time

import pytest

from dtserve.stores import smb_share
from dtserve.stores.errors import StoreUnavailable
from dtserve.stores.smb_share import ShareLogin, SmbShare
from support.samba_server import PASSWORD
from support.servers import samba_server


def share(folder="", **login):
    samba = samba_server()
    values = {"user": samba.user, "password": PASSWORD, "port": samba.port, **login}
    return SmbShare(rf"\\127.0.0.1\packages\{folder}", ShareLogin(**values))


@pytest.fixture
def place(request):
    """An empty folder of the share, seen from the server's side and over the network."""
    name = request.node.name
    (samba_server().share / name).mkdir()
    made = share(name)
    yield samba_server().share / name, made
    made.close()


@pytest.mark.parametrize(
    "login",
    [{"password": "wrong"}, {"user": "nobody else"}, {"port": 1, "timeout": 2}, {"encrypt": True, "password": ""}],
)
def test_who_cannot_get_in(login):
    made = share(**login)
    with pytest.raises(StoreUnavailable) as caught:
        made.scan(())
    assert PASSWORD not in caught.value.describe()
    assert r"\\127.0.0.1\packages" in caught.value.message
    assert PASSWORD not in repr(ShareLogin("u", PASSWORD))


def test_a_share_that_is_not_there():
    samba = samba_server()
    made = SmbShare(r"\\127.0.0.1\nothing", ShareLogin(samba.user, PASSWORD, samba.port))
    with pytest.raises(StoreUnavailable, match="The share was not found"):
        made.scan(())
    made.close()


def test_without_the_library(monkeypatch):
    monkeypatch.setitem(sys.modules, "smbclient", None)
    with pytest.raises(StoreUnavailable, match=r"dtserve\[smb\]"):
        share().scan(())


def test_entries(place):
    local, remote = place
    (local / "File.TXT").write_bytes(b"12345")
    (local / "folder").mkdir()
    found = {each.name: each for each in remote.scan(())}
    assert set(found) == {"File.TXT", "folder"}
    assert (found["File.TXT"].size, found["File.TXT"].is_folder, found["folder"].is_folder) == (5, False, True)
    assert abs(found["File.TXT"].modified - time.time()) < 60
    assert remote.find((), "file.txt").name == "File.TXT"
    for name in ("none", "", "..", "*", "?ile.txt", "a\\b", "a\0"):
        assert remote.find((), name) is None
    assert remote.is_folder(("FOLDER",))
    assert not remote.is_folder(("folder", ".."))
    assert remote.read((), "File.TXT") == b"12345"


def test_putting_leaves_nothing_else(place):
    local, remote = place
    data = os.urandom(3_000_000)
    remote.put((), "big", data)
    remote.put((), "big", data[::-1])
    assert (local / "big").read_bytes() == data[::-1]
    assert os.listdir(local) == ["big"]
    (local / "dir").mkdir()
    with pytest.raises(OSError, match="File exists"):
        remote.put((), "dir", b"x")
    assert sorted(os.listdir(local)) == ["big", "dir"]


def test_one_writer_at_a_time(place):
    local, remote = place
    other = share(local.name)
    order = []

    def work():
        with other.locked(()):
            order.append("second")

    thread = threading.Thread(target=work)
    with remote.locked(()):
        thread.start()
        time.sleep(0.3)
        order.append("first")
        assert [each.name for each in remote.scan(())] == [smb_share.LOCK_FILE]
    thread.join()
    other.close()
    assert order == ["first", "second"]
    assert os.listdir(local) == []


def test_waiting_ends(place, monkeypatch):
    local, remote = place
    monkeypatch.setattr(smb_share, "LOCK_SECONDS", 0.1)
    other = share(local.name)
    with remote.locked(()), pytest.raises(OSError, match="another process"), other.locked(()):
        pass
    other.close()


def test_sweeping(place):
    local, remote = place
    for name in (".~dtserve-left.tmp", "kept.tmp"):
        (local / name).write_bytes(b"x")
    other = share(local.name)
    with other.talking() as smb:
        held = smb.open_file(other.path((), ".~dtserve-held.tmp"), "xb", buffering=0, share_access="", **other._login)
    assert remote.sweep(()) == 1
    assert sorted(os.listdir(local)) == [".~dtserve-held.tmp", "kept.tmp"]
    with other.talking():
        held.close()
    other.close()
    assert remote.sweep(()) == 1
