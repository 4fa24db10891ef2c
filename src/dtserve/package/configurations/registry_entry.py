"""Registry entries (FORMAT §5.1): a key below HKEY_CURRENT_USER with a value named ``Value``.

On Windows the registry is read; elsewhere a file in the format of ``.reg`` exports stands
for it (``execution.registry_file`` in dtserve.toml).
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

from dtserve.package.configurations.base import (
    ConfigurationFailed,
    ConfiguredValue,
    RegistryEntry,
    Sources,
    warning,
)
from dtserve.package.errors import Notice

__all__ = ["attempt", "load", "registry_from_file", "windows_registry"]

REQUIRE_CONFIG_TYPE = False
"""UNVERIFIED: whether a key without ``ConfigType`` is refused (0x80012025) or read; written keys often lack it."""

_SECTION = re.compile(r"\[(?P<hive>HKEY_CURRENT_USER|HKCU)\\(?P<key>[^\]]+)\]\s*$", re.IGNORECASE)
_VALUE = re.compile(r'"(?P<name>[^"]+)"\s*=\s*(?:"(?P<text>(?:[^"\\]|\\.)*)"|dword:(?P<dword>[0-9a-fA-F]{1,8}))\s*$')


def load(key: str, target: str, sources: Sources) -> list[ConfiguredValue]:
    """The key's ``Value`` for the target path; raises ConfigurationFailed."""
    read = sources.read_registry or windows_registry
    entry = read(key)
    if entry is None:
        raise ConfigurationFailed(warning(0x80012015, key))
    if entry.value is None:
        raise ConfigurationFailed(warning(0x80012026, key))
    if entry.config_type is None and REQUIRE_CONFIG_TYPE:
        raise ConfigurationFailed(warning(0x80012025, key))
    return [ConfiguredValue(target, entry.value)]


def registry_from_file(path: Path) -> Callable[[str], RegistryEntry | None]:
    """A reader over a ``.reg`` file (UTF-8, or UTF-16 as exported), read anew for each key."""

    def read(key: str) -> RegistryEntry | None:
        try:
            data = path.read_bytes()
        except OSError:
            return None
        text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig", "replace")
        values = _section(text, key)
        return None if values is None else RegistryEntry(values.get("value"), values.get("configtype"))

    return read


def _section(text: str, key: str) -> dict[str, str] | None:
    """The values of a key by lower-case name, None when the key is not there."""
    wanted = key.strip("\\").lower()
    values: dict[str, str] | None = None
    inside = False
    for line in text.splitlines():
        section = _SECTION.match(line.strip())
        if section or line.lstrip().startswith("["):
            inside = section is not None and section["key"].strip("\\").lower() == wanted
            values = (values or {}) if inside else values
            continue
        found = _VALUE.match(line.strip())
        if inside and found and values is not None:
            stored = str(int(found["dword"], 16)) if found["dword"] else re.sub(r"\\(.)", r"\1", found["text"] or "")
            values[found["name"].lower()] = stored
    return values


if sys.platform == "win32":
    import winreg

    def windows_registry(key: str) -> RegistryEntry | None:
        """A key below HKEY_CURRENT_USER."""
        try:
            with winreg.OpenKey(winreg.HKEY_CURRENT_USER, key) as handle:
                return RegistryEntry(_query(handle, "Value"), _query(handle, "ConfigType"))
        except OSError:
            return None

    def _query(handle: winreg.HKEYType, name: str) -> str | None:
        try:
            return str(winreg.QueryValueEx(handle, name)[0])
        except OSError:
            return None

else:

    def windows_registry(key: str) -> RegistryEntry | None:
        """None: there is no registry, and no file stands for it."""
        return None


def attempt(key: str) -> Notice:
    """The information event raised before the key is read."""
    message = f'The package is attempting to configure from a registry entry using the registry key "{key}".'
    return Notice(0x40016037, "DTS_I_CONFIGFROMREG", message, "information")
