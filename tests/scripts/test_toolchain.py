"""Mono and its compiler on this machine."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dtserve.scripts.errors import ScriptRuntimeMissing
from dtserve.scripts.toolchain import find_toolchain


@pytest.fixture
def anew() -> Iterator[None]:
    find_toolchain.cache_clear()
    yield
    find_toolchain.cache_clear()


def test_what_is_installed_is_found(anew: None) -> None:
    tools = find_toolchain()
    assert Path(tools.mono).name == "mono"
    assert (tools.assemblies / "mscorlib.dll").is_file()
    assert len(tools.identity) == 64
    assert find_toolchain() is tools


def test_the_compiler_tells_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "a.cs").write_text("class A { b }")
    done = find_toolchain().compile(tmp_path / "a.dll", [tmp_path / "a.cs"], ["-target:library"])
    assert done.returncode != 0
    assert "error CS" in done.stderr + done.stdout


def test_what_is_missing_is_named_with_the_packages(
    anew: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ScriptRuntimeMissing, match='"mono" is not installed') as caught:
        find_toolchain()
    assert "apt install mono-mcs mono-runtime" in caught.value.remedy
