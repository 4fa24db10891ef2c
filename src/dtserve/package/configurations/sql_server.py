"""SQL Server configurations (FORMAT §5.1): rows of a table picked by a filter.

The configuration string is ``"connection";"[dbo].[SSIS Configurations]";"filter";``.
"""

from __future__ import annotations

import re

from dtserve.errors import DtserveError
from dtserve.package.configurations.base import ConfigurationFailed, ConfiguredValue, Sources, SqlLocation, warning
from dtserve.package.errors import Notice
from dtserve.package.model import Package

__all__ = ["TABLE_DDL", "attempt", "load", "parse_location"]

_PART = re.compile(r'\s*(?:"((?:[^"]|"")*)"|([^;"]*))\s*(?:;|$)')

TABLE_DDL = """CREATE TABLE [dbo].[SSIS Configurations] (
    ConfigurationFilter nvarchar(255) NOT NULL,
    ConfiguredValue nvarchar(255) NULL,
    PackagePath nvarchar(255) NOT NULL,
    ConfiguredValueType nvarchar(20) NOT NULL
)"""
"""The table as the wizard creates it; its 255 characters cut long connection strings."""


def parse_location(text: str) -> SqlLocation | None:
    """The three parts of a configuration string, None when it has others.

    >>> parse_location('"CM";"[dbo].[SSIS Configurations]";"Load";')
    SqlLocation(connection='CM', table='[dbo].[SSIS Configurations]', filter='Load')
    """
    parts: list[str] = []
    at = 0
    while at < len(text):
        found = _PART.match(text, at)
        if found is None or found.end() == at:
            return None
        parts.append((found[1] or "").replace('""', '"') if found[1] is not None else (found[2] or "").strip())
        at = found.end()
    return SqlLocation(*parts) if len(parts) == 3 and parts[0] and parts[1] else None


def load(text: str, package: Package, sources: Sources) -> list[ConfiguredValue]:
    """The rows as values; raises ConfigurationFailed."""
    location = parse_location(text)
    if location is None:
        raise ConfigurationFailed(warning(0x80012019, text))
    if sources.read_rows is None:
        raise ConfigurationFailed(warning(0x80012051, text))
    try:
        rows = list(sources.read_rows(package, location))
    except DtserveError as error:
        failed = warning(0x80012051, text)
        raise ConfigurationFailed(
            Notice(failed.code, failed.symbol, f"{failed.message} {error.message}", failed.severity)
        ) from None
    if not rows:
        raise ConfigurationFailed(warning(0x80012054, location.table))
    return rows


def attempt(text: str) -> Notice:
    """The information event raised before the table is read."""
    message = f'The package is attempting to configure from SQL Server using the configuration string "{text}".'
    return Notice(0x40016040, "DTS_I_CONFIGFROMSQLSERVER", message, "information")
