"""A package document: original bytes, clear XML tree and model.

:meth:`PackageDocument.open` is the one way in: it refuses what is hostile or no package,
takes off the protection and gives the model. The original bytes are kept and are what
every edit starts from. Source: FORMAT §1, §2, §3.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from dtserve.package.errors import CannotLoadFromNode, InvalidVersionNumber, Notice, PackagePasswordWrong
from dtserve.package.model import Package, ProtectionLevel
from dtserve.package.reader import read_package
from dtserve.package.xml import DEFAULT_LIMITS, DTS, ENC, Limits, local_name, parse_xml

__all__ = ["CURRENT_FORMAT", "FORMATS", "PackageDocument"]

FORMATS = (2, 3, 5, 6, 8)
"""Formats dtserve reads; 5 is a preview of 2012 in the shape of 3 with the ids of 6."""
CURRENT_FORMAT = 8

_EXECUTABLE = f"{{{DTS}}}Executable"
_ENCRYPTED = f"{{{ENC}}}EncryptedData"
_NAME = f"{{{DTS}}}Name"


@dataclass(frozen=True, eq=False)
class PackageDocument:
    """An opened package. ``root`` is the clear-text tree: read it, never change it."""

    original: bytes = field(repr=False)
    root: Any = field(repr=False)
    format_version: int
    warnings: tuple[Notice, ...] = ()

    @classmethod
    def open(cls, data: bytes, password: str | None = None, *, limits: Limits = DEFAULT_LIMITS) -> PackageDocument:
        """Open a package from its bytes.

        Raises MalformedXml, DoctypeRefused, LimitExceeded or EncodingRefused for bytes that
        are not read; CannotLoadFromNode and InvalidVersionNumber for what is no package;
        PackagePasswordWrong and DecryptPackageUserKey when it cannot be decrypted.
        """
        root = parse_xml(data, limits)
        if root.tag == _ENCRYPTED:
            raise PackagePasswordWrong
        return cls(data, root, _checked_format(root))

    @cached_property
    def model(self) -> Package:
        """The package, the same for every format; raises PersistenceError."""
        return read_package(self.root)

    @property
    def protection_level(self) -> ProtectionLevel:
        """The stored level; absent means EncryptSensitiveWithUserKey."""
        return self.model.protection_level


def _checked_format(root: Any) -> int:
    """The format number of a clear ``DTS:Executable`` root."""
    if root.tag != _EXECUTABLE:
        raise CannotLoadFromNode(detail=f'the root element is "{local_name(root)[:80]}", not "DTS:Executable"')
    for child in root.iterchildren(f"{{{DTS}}}Property"):
        if child.get(_NAME) == "PackageFormatVersion":
            text = (child.text or "").strip()
            if text not in {str(number) for number in FORMATS}:
                raise InvalidVersionNumber(version=text[:40])
            return int(text)
    raise CannotLoadFromNode(detail="it has no PackageFormatVersion")
