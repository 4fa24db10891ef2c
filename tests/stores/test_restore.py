"""Restores: as a whole or not at all, elsewhere, in part."""

import pytest

from dtserve.stores import PackageTree, Root
from dtserve.stores.backup import create_backup
from dtserve.stores.errors import BackupCorrupt, RootFixed, WriteFailed
from dtserve.stores.restore import restore_backup
from support.backup_trees import BESIDE, PATHS, TOPS, filled_tree, make_tree
from support.memory_store import MemoryStore
from support.servers import postgres_server
from support.store_packages import package


@pytest.fixture
def tree(tmp_path):
    made = filled_tree(tmp_path / "one")
    yield made
    made.close()


@pytest.fixture
def other(tmp_path):
    made = make_tree(tmp_path / "two")
    yield made
    made.close()


@pytest.mark.parametrize("passphrase", [None, "swordfish"])
@pytest.mark.parametrize("home", ["sqlite", "postgresql"])
def test_to_another_home(tree, tmp_path, passphrase, home):
    path = tmp_path / "b"
    create_backup(path, tree, TOPS, passphrase=passphrase)
    schema = f"restore_{passphrase or 'plain'}"
    other = make_tree(tmp_path / "two", database=postgres_server().fresh(schema) if home == "postgresql" else "")
    planned = restore_backup(path, other, passphrase=passphrase, dry_run=True)
    assert {each.action for each in planned} == {"created"}
    assert not other.exists(PATHS[0])
    assert not other.folder_exists(("MSDB", "Empty"))
    assert restore_backup(path, other, passphrase=passphrase) == planned
    for each in PATHS:
        assert other.read(each) == tree.read(each)
    assert other.read_attachment(BESIDE) == b"<DTSConfiguration/>"
    assert other.folder_exists(("MSDB", "Empty"))
    assert other.roles(("MSDB", "Load")) == ("db_ssisoperator", "night shift")
    assert other.info(("MSDB", "Load")).owner == "sa"
    assert {each.action for each in restore_backup(path, other, passphrase=passphrase)} == {"same"}
    other.close()


def test_existing_packages(tree, tmp_path):
    path = tmp_path / "b"
    create_backup(path, tree, TOPS)
    tree.write(("MSDB", "Load"), b"changed", overwrite=True)
    actions = {each.path: each.action for each in restore_backup(path, tree)}
    assert actions[("MSDB", "Load")] == "skipped"
    assert set(actions.values()) == {"same", "skipped"}
    told = {each.path: each.action for each in restore_backup(path, tree, existing="fail")}
    assert told.pop(("MSDB", "Load")) == "failed"
    assert set(told.values()) == {"undone"}
    assert tree.read(("MSDB", "Load")) == b"changed"
    told = {each.path: each.action for each in restore_backup(path, tree, existing="replace")}
    assert told.pop(("MSDB", "Load")) == "replaced"
    assert set(told.values()) == {"same"}
    assert tree.roles(("MSDB", "Load")) == ("db_ssisoperator", "night shift")
    assert tree.read(("MSDB", "Load")) == package("Load")


def test_a_part_of_a_backup(tree, other, tmp_path):
    create_backup(tmp_path / "b", tree, [("MSDB", "A")])
    assert [each.path for each in restore_backup(tmp_path / "b", other)] == [("MSDB", "A", "B", "Deep")]
    create_backup(tmp_path / "c", tree, TOPS)
    done = restore_backup(tmp_path / "c", other, folder=("file system",))
    assert {each.path[0] for each in done} == {"File System"}
    assert not other.exists(("MSDB", "Load"))


def state(tree):
    return {
        (*folder, ""): sorted((info.path, tree.read(info.path)) for info in packages)
        + [(each.name, tree.read_attachment((*folder, each.name))) for each in tree.attachments(folder)]
        for folder, _, packages in tree.walk()
    }


@pytest.mark.parametrize("fails_at", range(1, 7))
def test_a_restore_that_fails_is_undone(tree, other, tmp_path, monkeypatch, fails_at):
    create_backup(tmp_path / "b", tree, TOPS)
    other.create_folder(("MSDB", "A"))
    other.write(("MSDB", "Load"), package("an older one"))
    other.set_roles(("MSDB", "Load"), "", "db_ssisadmin")
    before = state(other)
    calls = []

    def failing(real):
        def call(*arguments, **options):
            calls.append(arguments[0])
            if len(calls) == fails_at:
                raise WriteFailed(path="x", reason="No space left on device")
            return real(*arguments, **options)

        return call

    for name in ("write", "write_attachment", "set_roles"):
        monkeypatch.setattr(other, name, failing(getattr(other, name)))
    monkeypatch.setattr(PackageTree, "for_caller", lambda self, caller: self)
    done = restore_backup(tmp_path / "b", other, existing="replace")
    monkeypatch.undo()
    assert sorted({each.action for each in done}) == ["failed", "undone"]
    assert "No space left" in next(each.message for each in done if each.action == "failed")
    assert state(other) == before
    assert other.roles(("MSDB", "Load")) == ("", "db_ssisadmin")
    assert {each.action for each in restore_backup(tmp_path / "b", other, existing="replace")} == {
        "created",
        "replaced",
    }


def test_what_the_store_does_not_take_stops_all(tree, tmp_path):
    create_backup(tmp_path / "b", tree, TOPS)
    store = MemoryStore()
    only = PackageTree([Root("MSDB", lambda: store)])
    with pytest.raises(RootFixed):
        restore_backup(tmp_path / "b", only)
    assert list(store.walk()) == [((), [], [])]
    done = restore_backup(tmp_path / "b", only, folder=("MSDB",))
    messages = {each.path: (each.action, each.message) for each in done}
    assert messages[("MSDB", "A", "B", "Deep")] == ("undone", "")
    assert messages[("MSDB", "Load")][0] == "failed"
    assert list(store.walk()) == [((), [], [])]


def test_a_damaged_backup_changes_nothing(tree, other, tmp_path):
    path = tmp_path / "b"
    create_backup(path, tree, TOPS)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(BackupCorrupt):
        restore_backup(path, other)
    assert not any(other.exists(each) for each in PATHS)


def test_an_interruption_is_undone(tree, other, tmp_path, monkeypatch):
    create_backup(tmp_path / "b", tree, TOPS)
    before = state(other)

    def interrupt(path, data):
        raise KeyboardInterrupt

    monkeypatch.setattr(other, "write_attachment", interrupt)
    with pytest.raises(KeyboardInterrupt):
        restore_backup(tmp_path / "b", other)
    assert state(other) == before
