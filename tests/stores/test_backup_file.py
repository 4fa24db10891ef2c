"""The file of a backup: whole, or refused; sealed files tell nothing."""

import hashlib
import random
import stat
import tarfile

import pytest

from dtserve.errors import StoreError
from dtserve.stores.backup_file import _trailer, read_backup, writing_backup
from dtserve.stores.errors import BackupCorrupt, BackupKeyWrong, BadManifest, ReadFailed, WriteFailed

ENTRIES = {"packages/0/a": b"one" * 1000, "packages/1/b": bytes(range(256)) * 40, "manifest.json": b"{}"}


def make(path, passphrase=None):
    with writing_backup(path, passphrase) as writer:
        for name, data in ENTRIES.items():
            assert writer.add(name, data, 1.0) == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("passphrase", [None, "swordfish"])
def test_there_and_back(tmp_path, passphrase):
    make(tmp_path / "b", passphrase)
    assert stat.S_IMODE((tmp_path / "b").stat().st_mode) == 0o600
    found = {}
    assert read_backup(tmp_path / "b", passphrase, found.__setitem__) == b"{}"
    assert found == {name: data for name, data in ENTRIES.items() if name != "manifest.json"}


@pytest.mark.parametrize("passphrase", [None, "swordfish"])
def test_any_flipped_bit_is_found(tmp_path, passphrase):
    path = tmp_path / "b"
    make(path, passphrase)
    whole = path.read_bytes()
    chance = random.Random(3)
    if passphrase:  # each reading makes the key anew, which takes its time
        places = [*range(8 * 24, 8 * 30), *chance.sample(range(8 * len(whole)), 12), 8 * len(whole) - 1]
    else:
        places = [
            *range(8 * 12),
            *chance.sample(range(8 * len(whole)), 300),
            *range(8 * len(whole) - 500, 8 * len(whole)),
        ]
    for place in places:
        damaged = bytearray(whole)
        damaged[place // 8] ^= 1 << place % 8
        path.write_bytes(damaged)
        with pytest.raises((BackupCorrupt, BackupKeyWrong, BadManifest)):
            read_backup(path, passphrase, lambda name, data: None)


def test_what_is_cut_off_or_added(tmp_path):
    path = tmp_path / "b"
    make(path)
    whole = path.read_bytes()
    for data in (
        b"",
        whole[:100],
        whole[: len(whole) // 2],
        whole[:-1],
        whole[:-54],
        whole + b"\0",
        b"no backup at all",
    ):
        path.write_bytes(data)
        with pytest.raises((BackupCorrupt, BadManifest)):
            read_backup(path, None, lambda name, data: None)
    with pytest.raises(ReadFailed):
        read_backup(tmp_path / "none", None, lambda name, data: None)
    with pytest.raises(WriteFailed), writing_backup(tmp_path / "no" / "b", None):
        pass


def test_a_backup_that_is_not_finished_is_not_there(tmp_path):
    def stop():
        with writing_backup(tmp_path / "b", None) as writer:
            writer.add("x", b"1", 0.0)
            raise KeyError

    with pytest.raises(KeyError):
        stop()
    assert list(tmp_path.iterdir()) == []


def test_links_in_an_archive_are_refused(tmp_path):
    with tarfile.open(tmp_path / "b", "w:gz") as archive:
        entry = tarfile.TarInfo("packages/0/x")
        entry.type, entry.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(entry)
    data = (tmp_path / "b").read_bytes()
    (tmp_path / "b").write_bytes(data + _trailer(hashlib.sha256(data).digest()))
    with pytest.raises(BackupCorrupt, match="no package"):
        read_backup(tmp_path / "b", None, lambda name, data: None)


def test_a_sealed_backup_shows_nothing_without_its_passphrase(tmp_path):
    make(tmp_path / "b", "swordfish")
    assert b"packages" not in (tmp_path / "b").read_bytes()
    for passphrase in (None, "", "other"):
        with pytest.raises(BackupKeyWrong):
            read_backup(tmp_path / "b", passphrase, lambda name, data: None)
    with pytest.raises(StoreError):
        make(tmp_path / "c", "")
