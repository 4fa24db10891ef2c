"""A package document: original bytes, clear XML tree and model.

:meth:`PackageDocument.open` is the one way in: it refuses what is hostile or no package,
takes off the protection and gives the model. The original bytes are kept and are what
every edit starts from. Source: FORMAT §1, §2, §3.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from dtserve.package.errors import CannotLoadFromNode, InvalidVersionNumber, Notice
from dtserve.package.model import Package, ProtectionLevel
from dtserve.package.reader import read_package, read_protection_level
from dtserve.package.xml import DEFAULT_LIMITS, DTS, Limits, local_name, parse_xml, to_utf8

if TYPE_CHECKING:
    from dtserve.package.protection.schemes import Scheme

__all__ = ["CURRENT_FORMAT", "FORMATS", "PackageDocument"]

FORMATS = (2, 3, 5, 6, 8)
"""Formats dtserve reads; 5 is a preview of 2012 in the shape of 3 with the ids of 6."""
CURRENT_FORMAT = 8

_EXECUTABLE = f"{{{DTS}}}Executable"
_MAY_BE_CIPHERTEXT = 200
"""A document with fewer tags than this may be one large ciphertext: its text nodes may exceed 10 MB."""
_NAME = f"{{{DTS}}}Name"


@dataclass(frozen=True, eq=False)
class PackageDocument:
    """An opened package.

    ``original`` are the bytes as given, ``clear`` the package without protection (UTF-8, no
    BOM), ``root`` the tree of ``clear``: read it, never change it. ``scheme`` is the password
    scheme that was found, ``sealed`` maps decrypted elements to the bytes they had, and
    ``unreadable`` are the paths of sensitive values that stay encrypted.
    """

    original: bytes = field(repr=False)
    clear: bytes = field(repr=False)
    root: Any = field(repr=False)
    format_version: int
    warnings: tuple[Notice, ...] = ()
    password: str | None = field(default=None, repr=False)
    scheme: Scheme | None = None
    sealed: Mapping[bytes, bytes] = field(default_factory=dict, repr=False)
    unreadable: tuple[str, ...] = ()

    @classmethod
    def open(cls, data: bytes, password: str | None = None, *, limits: Limits = DEFAULT_LIMITS) -> PackageDocument:
        """Open a package from its bytes.

        Raises MalformedXml, DoctypeRefused, LimitExceeded or EncodingRefused for bytes that
        are not read; CannotLoadFromNode and InvalidVersionNumber for what is no package;
        PackagePasswordWrong and DecryptPackageUserKey when all of it is encrypted and cannot
        be decrypted. Sensitive values that cannot be decrypted are blank, each with a warning.
        """
        encrypted = b"Encrypted" in data or b"\0E\0n\0c\0r\0y\0p\0t\0e\0d" in data
        root = parse_xml(data, limits, huge_text=len(data) > 1_000_000 and _is_ciphertext(data))
        if not encrypted and root.get("Salt") is None:
            return cls(data, to_utf8(data), root, _checked_format(root), password=password)
        from dtserve.package.protection.opening import open_protected

        found = open_protected(data, root, password, limits)
        return cls(
            original=data,
            clear=found.clear,
            root=found.root,
            format_version=_checked_format(found.root),
            warnings=found.notices,
            password=password,
            scheme=found.scheme,
            sealed=found.sealed,
            unreadable=found.unreadable,
        )

    @cached_property
    def model(self) -> Package:
        """The package, the same for every format; raises PersistenceError."""
        return read_package(self.root)

    @property
    def protection_level(self) -> ProtectionLevel:
        """The stored level; absent means EncryptSensitiveWithUserKey."""
        return read_protection_level(self.root)


def _is_ciphertext(data: bytes) -> bool:
    """Whether a large document looks like one ciphertext: level 3, level 4 or a ``.designer`` file."""
    marked = any(mark in data[:8192] for mark in (b"<CipherValue", b'Encrypted="1"', b'Salt="'))
    return marked and data.count(b"<") < _MAY_BE_CIPHERTEXT


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
