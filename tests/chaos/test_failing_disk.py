"""The disk fails at each write of each call in turn, with EIO and ENOSPC: a coded error, and nothing is changed.

``test_full_disk`` fills a real, small file system.
"""

from __future__ import annotations

import errno
import os
import shutil
import subprocess

import pytest

from chaos.kill_stores import Place, content, digest, look
from dtserve.errors import StoreError
from support import failing_disk
from support.samba_server import PASSWORD, SambaServer
from support.servers import samba_server

OLD, NEW = content(1), content(2)
WORK = {
    "import": lambda store: store.write(("A", "new"), NEW) and None,
    "overwrite": lambda store: store.write(("A", "one"), NEW, overwrite=True) and None,
    "delete": lambda store: store.delete(("A", "one")),
    "move": lambda store: store.move(("A", "one"), ("B", "moved")),
    "move over": lambda store: store.move(("A", "one"), ("B", "two"), overwrite=True),
    "restore": lambda store: store.restore(("A", "one"), 1) and None,
    "create folder": lambda store: store.create_folder(("C",)),
    "rename folder": lambda store: store.rename_folder(("B",), "Z"),
}
FOLDERS = ("A", "B", "C", "Z")


@pytest.fixture(params=["file", "sqlite"])
def place(request, tmp_path):
    (tmp_path / "store").mkdir()
    made = Place(request.param, tmp_path / "store")
    fill(made)
    return made


def fill(place):
    store = place.open()
    for name in ("A", "B"):
        store.create_folder((name,))
    store.write(("A", "one"), b"an earlier content")
    store.write(("A", "one"), OLD, overwrite=True)
    store.write(("B", "two"), content(3))
    store.close()


def everything(place):
    store = place.open()
    store.clean()
    found = look(store), [each.name for each in store.list(())[0] if each.name in FOLDERS]
    store.close()
    assert place.strays() == []
    return found


@pytest.mark.parametrize("name", WORK)
@pytest.mark.skipif(not failing_disk.SUPPORTED, reason="the filter of system calls is written for Linux on x86-64")
def test_every_write_in_turn(place, name):
    kept = place.folder.with_name("kept")
    shutil.copytree(place.folder, kept)
    before = everything(place)

    def attempt(fail_at):
        number = (errno.EIO, errno.ENOSPC)[fail_at % 2]
        shutil.rmtree(place.folder)
        shutil.copytree(kept, place.folder)
        return failing_disk.run(lambda: WORK[name](place.open()), place.folder, fail_at, number)

    whole = attempt(0)
    assert (whole.error, whole.failed) == ("", "")
    wanted = everything(place)
    assert wanted != before
    assert len(whole.calls) >= 2
    for fail_at in range(1, len(whole.calls) + 1):
        outcome = attempt(fail_at)
        after = everything(place)
        where = (fail_at, outcome.failed, outcome.error)
        assert outcome.coded or not outcome.error, where
        if not outcome.error or "did not confirm" in outcome.error:
            # behind the change itself; the archive of versions makes up for it with the next change
            assert after == wanted, where
        elif "sync" in outcome.failed:
            assert after in (before, wanted), where
        else:
            assert after == before, where


@pytest.fixture(scope="module")
def failing_samba():
    """A Samba server of its own, and the filter of what it and its children write."""
    disk = failing_disk.FailingServer()
    disk.begin()
    server = SambaServer(disk.install)
    yield server, disk
    server.stop()


@pytest.mark.parametrize("name", WORK)
@pytest.mark.skipif(not failing_disk.SUPPORTED, reason="the filter of system calls is written for Linux on x86-64")
def test_every_write_behind_a_share_in_turn(failing_samba, name, tmp_path):
    """The server's own writes fail; what it answers comes out as a coded error, and the store is intact."""
    server, disk = failing_samba
    kept, folder = tmp_path / "kept", server.share / tmp_path.name
    folder.mkdir()
    place = Place("smb", folder, server.port, server.user, PASSWORD, tmp_path)
    fill(place)
    before = everything(place)
    shutil.copytree(folder, kept)
    shutil.copy(tmp_path / "versions.sqlite", tmp_path / "versions.kept")

    def attempt(fail_at):
        for path in (*folder.iterdir(), *tmp_path.glob("versions.sqlite*")):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        shutil.copytree(kept, folder, dirs_exist_ok=True)
        shutil.copy(tmp_path / "versions.kept", tmp_path / "versions.sqlite")
        store, told = place.open(), None
        store.list(())
        disk.arm(folder, fail_at, (errno.EIO, errno.ENOSPC)[fail_at % 2])
        try:
            WORK[name](store)
        except StoreError as error:
            told = error.message
        store.close()
        return *disk.disarm(), told

    calls, _, told = attempt(0)
    assert told is None
    wanted, seen = everything(place), 0
    for fail_at in range(1, len(calls) + 1):
        _, failed, told = attempt(fail_at)
        after = everything(place)
        seen += told is not None
        assert after == (wanted if told is None else before), (fail_at, failed, told)
        assert told is None or "The disk of the server failed." in told or "not enough space" in told
    assert seen


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small file system")
@pytest.mark.parametrize("kind", ["file", "sqlite", "smb"])
def test_full_disk(kind, tmp_path):
    """A file system of 6 MB, filled package by package until nothing goes in any more."""
    small = tmp_path / "small"
    login = {}
    if kind == "smb":
        samba = samba_server()
        small = samba.share / f"small-{os.getpid()}"
        login = {"port": samba.port, "user": samba.user, "password": PASSWORD, "versions": tmp_path}
    small.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(small)], check=False)
    if mounted.returncode:
        pytest.skip("this machine lets nobody mount a file system")
    store = Place(kind, small, **login).open()
    try:
        store.create_folder(("A",))
        written = {}

        def fill():
            for number in range(1000):
                data = content(number)
                store.write(("A", f"p{number % 40}"), data, overwrite=True)
                written["A", f"p{number % 40}"] = digest(data)

        with pytest.raises(StoreError) as caught:
            fill()
        assert "Errno" not in caught.value.message
        assert len(written) > 3
        assert look(store) == written
        subprocess.run(["mount", "-o", "remount,size=12m", str(small)], check=True)
        store.delete(("A", "p0"))
        del written["A", "p0"]
        assert look(store) == written
        assert Place(kind, small).strays() == []
    finally:
        store.close()
        subprocess.run(["umount", "-l", str(small)], check=True)
        small.rmdir()
