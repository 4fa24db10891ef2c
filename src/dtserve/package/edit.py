"""Edits of a package: functions from document to document that change only what they name.

Every byte that an edit does not name stays as it was: white space, attribute order, line
ends, BOM, CDATA, and the ciphertext of secrets that it does not touch. Source: FORMAT §1.8, §2.2.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping

from dtserve.package.document import PackageDocument
from dtserve.package.errors import PackagePasswordEmpty, ProtectFailed
from dtserve.package.model import ProtectionLevel
from dtserve.package.paths import resolve
from dtserve.package.places import stored_property, write_dts_property, write_property
from dtserve.package.protection.opening import canonical
from dtserve.package.protection.schemes import Scheme
from dtserve.package.protection.sealing import SealOptions, drop_secrets, fill_values, seal
from dtserve.package.protection.sensitive import find_sensitive
from dtserve.package.reader.elements import D
from dtserve.package.source import Encoding, SourceMap, TextEdit
from dtserve.package.xml import parse_xml

__all__ = [
    "new_guid",
    "protected_bytes",
    "resave",
    "with_name",
    "with_new_id",
    "with_properties",
    "with_property",
    "with_protection",
    "with_version",
]

_DECLARATION = re.compile(rb"^\s*<\?xml[^>]*\?>")


def new_guid() -> str:
    """A new GUID in the form packages use: ``{3F2504E0-4F89-11D3-9A0C-0305E82C3301}``."""
    return f"{{{str(uuid.uuid4()).upper()}}}"


def with_property(document: PackageDocument, path: str, value: str) -> PackageDocument:
    """The document with one property set by its path.

    Raises PathRootMissing, PathMalformed, PathUnresolved, PathReadOnly, PathConversionFailed.
    """
    return with_properties(document, {path: value})


def with_properties(document: PackageDocument, values: Mapping[str, str]) -> PackageDocument:
    """The document with several properties set, in order."""
    clear = document.clear
    current = document
    for path, value in values.items():
        edit = TextEdit(SourceMap(clear, current.root))
        write_property(edit, current.model, resolve(current.model, path), value)
        clear = edit.apply()
        root = parse_xml(clear)
        current = PackageDocument(clear, clear, root, document.format_version)
    return _saved(document, clear)


def with_new_id(document: PackageDocument, package_id: str = "") -> PackageDocument:
    """The document with a new package id (DTSID), as a copy should get (``dtutil /IDRegenerate``)."""
    return _with_root(document, {"DTSID": package_id or new_guid()})


def with_name(document: PackageDocument, name: str) -> PackageDocument:
    """The document with another package name; refIds start with ``Package`` whatever the name is."""
    return _with_root(document, {"ObjectName": name})


def with_version(
    document: PackageDocument, *, major: int | None = None, minor: int | None = None, build: int | None = None
) -> PackageDocument:
    """The document as a new saved version: VersionBuild one higher unless given, and a new VersionGUID."""
    values = {"VersionBuild": str(document.model.version_build + 1 if build is None else build)}
    if major is not None:
        values["VersionMajor"] = str(major)
    if minor is not None:
        values["VersionMinor"] = str(minor)
    return _with_root(document, values | {"VersionGUID": new_guid()})


def _with_root(document: PackageDocument, values: Mapping[str, str]) -> PackageDocument:
    edit = TextEdit(SourceMap(document.clear, document.root))
    for name, value in values.items():
        write_dts_property(edit, document.root, name, value, document.format_version)
    return _saved(document, edit.apply())


def resave(document: PackageDocument, clear: bytes) -> PackageDocument:
    """The document with another clear text, protected as it was; for whoever rewrites the whole text."""
    return _saved(document, clear)


def _encoding(document: PackageDocument) -> Encoding:
    """How to write the document in clear: as its file was, or as the tools write one that was all ciphertext."""
    if _was_whole(document):
        return Encoding(b"\xef\xbb\xbf" if document.format_version >= 6 else b"", "utf-8")
    return Encoding.of(document.original)


def _was_whole(document: PackageDocument) -> bool:
    """Whether the file was encrypted as a whole (levels 3 and 4)."""
    return document.protection_level in (
        ProtectionLevel.ENCRYPT_ALL_WITH_PASSWORD,
        ProtectionLevel.ENCRYPT_ALL_WITH_USER_KEY,
    )


def _saved(document: PackageDocument, clear: bytes) -> PackageDocument:
    """The edited text protected as the document was; secrets that are as before keep their bytes."""
    level = document.protection_level
    reuse = {**_left_clear(document), **document.sealed}
    if level is ProtectionLevel.ENCRYPT_SENSITIVE_WITH_USER_KEY and document.sealed and _id_changed(document, clear):
        reuse = {}
    if level is ProtectionLevel.ENCRYPT_SENSITIVE_WITH_PASSWORD and not document.password:
        if _left_clear(PackageDocument(clear, clear, parse_xml(clear), document.format_version)).keys() - reuse.keys():
            raise PackagePasswordEmpty
        return PackageDocument.open(_encoding(document).apply(clear))
    options = SealOptions(level, document.password, document.scheme or Scheme.AES, reuse, allow_server_storage=True)
    return PackageDocument.open(seal(clear, options, _encoding(document)), document.password)


def _id_changed(document: PackageDocument, clear: bytes) -> bool:
    place = stored_property(parse_xml(clear), "DTSID")
    return place is None or (place[0].get(place[1]) if place[1] else place[0].text) != document.model.dtsid


def _left_clear(document: PackageDocument) -> dict[bytes, bytes]:
    """Sensitive elements that stand in clear in the document's text, mapped to themselves."""
    source: SourceMap | None = None
    found: dict[bytes, bytes] = {}
    for node in find_sensitive(document.root):
        if node.state == "clear" and not node.empty:
            source = source or SourceMap(document.clear, document.root)
            outer = source.outer(node.element)
            found[canonical(outer, node.element)] = outer
    return found


def with_protection(
    document: PackageDocument,
    level: ProtectionLevel,
    password: str | None = None,
    *,
    scheme: Scheme | None = None,
    values: Mapping[str, str] | None = None,
    allow_server_storage: bool = False,
) -> PackageDocument:
    """The document at another protection level.

    ``password`` is the new one (levels 2 and 3; the document's own when omitted); ``scheme``
    the one to write (that of the document, else AES); ``values`` gives sensitive values again
    that could not be decrypted, by the paths of :attr:`PackageDocument.unreadable`.
    Raises PackagePasswordEmpty, ServerStorageDisallowed, ProtectFailed.
    """
    return PackageDocument.open(
        *protected_bytes(
            document, level, password, scheme=scheme, values=values, allow_server_storage=allow_server_storage
        )
    )


def protected_bytes(
    document: PackageDocument,
    level: ProtectionLevel,
    password: str | None = None,
    *,
    scheme: Scheme | None = None,
    values: Mapping[str, str] | None = None,
    allow_server_storage: bool = False,
) -> tuple[bytes, str | None]:
    """As :func:`with_protection`, the bytes and the password that opens them, without opening them."""
    password = password or document.password
    missing = [path for path in document.unreadable if path not in (values or {})]
    if missing and level is not ProtectionLevel.DONT_SAVE_SENSITIVE:
        raise ProtectFailed(detail=f"these sensitive values cannot be read: {', '.join(missing)}.")
    clear = document.clear if not values else fill_values(document.clear, values)
    root = parse_xml(clear)
    edit = TextEdit(SourceMap(clear, root))
    if level is ProtectionLevel.ENCRYPT_SENSITIVE_WITH_USER_KEY and document.format_version >= 6:
        edit.remove_attribute(root, f"{D}ProtectionLevel")
    else:
        write_dts_property(edit, root, "ProtectionLevel", str(int(level)), document.format_version)
    clear = edit.apply()
    if level is ProtectionLevel.DONT_SAVE_SENSITIVE:
        clear = drop_secrets(clear)
    if _was_whole(document) and not _DECLARATION.match(clear):
        clear = b'<?xml version="1.0"?>' + clear
    same = level == document.protection_level and password == document.password and scheme in (None, document.scheme)
    options = SealOptions(
        level,
        password,
        scheme or document.scheme or Scheme.AES,
        document.sealed if same else {},
        allow_server_storage,
    )
    return seal(clear, options, _encoding(document)), password
