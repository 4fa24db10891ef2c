"""Settings and configuration files: what is untouched, what is kept, what may never be written."""

import json

import pytest

from dtserve.errors import StoreError
from dtserve.service.backup_files import Configurations, SettingsFiles
from dtserve.service.config import load_home

CONFIGURATION = b"<DTSConfiguration/>"


@pytest.fixture
def home(tmp_path):
    made = load_home(tmp_path / "home")
    yield made
    made.close()


def actions(planned):
    return [told.action for told, _ in planned]


def put(part, name, data, existing):
    """Plan and load; the steps."""
    planned = list(part.plan(name, data, existing))
    part.load(name, data, existing)
    return [step for _, step in planned if step is not None]


def test_settings_that_nobody_wrote_are_replaced(home):
    part = SettingsFiles(home)
    assert [name for name, _ in part.dump()] == ["settings/dtserve.toml", "settings/MsDtsSrvr.ini.xml"]
    file = home.path / "dtserve.toml"
    before = file.read_bytes()
    assert actions(part.plan("settings/dtserve.toml", before, "fail")) == ["same"]
    assert actions(part.plan("settings/dtserve.toml", b"[versions]\nkeep = 3\n", "skip")) == ["created"]
    steps = put(part, "settings/dtserve.toml", b"[versions]\nkeep = 3\n", "skip")
    assert actions(part.plan("settings/dtserve.toml", b"other", "skip")) == ["skipped"]
    assert actions(part.plan("settings/dtserve.toml", b"other", "fail")) == ["failed"]
    assert put(part, "settings/dtserve.toml", b"other", "skip") == []
    assert actions(part.plan("settings/dtserve.toml", b"other", "replace")) == ["replaced"]
    steps += put(part, "settings/dtserve.toml", b"other", "replace")
    assert actions(part.plan("settings/unknown", b"other", "replace")) == []
    assert file.read_bytes() == b"other"
    for _ in range(2):
        for step in reversed(steps):
            part.revert(step)
        assert file.read_bytes() == before


def test_what_somebody_wrote_meanwhile_stays(home):
    part = SettingsFiles(home)
    steps = put(part, "settings/dtserve.toml", b"restored", "skip")
    (home.path / "dtserve.toml").write_bytes(b"written by hand")
    part.revert(steps[0])
    assert (home.path / "dtserve.toml").read_bytes() == b"written by hand"


def test_nothing_but_configuration_files_goes_to_a_path_of_the_backup(home, tmp_path):
    good, bad = tmp_path / "new" / "a.dtsConfig", tmp_path / "profile"
    index = {"configurations/0/a": str(good), "configurations/1/b": str(bad), "configurations/2/c": "relative"}
    part = Configurations(home)
    assert put(part, "configurations/0/a", CONFIGURATION, "skip") == []
    assert put(part, "configurations/1/b", b"alias ls=rm", "skip") == []
    assert put(part, "configurations/2/c", CONFIGURATION, "skip") == []
    index = json.dumps(index).encode()
    assert actions(part.plan("configurations/index.json", index, "skip")) == ["created"]
    assert not good.exists()
    steps = put(part, "configurations/index.json", index, "skip")
    assert good.read_bytes() == CONFIGURATION
    assert not bad.exists()
    for _ in range(2):
        part.revert(steps[0])
        assert not good.parent.exists()


def test_what_cannot_be_written(home, tmp_path):
    (tmp_path / "file").touch()
    part = Configurations(home)
    part.load("configurations/0/a", CONFIGURATION, "skip")
    index = {"configurations/0/a": str(tmp_path / "file" / "below" / "a")}
    with pytest.raises(StoreError) as caught:
        part.load("configurations/index.json", json.dumps(index).encode(), "skip")
    assert "failed" in str(caught.value)
