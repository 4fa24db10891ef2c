"""The host is compiled once per version of its sources."""

import os
from pathlib import Path

import pytest

from dtserve.scripts import host_program
from dtserve.scripts.cache import ScriptCache
from dtserve.scripts.errors import ScriptHostNotBuilt
from dtserve.scripts.host_program import build_host, host_sources
from dtserve.scripts.redirection import REDIRECTED
from dtserve.scripts.toolchain import find_toolchain


def test_it_is_compiled_once(tmp_path: Path) -> None:
    cache = ScriptCache(tmp_path)
    built = build_host(find_toolchain(), cache)
    assert built.program.read_bytes()[:2] == b"MZ"
    os.utime(built.program, (1, 1))
    assert build_host(find_toolchain(), cache) == built
    assert built.program.stat().st_mtime == 1


def test_scripts_are_compiled_without_the_classes_that_stand_in(tmp_path: Path) -> None:
    built = build_host(find_toolchain(), ScriptCache(tmp_path))
    for _, name in REDIRECTED:
        word = b"\0" + name.encode() + b"\0"
        assert word in built.program.read_bytes(), name
    assert b"\0OleDbDataAdapter\0" not in built.reference.read_bytes()


def test_sources_that_do_not_compile_are_a_coded_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "Bad.cs").write_text("class")
    monkeypatch.setattr(host_program, "SOURCES", tmp_path)
    monkeypatch.setattr(host_program, "_sources_hash", lambda: "bad")
    with pytest.raises(ScriptHostNotBuilt, match="CS"):
        build_host(find_toolchain(), ScriptCache(tmp_path))


def test_sources_are_short() -> None:
    assert len(host_sources()) > 20
    for path in host_sources():
        assert path.read_text(encoding="utf-8").count("\n") <= 350, path.name
        assert path.read_text(encoding="utf-8").startswith("// "), path.name
