"""Environment variables as configurations."""

import pytest

from dtserve.package.configurations.base import ConfigurationFailed, ConfiguredValue, Sources
from dtserve.package.configurations.environment_variable import attempt, load, look_up


def test_names_have_no_case() -> None:
    sources = Sources(environment={"Abc": "1", "ABC": "2"})
    assert (look_up("Abc", sources), look_up("ABC", sources), look_up("abc", sources)) == ("1", "2", "1")
    assert load("Abc", "p", sources) == [ConfiguredValue("p", "1")]
    assert '"Abc"' in attempt("Abc").message


def test_missing_ones_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DTSERVE_NONE", raising=False)
    with pytest.raises(ConfigurationFailed) as caught:
        look_up("DTSERVE_NONE", Sources())
    assert caught.value.notice.code == 0x80019003
    assert '"DTSERVE_NONE"' in caught.value.notice.message
