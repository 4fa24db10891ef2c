"""Registry entries, from a .reg file where there is no registry."""

from pathlib import Path

import pytest

from dtserve.package.configurations import registry_entry
from dtserve.package.configurations.base import ConfigurationFailed, ConfiguredValue, RegistryEntry, Sources
from dtserve.package.configurations.registry_entry import attempt, load, registry_from_file, windows_registry

REG = r"""Windows Registry Editor Version 5.00

[HKEY_LOCAL_MACHINE\Software\App]
"Value"="not this"

[HKEY_CURRENT_USER\Software\App\One]
"Value"="C:\\data \"x\""
"ConfigType"="String"

[HKCU\Software\App\Two]
"Value"=dword:0000002a
@="default"

[HKEY_CURRENT_USER\Software\App\Three]
"Other"="x"
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_file_stands_for_the_registry(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "user.reg"
    path.write_bytes(REG.encode(encoding))
    read = registry_from_file(path)
    assert read(r"software\app\ONE") == RegistryEntry('C:\\data "x"', "String")
    assert read(r"\Software\App\Two") == RegistryEntry("42")
    assert read(r"Software\App\Three") == RegistryEntry(None)
    assert read(r"Software\App") is None
    path.write_bytes(REG.replace("2a", "2b").encode(encoding))
    assert read(r"Software\App\Two") == RegistryEntry("43")
    assert registry_from_file(tmp_path / "none")("x") is None


def test_loading(monkeypatch: pytest.MonkeyPatch) -> None:
    sources = Sources(read_registry={"A": RegistryEntry("1")}.get)
    assert load("A", "p", sources) == [ConfiguredValue("p", "1")]
    assert '"A"' in attempt("A").message
    monkeypatch.setattr(registry_entry, "REQUIRE_CONFIG_TYPE", True)
    with pytest.raises(ConfigurationFailed) as caught:
        load("A", "p", sources)
    assert caught.value.notice.code == 0x80012025


def test_a_key_that_is_not_there() -> None:
    assert windows_registry(r"Software\dtserve\no such key") is None
