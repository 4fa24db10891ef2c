"""Parent variables (FORMAT §5.1): the nearest variable of that name that the Execute Package Task sees."""

from __future__ import annotations

from dtserve.package.configurations.base import ConfigurationFailed, ConfiguredValue, Sources, warning
from dtserve.package.errors import Notice

__all__ = ["attempt", "load"]


def load(name: str, target: str, sources: Sources) -> list[ConfiguredValue]:
    """The variable's text for the target path; raises ConfigurationFailed."""
    if sources.parent_variable is None:
        raise ConfigurationFailed(warning(0x8001201A, name))
    value = sources.parent_variable(name)
    if value is None:
        raise ConfigurationFailed(warning(0x8001201C, name))
    return [ConfiguredValue(target, value)]


def attempt(name: str) -> Notice:
    """The information event raised before the variable is read."""
    message = f'The package is attempting to configure from the parent variable "{name}".'
    return Notice(0x40016042, "DTS_I_CONFIGFROMPARENTVARIABLE", message, "information")
