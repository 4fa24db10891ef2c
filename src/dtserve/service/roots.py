"""MsDtsSrvr.ini.xml: the roots of the package store and what happens to running packages at shutdown (SERVICE §2).

What is wrong with the file never stops the service: it starts with the built-in defaults
and says so in the event log, as the real one does.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dtserve.errors import DtserveError
from dtserve.stores.errors import InvalidName
from dtserve.stores.names import check_file_name, name_key

__all__ = [
    "DEFAULT_CONFIGURATION",
    "DEFAULT_FILE",
    "FILE_SYSTEM_FOLDER",
    "SMB_FOLDER",
    "SQL_SERVER_FOLDER",
    "Problem",
    "ServiceConfiguration",
    "TopLevelFolder",
    "parse_configuration",
    "read_configuration",
    "render_configuration",
]

SQL_SERVER_FOLDER = "SqlServerFolder"
FILE_SYSTEM_FOLDER = "FileSystemFolder"
SMB_FOLDER = "SmbFolder"
"""dtserve's own: a share, ``\\\\server\\share\\folder``, with its login in [shares] of dtserve.toml and never here."""
XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
MAX_BYTES = 1024 * 1024

DEFAULT_FILE = r"""<?xml version="1.0" encoding="utf-8"?>
<DtsServiceConfiguration xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
  <StopExecutingPackagesOnShutdown>true</StopExecutingPackagesOnShutdown>
  <TopLevelFolders>
    <Folder xsi:type="SqlServerFolder"><Name>MSDB</Name><ServerName>.</ServerName></Folder>
    <Folder xsi:type="FileSystemFolder"><Name>File System</Name><StorePath>..\Packages</StorePath></Folder>
  </TopLevelFolders>
</DtsServiceConfiguration>
"""
"""What setup writes, character for character."""

_PLACES = {SQL_SERVER_FOLDER: "ServerName", FILE_SYSTEM_FOLDER: "StorePath", SMB_FOLDER: "StorePath"}
"""Kind of a root → the element that tells where it is."""

Problem = tuple[str, tuple[str, ...]]
"""The symbol of an event of SERVICE §3 and its insertion texts."""


@dataclass(frozen=True, slots=True)
class TopLevelFolder:
    """One root: ``kind`` is its ``xsi:type``, ``place`` the ServerName or StorePath."""

    kind: str
    name: str
    place: str


@dataclass(frozen=True, slots=True)
class ServiceConfiguration:
    """The content of the file."""

    stop_executing_packages_on_shutdown: bool = True
    folders: tuple[TopLevelFolder, ...] = ()


DEFAULT_CONFIGURATION = ServiceConfiguration(
    True,
    (
        TopLevelFolder(SQL_SERVER_FOLDER, "MSDB", "."),
        TopLevelFolder(FILE_SYSTEM_FOLDER, "File System", "..\\Packages"),
    ),
)


class _Wrong(Exception):
    """What is wrong with the file, as the text of event 273 says it."""


def read_configuration(path: Path) -> tuple[ServiceConfiguration, list[Problem]]:
    """Read the file; the built-in defaults and event 272 when it is absent, 273 when it cannot be used."""
    try:
        with open(path, "rb") as stream:
            data = stream.read(MAX_BYTES + 1)
        return parse_configuration(data), []
    except FileNotFoundError:
        return DEFAULT_CONFIGURATION, [("DTS_MSG_SERVER_MISSING_CONFIG", ())]
    except OSError as error:
        reason = f"{path}: {error.strerror}"
    except DtserveError as error:
        reason = error.message
    except _Wrong as error:
        reason = str(error)
    return DEFAULT_CONFIGURATION, [("DTS_MSG_SERVER_BAD_CONFIG", (reason,))]


def parse_configuration(data: bytes) -> ServiceConfiguration:
    """The configuration in these bytes; an exception whose text goes into event 273 otherwise.

    As XmlSerializer does it: elements that are not known are passed over, an unknown
    ``xsi:type`` or a boolean that is none is an error, what is missing has its default.
    """
    from dtserve.package.xml import local_name, parse_xml

    if len(data) > MAX_BYTES:
        raise _Wrong(f"the file has more than {MAX_BYTES} bytes")
    root = parse_xml(data)
    if root.tag != "DtsServiceConfiguration":
        raise _Wrong(f"<{local_name(root)} xmlns='{_namespace(root)}'> was not expected.")
    stop, folders = True, []
    for child in root:
        if child.tag == "StopExecutingPackagesOnShutdown":
            stop = _boolean(child)
        elif child.tag == "TopLevelFolders":
            folders += [_folder(each) for each in child if each.tag == "Folder"]
    names = [name_key(each.name) for each in folders]
    for each in folders:
        if names.count(name_key(each.name)) > 1:
            raise _Wrong(f'two top-level folders have the name "{each.name}"')
    return ServiceConfiguration(stop, tuple(folders))


def _folder(element: Any) -> TopLevelFolder:
    kind = element.get(XSI_TYPE, "").rpartition(":")[2]
    wanted = _PLACES.get(kind)
    if wanted is None:
        raise _Wrong(
            f"There is an error in XML document ({element.sourceline}): the specified type was not recognized: name='{kind}'."
        )
    name, place = _text(element.find("Name")), _text(element.find(wanted))
    try:
        check_file_name(name)
    except InvalidName as error:
        raise _Wrong(error.message) from None
    if kind != SQL_SERVER_FOLDER and not place:
        raise _Wrong(f'the top-level folder "{name}" has no StorePath')
    if kind == SMB_FOLDER and len([part for part in place.replace("/", "\\").split("\\") if part]) < 2:
        raise _Wrong(f'the StorePath of the top-level folder "{name}" is no share: \\\\server\\share is wanted')
    return TopLevelFolder(kind, name, place or ".")


def _text(element: Any) -> str:
    """All text of an element, also behind comments."""
    return "" if element is None else str(element.xpath("string()")).strip()


def _boolean(element: Any) -> bool:
    text = _text(element)
    if text not in ("true", "false", "1", "0"):
        raise _Wrong(
            f"There is an error in XML document ({element.sourceline}): "
            f"the string '{text[:40]}' is not a valid Boolean value."
        )
    return text in ("true", "1")


def _namespace(element: Any) -> str:
    tag = str(element.tag)
    return tag[1 : tag.index("}")] if tag.startswith("{") else ""


def render_configuration(configuration: ServiceConfiguration) -> str:
    """The file for a configuration; the default configuration gives the default file."""
    from xml.sax.saxutils import escape

    lines = []
    for each in configuration.folders:
        element = _PLACES[each.kind]
        lines.append(
            f'    <Folder xsi:type="{each.kind}"><Name>{escape(each.name)}</Name>'
            f"<{element}>{escape(each.place)}</{element}></Folder>\n"
        )
    start, _, rest = DEFAULT_FILE.partition("    <Folder")
    flag = str(configuration.stop_executing_packages_on_shutdown).lower()
    return start.replace(">true<", f">{flag}<") + "".join(lines) + rest[rest.index("  </TopLevelFolders>") :]
