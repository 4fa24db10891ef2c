"""Environment variables as configurations, and as what an indirect configuration points through (FORMAT §5.1)."""

from __future__ import annotations

from dtserve.package.configurations.base import ConfigurationFailed, ConfiguredValue, Sources, warning
from dtserve.package.errors import Notice

__all__ = ["attempt", "load", "look_up"]


def look_up(name: str, sources: Sources) -> str:
    """The text of an environment variable, its name in any case as on Windows; raises ConfigurationFailed."""
    found = sources.environment.get(name)
    if found is None:
        lower = name.lower()
        found = next((value for key, value in sources.environment.items() if key.lower() == lower), None)
    if found is None:
        raise ConfigurationFailed(warning(0x80019003, name))
    return found


def load(name: str, target: str, sources: Sources) -> list[ConfiguredValue]:
    """The variable's text for the target path."""
    return [ConfiguredValue(target, look_up(name, sources))]


def attempt(name: str) -> Notice:
    """The information event raised before the variable is read."""
    message = f'The package is attempting to configure from the environment variable "{name}".'
    return Notice(0x40016038, "DTS_I_CONFIGFROMENVVAR", message, "information")
