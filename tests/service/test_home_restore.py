"""A restore that came to no end is undone by whatever opens the home next; one at a time."""

import pytest

from chaos.kill_restore import PASSPHRASE, Scene
from dtserve.errors import DtserveError
from dtserve.service import home_restore
from dtserve.service.config import JOURNAL, load_home
from dtserve.service.errors import RestoreInterrupted, RestoreRunning
from dtserve.stores.errors import BackupKeyWrong, WriteFailed
from dtserve.stores.restore_journal import RestoreJournal


@pytest.fixture
def scene(tmp_path):
    made = Scene(tmp_path, "")
    made.begin()
    return made


@pytest.fixture
def ended(monkeypatch):
    """As when the process ended at the end of its work: nothing is undone, and the journal stays."""

    def end(*arguments, **options):
        real(*arguments, **options)
        raise KeyboardInterrupt

    real = home_restore.restore_backup
    with monkeypatch.context() as patch:
        patch.setattr(home_restore, "restore_backup", end)
        patch.setattr(home_restore, "_undo", lambda home, journal: None)
        patch.setattr(RestoreJournal, "discard", RestoreJournal.close)
        yield patch


def test_the_next_to_open_the_home_undoes_it(scene, ended):
    before = scene.look()
    with pytest.raises(KeyboardInterrupt):
        scene.restore()
    ended.undo()
    assert (scene.home / JOURNAL).exists()
    assert b"keep = 7" in (scene.home / "dtserve.toml").read_bytes()
    load_home(scene.home).close()
    assert not (scene.home / JOURNAL).exists()
    assert scene.look() == before
    scene.restore()
    assert scene.look() != before


def test_where_it_cannot_be_undone_yet(scene, ended, monkeypatch):
    before = scene.look()
    with pytest.raises(KeyboardInterrupt):
        scene.restore()
    ended.undo()

    def full(store, step):
        raise WriteFailed(path="x", reason="No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(home_restore, "revert", full)
        with pytest.raises(RestoreInterrupted) as caught:
            load_home(scene.home)
    assert "No space left" in caught.value.message
    assert scene.look() == before


def test_one_restore_at_a_time(scene):
    with home_restore._held(scene.home):
        with pytest.raises(RestoreRunning):
            scene.restore()
        (scene.home / JOURNAL).touch()
        load_home(scene.home).close()  # a living restore is left alone
        assert (scene.home / JOURNAL).exists()


def test_what_fails_is_undone(scene, monkeypatch):
    before = scene.look()

    def fail(*arguments, **options):
        real(*arguments, **options)
        raise WriteFailed(path="x", reason="No space left on device")

    real = home_restore.restore_backup
    monkeypatch.setattr(home_restore, "restore_backup", fail)
    told = home_restore.restore_home(scene.home, scene.backup, passphrase=PASSPHRASE, existing="replace")
    assert {each.action for each in told} == {"failed", "undone"}
    assert scene.look() == before


def test_a_dry_run_and_a_wrong_passphrase_change_nothing(scene):
    before = scene.look()
    told = home_restore.restore_home(scene.home, scene.backup, passphrase=PASSPHRASE, existing="replace", dry_run=True)
    assert {each.action for each in told} >= {"created", "replaced"}
    with pytest.raises(DtserveError) as caught:
        home_restore.restore_home(scene.home, scene.backup, passphrase="wrong")
    assert isinstance(caught.value, BackupKeyWrong)
    assert scene.look() == before
