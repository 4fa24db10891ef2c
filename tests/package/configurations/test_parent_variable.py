"""Parent variables as configurations."""

import pytest

from dtserve.package.configurations.base import ConfigurationFailed, ConfiguredValue, Sources
from dtserve.package.configurations.parent_variable import attempt, load


def test_the_parent_gives_text() -> None:
    sources = Sources(parent_variable={"User::A": "", "B": "b"}.get)
    assert load("User::A", "p", sources) == [ConfiguredValue("p", "")]
    assert load("B", "p", sources) == [ConfiguredValue("p", "b")]
    with pytest.raises(ConfigurationFailed, match='"C"'):
        load("C", "p", sources)
    assert attempt("B").code == 0x40016042
