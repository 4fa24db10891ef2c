"""What a package's bytes tell without opening it: identity, version, protection (FORMAT §1.2, §2.2, §3.3).

Stores need these facts for their listings and for the columns of msdb. A package that cannot
be read (encrypted as a whole, damaged) has no facts and is stored all the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dtserve.errors import PackageError

__all__ = ["PackageFacts", "content_hash", "package_facts"]

DTS = "{www.microsoft.com/SqlServer/Dts}"
ENCRYPTED = "{http://www.w3.org/2001/04/xmlenc#}EncryptedData"
EXECUTABLE = f"{DTS}Executable"
_WHOLE = ".encrypted"
"""Our mark among the properties: the document is ciphertext as a whole."""
_DATE_FORMATS = ("%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S")
_MAX_TEXT = 1024
_HEAD, _STEP, _PIECE = 4096, 1024, 65536
"""How much is read at first, and at a time after that."""


@dataclass(frozen=True, slots=True)
class PackageFacts:
    """Facts of one package; -1, 0 and empty where unknown. ``readable`` tells whether the bytes were a package."""

    readable: bool = False
    name: str = ""
    package_id: str = ""
    version_id: str = ""
    description: str = ""
    format_version: int = 0
    package_type: int = 0
    version_major: int = 1
    version_minor: int = 0
    version_build: int = 0
    version_comments: str = ""
    protection_level: int = -1
    encrypted: bool = False
    created: datetime | None = None

    def info_fields(self) -> dict[str, Any]:
        """The fields of a PackageInfo that come from the document."""
        return {
            "package_id": self.package_id,
            "version_id": self.version_id,
            "description": self.description,
            "package_format": self.format_version,
            "package_type": self.package_type,
            "version_major": self.version_major,
            "version_minor": self.version_minor,
            "version_build": self.version_build,
            "version_comments": self.version_comments,
            "protection_level": self.protection_level,
            "encrypted": self.encrypted,
        }


def content_hash(data: bytes) -> str:
    """SHA-256 of the bytes, in hex."""
    return hashlib.sha256(data).hexdigest()


def package_facts(data: bytes) -> PackageFacts:
    """Read the facts from the head of the document; never raises for odd bytes."""
    from lxml import etree

    from dtserve.package.xml import check_prolog, to_utf8

    properties: dict[str, str] = {}
    try:
        clear = to_utf8(data)
        check_prolog(clear)
        if not _collect(etree, clear, properties):
            return PackageFacts()
    except (etree.LxmlError, PackageError):
        if not properties:
            return PackageFacts()
    return _facts(properties)


def _collect(etree: Any, data: bytes, properties: dict[str, str]) -> bool:
    """Gather the root's properties into ``properties``; False when the document is no package.

    The text is fed piece by piece and reading ends with the properties, which in formats 6 and 8
    is soon; only a document that goes on is counted through first.
    """
    depth = 0
    for event, element in _events(etree, data):
        depth += 1 if event == "start" else -1
        if event == "start" and depth == 1:
            if element.tag not in (ENCRYPTED, EXECUTABLE):
                return False
            properties.update({key.removeprefix(DTS): value for key, value in element.attrib.items()})
            if element.tag == ENCRYPTED:
                properties[_WHOLE] = "1"
                return True
        elif event == "end" and depth == 1 and _property(element, properties):
            return True
    return True


def _events(etree: Any, data: bytes) -> Iterator[tuple[str, Any]]:
    from dtserve.package.xml import DEFAULT_LIMITS, check_limits

    parser = etree.XMLPullParser(
        events=("start", "end"), encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False
    )
    fed = 0
    while fed < len(data):
        if fed == _HEAD:
            check_limits(data, DEFAULT_LIMITS)
        size = _STEP if fed < _HEAD else _PIECE
        parser.feed(data[fed : fed + size])
        fed += size
        yield from parser.read_events()
    parser.close()
    yield from parser.read_events()


def _property(element: Any, properties: dict[str, str]) -> bool:
    """Take a child of the root; True when nothing else can follow that matters."""
    name = element.get(f"{DTS}Name")
    if element.tag == f"{DTS}Property" and name:
        properties.setdefault(name, element.text or "")
        if f"{DTS}DTSID" in element.getparent().attrib:
            return True  # formats 6 and 8 hold everything else in attributes
    elif element.tag == ENCRYPTED:
        properties[_WHOLE] = "1"
    element.clear()
    return False


def _facts(properties: dict[str, str]) -> PackageFacts:
    encrypted = _WHOLE in properties
    known = "DTSID" in properties
    level = _number(properties.get("ProtectionLevel"), 1 if known else -1)
    return PackageFacts(
        readable=True,
        name=properties.get("ObjectName", ""),
        package_id=properties.get("DTSID", ""),
        version_id=properties.get("VersionGUID", ""),
        description=properties.get("Description", "")[:_MAX_TEXT],
        format_version=_number(properties.get("PackageFormatVersion"), 0),
        package_type=_number(properties.get("PackageType"), 0),
        version_major=_number(properties.get("VersionMajor"), 1),
        version_minor=_number(properties.get("VersionMinor"), 0),
        version_build=_number(properties.get("VersionBuild"), 0),
        version_comments=properties.get("VersionComments", "")[:_MAX_TEXT],
        protection_level=3 if encrypted and level not in (3, 4) else level,
        encrypted=encrypted or level in (3, 4),
        created=_date(properties.get("CreationDate", "")),
    )


def _number(text: str | None, default: int) -> int:
    try:
        value = int(text or "")
    except ValueError:
        return default
    return value if -(2**31) <= value < 2**31 else default


def _date(text: str) -> datetime | None:
    if not text:
        return None  # looking at each form takes longer than it seems
    for form in _DATE_FORMATS:
        try:
            return datetime.strptime(text.strip(), form)
        except ValueError:
            continue
    return None
