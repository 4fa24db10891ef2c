"""Paths and names in package stores (DTUTIL §5).

Both ``/`` and ``\\`` separate; leading separators and empty parts do not count. Names compare
without case, as in msdb's usual collation.
"""

from __future__ import annotations

import unicodedata

from dtserve.stores.base import StorePath
from dtserve.stores.errors import (
    InvalidName,
    NameLeadingBlank,
    NameNotFileName,
    NameNotLegal,
    NameTooLong,
    NameTrailingBlank,
    PathWithoutPackage,
)

__all__ = [
    "CONFIGURATION_EXTENSION",
    "EXTENSION",
    "MAX_NAME",
    "addressable",
    "check_file_name",
    "check_msdb_name",
    "check_share_name",
    "format_path",
    "is_configuration",
    "name_key",
    "parse_package_path",
    "parse_path",
    "printable",
    "strip_extension",
]

EXTENSION = ".dtsx"
CONFIGURATION_EXTENSION = ".dtsconfig"
"""In lower case: the files that packages are configured by."""
MAX_NAME = 128
MSDB_FORBIDDEN = frozenset("/\\:[].=")
"""Characters barred from package names in msdb (0xC001F202). Rows that hold them already are served."""
FILE_FORBIDDEN = frozenset('/\\:*?"<>|')
"""Path.GetInvalidFileNameChars, on every platform, so that stores can be moved between them."""
DEVICES = frozenset(
    (
        "CON",
        "PRN",
        "AUX",
        "NUL",
        "CONIN$",
        "CONOUT$",
        *(f"{kind}{digit}" for kind in ("COM", "LPT") for digit in "0123456789¹²³"),
    )
)
"""Files of Windows cannot have these names, whatever their extension."""


def parse_path(text: str) -> StorePath:
    r"""Split a path at both separators.

    >>> parse_path(r"\MSDB\Finance\Load")
    ('MSDB', 'Finance', 'Load')
    >>> parse_path("\\")
    ()
    """
    return tuple(part for part in text.replace("/", "\\").split("\\") if part)


def parse_package_path(text: str) -> StorePath:
    """The path of a package; PathWithoutPackage when it names none."""
    path = parse_path(text)
    if not path or text[-1:] in "/\\":
        raise PathWithoutPackage(path=text)
    return path


def format_path(path: StorePath) -> str:
    r"""The path as SSIS writes it.

    >>> format_path(("Finance", "Load"))
    'Finance\\Load'
    """
    return "\\".join(path)


def name_key(name: str) -> str:
    """What two names that are the same have in common.

    >>> name_key("LOAD") == name_key("load")
    True
    """
    return name.lower() if name.isascii() else unicodedata.normalize("NFC", name).casefold()


def strip_extension(name: str) -> str:
    """The name of a package without ``.dtsx`` in any case.

    >>> strip_extension("Load.DTSX")
    'Load'
    """
    return name[: -len(EXTENSION)] if name.lower().endswith(EXTENSION) and len(name) > len(EXTENSION) else name


def is_configuration(name: str) -> bool:
    """Whether a file of that name is a configuration file.

    >>> is_configuration("Load.dtsConfig")
    True
    """
    return name.lower().endswith(CONFIGURATION_EXTENSION)


def _check(name: str) -> None:
    if not name:
        raise InvalidName()
    if len(name) > MAX_NAME:
        raise NameTooLong()
    if name[0].isspace():
        raise NameLeadingBlank(name=name)
    if name[-1].isspace():
        raise NameTrailingBlank(name=name)


def check_msdb_name(name: str) -> None:
    """Refuse a name that msdb cannot take for a package; InvalidName subclasses."""
    _check(name)
    if not MSDB_FORBIDDEN.isdisjoint(name) or not printable(name):
        raise NameNotLegal(name=_shown(name))


def check_file_name(name: str) -> None:
    """Refuse a name that is no file name, also that of any folder; InvalidName subclasses."""
    _check(name)
    barred = not FILE_FORBIDDEN.isdisjoint(name) or name[-1] == "." or not printable(name)
    if barred:
        raise NameNotFileName(name=_shown(name))


def check_share_name(name: str) -> None:
    """As :func:`check_file_name`, and refuse the names of Windows' devices: no server of shares gives such files back."""
    check_file_name(name)
    if name.partition(".")[0].rstrip().upper() in DEVICES:
        raise NameNotFileName(name=_shown(name))


def addressable(name: str) -> bool:
    """Whether a name found in a folder can be shown and asked for: whole characters, no separator in it."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return "\\" not in name and "/" not in name


def printable(name: str) -> bool:
    """Whether the name has neither control characters nor halves of characters."""
    return name.isprintable() or not any(unicodedata.category(char) in ("Cc", "Cs") for char in name)


def _shown(name: str) -> str:
    return "".join(char if printable(char) else "�" for char in name)
