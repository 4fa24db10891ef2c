"""The folder of compiled scripts."""

import os
from pathlib import Path

import pytest

from dtserve.scripts.cache import ScriptCache, script_cache


def test_a_file_is_stored_whole_and_replaced(tmp_path: Path) -> None:
    cache = ScriptCache(tmp_path)
    assert cache.store("key", ".dll", b"one") == cache.place("key", ".dll")
    cache.store("key", ".dll", b"two")
    assert cache.place("key", ".dll").read_bytes() == b"two"
    assert [path.name for path in tmp_path.iterdir()] == ["key.dll"]


def test_the_home_is_where_the_cache_is(tmp_path: Path) -> None:
    cache = script_cache({"DTSERVE_HOME": str(tmp_path / "home")}, tmp_path / "temp")
    assert cache.folder == tmp_path / "home" / "cache" / "scripts"
    assert cache.folder.stat().st_mode & 0o777 == 0o700


def test_without_a_home_it_is_the_users_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "user"))
    assert script_cache({}, tmp_path / "temp").folder == tmp_path / "user" / "dtserve" / "scripts"


def test_a_folder_that_others_can_write_to_is_not_used(tmp_path: Path) -> None:
    open_to_all = tmp_path / "home" / "cache" / "scripts"
    open_to_all.mkdir(parents=True)
    os.chmod(open_to_all, 0o777)
    assert script_cache({"DTSERVE_HOME": str(tmp_path / "home")}, tmp_path).folder == tmp_path / "scripts"


def test_a_home_that_is_a_file_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("")
    assert script_cache({"DTSERVE_HOME": str(tmp_path / "home")}, tmp_path).folder == tmp_path / "scripts"


def test_no_folder_at_all(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(PermissionError):
        script_cache({"DTSERVE_HOME": str(tmp_path / "file")}, tmp_path / "file")
