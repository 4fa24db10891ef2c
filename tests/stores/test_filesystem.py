"""What only a store of files meets: links, odd names, foreign files, crashes, full disks."""

import os
import resource
import subprocess
import sys

import pytest

from dtserve.errors import PackageNotFound
from dtserve.stores import FileSystemStore
from dtserve.stores.errors import FolderNotEmpty, FolderNotFound, PackageTooLarge, StoreUnavailable, WriteFailed
from support.store_packages import package


@pytest.fixture
def store(tmp_path):
    (tmp_path / "root").mkdir()
    return FileSystemStore("File System", tmp_path / "root")


def names(store, folder=()):
    folders, packages = store.list(folder)
    return [each.name for each in folders], [each.name for each in packages]


def test_a_missing_root_is_empty_and_made_on_first_writing(tmp_path):
    store = FileSystemStore("F", tmp_path / "a" / "b")
    assert store.list(()) == ((), ())
    assert not store.exists(("P",))
    store.write(("P",), b"x")
    assert (tmp_path / "a" / "b" / "P.dtsx").read_bytes() == b"x"


def test_only_packages_and_folders_show(store):
    root = store.path
    for name in ("a.dtsx", "b.DTSX", "c.txt", "d.dtsx.bak", ".dtsx", "e.dtsConfig"):
        (root / name).write_bytes(b"x")
    (root / "folder.dtsx").mkdir()
    os.mkfifo(root / "pipe.dtsx")
    assert names(store) == (["folder.dtsx"], ["a", "b"])
    assert store.read(("B",)) == b"x"
    assert not store.exists(("pipe",))
    with pytest.raises(PackageNotFound):
        store.read(("pipe",))


def test_names_that_differ_in_case_only(store):
    (store.path / "P.dtsx").write_bytes(b"upper")
    (store.path / "p.dtsx").write_bytes(b"lower")
    assert store.read(("P",)) == b"upper"
    assert store.read(("p",)) == b"lower"
    assert names(store)[1] == ["P", "p"]


def test_odd_names_are_survived(store):
    for raw in (b"\xff\xfe.dtsx", b"a\\b.dtsx", b"new\nline.dtsx", b"-rf.dtsx", b"what?.dtsx"):
        with open(os.path.join(os.fsencode(store.path), raw), "wb") as stream:
            stream.write(b"x")
    os.mkdir(os.path.join(os.fsencode(store.path), b"\xff"))
    shown = names(store)[1]
    assert "-rf" in shown
    assert "what?" in shown
    assert all("\\" not in name for name in shown)
    assert "\n".join(shown).encode()
    for name in shown:
        assert store.read((name,)) == b"x"
    store.write(("what?",), b"y", overwrite=True)
    assert store.read(("what?",)) == b"y"


def test_links_in_a_circle_and_out_of_the_root(store, tmp_path):
    root = store.path
    (root / "a" / "b").mkdir(parents=True)
    (root / "a" / "up").symlink_to(root)
    (root / "a" / "b" / "a").symlink_to(root / "a")
    (root / "self").symlink_to(root / "self")
    (root / "gone.dtsx").symlink_to(root / "nothing")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "Secret.dtsx").write_bytes(b"secret")
    (root / "out").symlink_to(tmp_path / "outside")
    (root / "out.dtsx").symlink_to(tmp_path / "outside" / "Secret.dtsx")
    (root / "c").mkdir()
    (root / "c" / "Real.dtsx").write_bytes(b"real")
    (root / "link").symlink_to(root / "c")
    (root / "Alias.dtsx").symlink_to(root / "c" / "Real.dtsx")
    walked = [folder for folder, _, _ in store.walk()]
    assert walked == [(), ("a",), ("a", "b"), ("c",), ("link",)]
    assert store.read(("link", "Real")) == b"real"
    assert store.read(("Alias",)) == b"real"
    for path in (("out",), ("out", "Secret"), ("a", "up", "c", "Real")):
        assert not store.exists(path)
        with pytest.raises(PackageNotFound):
            store.read(path)
    with pytest.raises(FolderNotFound):
        store.write(("out", "New"), b"x")


def test_mutual_links_end(store):
    for one, other in (("x", "y"), ("y", "x")):
        (store.path / one).mkdir()
        (store.path / one / "to").symlink_to(store.path / other)
    assert [folder for folder, _, _ in store.walk()] == [(), ("x",), ("x", "to"), ("y",), ("y", "to")]


def test_dots_do_not_lead_out(store, tmp_path):
    (tmp_path / "P.dtsx").write_bytes(b"x")
    for path in (("..", "P"), (".", "P"), ("../P",), ("a", "..", "..", "P"), (str(tmp_path / "P"),)):
        assert not store.exists(path)
        with pytest.raises(PackageNotFound):
            store.read(path)
        with pytest.raises(PackageNotFound):
            store.delete(path)


def test_a_folder_with_other_files_is_not_empty(store):
    store.create_folder(("A",))
    (store.path / "A" / "note.txt").write_text("x")
    with pytest.raises(FolderNotEmpty):
        store.delete_folder(("A",))
    assert store.folder_exists(("A",))


def test_what_a_crash_left_is_swept(store):
    store.create_folder(("A",))
    left = store.path / "A" / ".~dtserve-1-x.tmp"
    left.write_bytes(b"half")
    os.utime(left, (1, 1))
    assert names(store, ("A",)) == ([], [])
    assert store.clean() == 1
    assert not left.exists()
    left.write_bytes(b"half")
    os.utime(left, (1, 1))
    FileSystemStore("F", store.path).write(("A", "P"), b"x")
    assert not left.exists()


def test_facts_come_from_the_head_of_the_file(store):
    info = store.write(("Load",), package(level=0))
    assert info.package_id == "{0F6A5D1E-3B0C-4B8A-9C57-2B1D8B7A4E10}"
    assert (info.version_build, info.package_format, info.protection_level) == (7, 8, 0)


def test_large_packages_are_refused(store):
    small = FileSystemStore("F", store.path, max_bytes=10)
    with pytest.raises(PackageTooLarge):
        small.write(("P",), b"x" * 11)
    store.write(("P",), b"x" * 11)
    with pytest.raises(PackageTooLarge):
        small.read(("P",))


def test_a_file_in_place_of_the_root(tmp_path):
    (tmp_path / "root").write_text("a file")
    store = FileSystemStore("F", tmp_path / "root")
    with pytest.raises(StoreUnavailable, match="Not a directory"):
        store.list(())
    with pytest.raises(WriteFailed):
        store.write(("P",), b"x")
    assert not store.exists(("P",))


LIMITED = """
import resource, signal, sys
from dtserve.stores import FileSystemStore
from dtserve.stores.errors import WriteFailed
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
store = FileSystemStore("F", sys.argv[1])
store.write(("P",), b"old")
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))
try:
    store.write(("P",), b"n" * 200_000, overwrite=True)
except WriteFailed as error:
    print(error.message)
print(store.read(("P",)) == b"old", sorted(p.name for p in store.path.iterdir()))
"""


def test_a_file_that_cannot_grow_leaves_the_old_package(tmp_path):
    assert resource.getrlimit(resource.RLIMIT_FSIZE)
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(tmp_path / "r")], capture_output=True, text=True, check=True
    )
    assert "File too large" in done.stdout
    assert done.stdout.splitlines()[-1] == "True ['P.dtsx']"


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 256 kB, where this process may mount one."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(place)], capture_output=True)
    yield place if mounted.returncode == 0 else None
    if mounted.returncode == 0:
        subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk_leaves_what_was_there(small_disk, tmp_path):
    place = small_disk or tmp_path / "quota"
    store = FileSystemStore("F", place, max_bytes=10_000_000)
    store.write(("P",), b"old" * 1000)
    if small_disk is None:
        assert store.read(("P",)) == b"old" * 1000
        return
    with pytest.raises(WriteFailed) as caught:
        store.write(("P",), b"n" * 400_000, overwrite=True)
    assert "No space left" in caught.value.message
    assert store.read(("P",)) == b"old" * 1000
    assert names(store) == ([], ["P"])
    assert os.listdir(place) == ["P.dtsx"]
    store.write(("P",), b"new", overwrite=True)
    assert store.read(("P",)) == b"new"
