"""The journal of a restore: whole transactions, backwards, private, gone when the restore is done."""

import stat

import pytest

from dtserve.errors import StoreError
from dtserve.stores.errors import WriteFailed
from dtserve.stores.restore_journal import RestoreJournal, Step


def test_steps_come_back_backwards_from_the_disk(tmp_path):
    path = tmp_path / "journal"
    journal = RestoreJournal(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with journal.together():
        journal.stage("versions/a", b"1")
        journal.stage("settings/b", b"2")
        journal.record(Step("folder", {"path": ("A", "B")}))
    with journal.together():
        journal.record(Step("package", {"path": ("A", "P"), "sha256": "x"}, b"\0before"))
    journal.close()
    again = RestoreJournal(path)
    assert list(again.backwards()) == [
        Step("package", {"path": ["A", "P"], "sha256": "x"}, b"\0before"), Step("folder", {"path": ["A", "B"]}),
    ]  # fmt: skip
    assert list(again.staged("versions/")) == [("versions/a", b"1")]
    again.discard()
    assert list(tmp_path.iterdir()) == []


def test_what_was_not_finished_is_not_there(tmp_path):
    journal = RestoreJournal(tmp_path / "journal")

    def interrupted():
        with journal.together():
            journal.record(Step("folder", {"path": ("A",)}))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert list(journal.backwards()) == []
    journal.discard()


def test_without_a_path_nothing_is_left(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    journal = RestoreJournal()
    with journal.together():
        journal.record(Step("folder", {"path": ("A",)}))
    assert [step.kind for step in journal.backwards()] == ["folder"]
    journal.discard()
    assert list(tmp_path.iterdir()) == []


def test_where_it_cannot_be_written(tmp_path):
    with pytest.raises(StoreError) as caught:
        RestoreJournal(tmp_path / "none" / "journal")
    assert isinstance(caught.value, WriteFailed)
    (tmp_path / "text").write_text("this is no journal, and long enough to be taken for a damaged one" * 20)
    with pytest.raises(WriteFailed):
        RestoreJournal(tmp_path / "text")
