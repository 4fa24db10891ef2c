"""What the kinds of package configuration share: where values come from, what they give, what they warn of.

Lower rooms import no upper ones, so whatever needs a database, the caller's file system or
a parent package comes in as a function of :class:`Sources`. Sources: CONFIG_LOGGING §1, FORMAT §5.1.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dtserve.package.errors import Notice
from dtserve.package.model import Package

__all__ = ["ConfigurationFailed", "ConfiguredValue", "RegistryEntry", "Sources", "SqlLocation", "warning"]


@dataclass(frozen=True, slots=True)
class ConfiguredValue:
    """A value for a property path; ``value_type`` is the CLR type name the source states."""

    path: str
    value: str
    value_type: str = "String"


@dataclass(frozen=True, slots=True)
class RegistryEntry:
    """The values of a configuration's registry key; None where the key has no such value."""

    value: str | None
    config_type: str | None = None


@dataclass(frozen=True, slots=True)
class SqlLocation:
    """Where a SQL Server configuration keeps its rows: connection manager, table and filter."""

    connection: str
    table: str
    filter: str

    @property
    def statement(self) -> str:
        """The query, with one ``?`` for the filter."""
        return (
            f"SELECT ConfiguredValue, PackagePath, ConfiguredValueType FROM {self.table} WHERE ConfigurationFilter = ?"
        )


def _read_file(path: str) -> bytes:
    return Path(path).read_bytes()


@dataclass(frozen=True)
class Sources:
    """Functions that read configurations for a run.

    ``read_file`` raises OSError; ``read_rows`` gets the package as configured so far, because
    an earlier entry may set the connection it reads from, and raises any DtserveError;
    ``read_registry`` gives None for a missing key. ``parent_variable`` gives a variable of the
    calling package as text, None when it has none of that name; without a calling package the
    function itself is None.
    """

    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    read_file: Callable[[str], bytes] = _read_file
    read_rows: Callable[[Package, SqlLocation], Sequence[ConfiguredValue]] | None = None
    read_registry: Callable[[str], RegistryEntry | None] | None = None
    parent_variable: Callable[[str], str | None] | None = None


class ConfigurationFailed(Exception):
    """A configuration that gives nothing; ``notice`` is the warning SSIS raises. Never leaves this package."""

    def __init__(self, notice: Notice) -> None:
        super().__init__(notice.message)
        self.notice = notice


_WARNINGS: dict[int, tuple[str, str]] = {
    0x80012011: (
        "DTS_W_FAILEDCONFIGLOAD",
        "Cannot load the XML configuration file. The XML configuration file may be malformed or not valid.",
    ),
    0x80012012: (
        "DTS_W_CONFIGFILENAMEINVALID",
        'The configuration file name "{0}" is not valid. Check the configuration file name.',
    ),
    0x80012013: (
        "DTS_W_CONFIGFILEINVALID",
        "The configuration file loaded, but is not valid. The file is not formatted correctly, may be missing an "
        "element, or may be damaged.",
    ),
    0x80012014: (
        "DTS_W_CONFIGFILENOTFOUND",
        'The configuration file "{0}" cannot be found. Check the directory and file name.',
    ),
    0x80012015: (
        "DTS_W_CONFIGKEYNOTFOUND",
        'The configuration registry key "{0}" was not found. A configuration entry specifies a registry key that is '
        "not available. Check the registry to ensure that the key is there.",
    ),
    0x80012016: (
        "DTS_W_CONFIGTYPEINVALID",
        'The configuration type in configuration entry "{0}" is not valid.',
    ),
    0x80012017: (
        "DTS_W_CANNOTFINDOBJECT",
        'The package path referenced an object that cannot be found: "{0}". This occurs when an attempt is made to '
        "resolve a package path to an object that cannot be found.",
    ),
    0x80012018: (
        "DTS_W_CONFIGFORMATINVALID_PACKAGEDELIMITER",
        'The configuration entry, "{0}", has an incorrect format because it does not begin with the package '
        'delimiter. Prepend "\\package" to the package path.',
    ),
    0x80012019: (
        "DTS_W_CONFIGFORMATINVALID",
        'The configuration entry "{0}" had an incorrect format. This can occur because of a missing delimiter or '
        "formatting errors, like an invalid array delimiter.",
    ),
    0x8001201A: (
        "DTS_W_NOPARENTVARIABLES",
        'Configuration from a parent variable "{0}" did not occur because there was no parent variable collection.',
    ),
    0x8001201C: (
        "DTS_W_PARENTVARIABLENOTFOUND",
        'Configuration from a parent variable "{0}" did not occur because there was no parent variable. '
        "Error code: 0xC0010001.",
    ),
    0x8001201D: (
        "DTS_W_CONFIGFILEEMPTY",
        "The configuration file was empty and contained no configuration entries.",
    ),
    0x80012025: (
        "DTS_W_CONFIGTYPENOTFOUND",
        'The registry key "{0}" has no value ConfigType.',
    ),
    0x80012026: (
        "DTS_W_CONFIGVALUENOTFOUND",
        'The registry key "{0}" has no value named Value.',
    ),
    0x80012028: (
        "DTS_W_PROCESSCONFIGURATIONFAILEDSET",
        'Process configuration failed to set the destination at the package path of "{0}". This occurs when attempt '
        "to set the destination property or variable fails. Check the destination property or variable.",
    ),
    0x80012051: (
        "DTS_W_SQLSERVERFAILEDIMPORT",
        'Configuration from SQL Server was not successfully imported: "{0}".',
    ),
    0x80012054: (
        "DTS_W_NORECORDSFOUNDINTABLE",
        'The "{0}" table does not have any records for configuration. This occurs when configuring from a SQL Server '
        "table that has no records for the configuration.",
    ),
    0x80012057: (
        "DTS_W_CONFIGREADONLYVARIABLE",
        'The configuration attempted to change a read-only variable. The variable is at the package path "{0}".',
    ),
    0x80012059: (
        "DTS_W_ONEORMORECONFIGLOADFAILED",
        "Failed to load at least one of the configuration entries for the package. Check configuration entries for "
        '"{0}" and previous warnings to see descriptions of which configuration failed.',
    ),
    0x8001205A: (
        "DTS_W_CONFIGNODEINVALID",
        'The configuration entry "{0}" is not valid: a part of it is missing.',
    ),
    0x80019003: (
        "DTS_W_CONFIGENVVARNOTFOUND",
        'The configuration environment variable was not found. The environment variable was: "{0}". This occurs when '
        "a package specifies an environment variable for a configuration setting but it cannot be found. Check the "
        "configurations collection in the package and verify that the specified environment variable is available "
        "and valid.",
    ),
}  # fmt: skip


def warning(code: int, name: str = "") -> Notice:
    """The warning with that code about ``name``; texts as SSIS prints them (EVENTS §4)."""
    symbol, text = _WARNINGS[code]
    return Notice(code, symbol, text.replace("{0}", name))
