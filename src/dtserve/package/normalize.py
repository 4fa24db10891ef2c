"""A normal form for version control: packages that do the same have the same text.

Layout, annotations of the designer, version numbers and tool versions are left out, the rest
is written in one fixed way (:mod:`dtserve.package.serialize`). The result still opens and
runs. Secrets stay as they are stored; a package that is all ciphertext is written in clear
without its secrets.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dtserve.package.document import PackageDocument
from dtserve.package.edit import with_protection
from dtserve.package.model import ProtectionLevel
from dtserve.package.serialize import serialize
from dtserve.package.xml import DTS, local_name, parse_xml

__all__ = ["NormalizeOptions", "normalize"]

_D = f"{{{DTS}}}"
_NAME = f"{_D}Name"
_VOLATILE = ("VersionBuild", "LastModifiedProductVersion")
_ZERO = "{00000000-0000-0000-0000-000000000000}"
_WHOLE = (ProtectionLevel.ENCRYPT_ALL_WITH_PASSWORD, ProtectionLevel.ENCRYPT_ALL_WITH_USER_KEY)


@dataclass(frozen=True, slots=True)
class NormalizeOptions:
    """What the normal form keeps."""

    layout: bool = False
    versions: bool = False
    binaries: bool = True


def normalize(document: PackageDocument, options: NormalizeOptions = NormalizeOptions()) -> bytes:
    """The normal form of a package: UTF-8, LF, no BOM; normalising it again changes nothing."""
    if document.protection_level in _WHOLE:
        document = with_protection(document, ProtectionLevel.DONT_SAVE_SENSITIVE)
    root = parse_xml(document.original)
    _drop_comments(root)
    if not options.layout:
        _drop_layout(root)
    if not options.versions:
        _drop_versions(root)
    if not options.binaries:
        _drop_binaries(root)
    return serialize(root, sort_all=True) + b"\n"


def _remove(element: Any) -> None:
    """Take an element away; white space after it goes, text would stay."""
    parent = element.getparent()
    tail = element.tail if (element.tail or "").strip() else None
    if tail:
        before = element.getprevious()
        if before is not None:
            before.tail = (before.tail or "") + tail
        else:
            parent.text = (parent.text or "") + tail
    parent.remove(element)


def _drop_comments(root: Any) -> None:
    for node in list(root.iter()):
        if not isinstance(node.tag, str) and node.getparent() is not None:
            _remove(node)


def _drop_layout(root: Any) -> None:
    """``DesignTimeProperties``, the designer's package variables, ``ThreadHint``."""
    for element in list(root.iter(f"{_D}DesignTimeProperties")):
        _remove(element)
    for element in list(root.iter(f"{_D}PackageVariable")):
        if _property(element, "Namespace") == "dts-designer-1.0":
            _remove(element)
    for element in list(root.iter(f"{_D}PackageVariables")):
        if not len(element):
            _remove(element)
    for element in root.iter(f"{_D}Executable"):
        element.attrib.pop(f"{_D}ThreadHint", None)


def _property(element: Any, name: str) -> str:
    stored = (p.text for p in element.iterchildren(f"{_D}Property") if p.get(_NAME) == name)
    return element.get(f"{_D}{name}") or next(stored, None) or ""


def _drop_versions(root: Any) -> None:
    """Numbers that every save changes; VersionGUID must be there, so it becomes zero."""
    for name in _VOLATILE:
        root.attrib.pop(f"{_D}{name}", None)
    if root.get(f"{_D}VersionGUID") is not None:
        root.set(f"{_D}VersionGUID", _ZERO)
    for stored in list(root.iterchildren(f"{_D}Property")):
        if stored.get(_NAME) in _VOLATILE:
            _remove(stored)
        elif stored.get(_NAME) == "VersionGUID":
            stored.text = _ZERO


def _drop_binaries(root: Any) -> None:
    """Compiled scripts: ``BinaryItem`` of Script tasks, ``BinaryCode`` of Script components."""
    for element in list(root.iter("BinaryItem")):
        _remove(element)
    for stored in root.iter("property"):
        if stored.get("name") == "BinaryCode":
            for child in list(stored):
                if local_name(child) == "arrayElements":
                    for item in list(child):
                        child.remove(item)
                    child.set("arrayElementCount", "0")
