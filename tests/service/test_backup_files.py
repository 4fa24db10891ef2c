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


def actions(told):
    return [each.action for each in told]


def test_settings_that_nobody_wrote_are_replaced(home):
    part = SettingsFiles(home)
    assert [name for name, _ in part.dump()] == ["settings/dtserve.toml", "settings/MsDtsSrvr.ini.xml"]
    file = home.path / "dtserve.toml"
    before = file.read_bytes()
    assert actions(part.load("settings/dtserve.toml", before, "fail")) == ["same"]
    assert actions(part.load("settings/dtserve.toml", b"[versions]\nkeep = 3\n", "skip")) == ["created"]
    assert actions(part.load("settings/dtserve.toml", b"other", "skip")) == ["skipped"]
    assert actions(part.look("settings/dtserve.toml", b"other", "fail")) == ["failed"]
    assert actions(part.load("settings/dtserve.toml", b"other", "replace")) == ["replaced"]
    assert actions(part.load("settings/unknown", b"other", "replace")) == []
    assert file.read_bytes() == b"other"
    part.undo()
    assert file.read_bytes() == before


def test_nothing_but_configuration_files_goes_to_a_path_of_the_backup(home, tmp_path):
    good, bad = tmp_path / "new" / "a.dtsConfig", tmp_path / "profile"
    index = {"configurations/0/a": str(good), "configurations/1/b": str(bad), "configurations/2/c": "relative"}
    part = Configurations(home)
    assert list(part.load("configurations/0/a", CONFIGURATION, "skip")) == []
    assert list(part.load("configurations/1/b", b"alias ls=rm", "skip")) == []
    assert list(part.load("configurations/2/c", CONFIGURATION, "skip")) == []
    assert actions(part.look("configurations/index.json", json.dumps(index).encode(), "skip")) == ["created"]
    assert not good.exists()
    assert actions(part.load("configurations/index.json", json.dumps(index).encode(), "skip")) == ["created"]
    assert good.read_bytes() == CONFIGURATION
    assert not bad.exists()
    part.undo()
    assert not good.exists()


def test_what_cannot_be_written(home, tmp_path):
    (tmp_path / "file").touch()
    part = Configurations(home)
    list(part.load("configurations/0/a", CONFIGURATION, "skip"))
    index = {"configurations/0/a": str(tmp_path / "file" / "below" / "a")}
    with pytest.raises(StoreError) as caught:
        list(part.load("configurations/index.json", json.dumps(index).encode(), "skip"))
    assert "failed" in str(caught.value)
