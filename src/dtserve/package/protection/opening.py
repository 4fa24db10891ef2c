"""Taking the protection off a package (FORMAT §1.4, §1.6, §1.9), in its bytes.

The result is the clear text as bytes and as tree, and for each part that was encrypted the
very bytes it had: an edit that does not touch a secret writes it back as it was.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from dtserve.errors import PackageError
from dtserve.package.errors import DecryptPackageUserKey, LimitExceeded, Notice, PackagePasswordWrong
from dtserve.package.protection import dpapi, user_key
from dtserve.package.protection.encrypted_data import ENCRYPTED_DATA, open_element, scheme_of, unbase64
from dtserve.package.protection.inline import open_inline
from dtserve.package.protection.schemes import Scheme
from dtserve.package.protection.sensitive import SensitiveNode, find_sensitive
from dtserve.package.source import SourceMap, TextEdit, escape_text, start_tag_end
from dtserve.package.xml import DTS, Limits, local_name, parse_xml, to_utf8

__all__ = ["Opened", "canonical", "open_protected", "package_id"]

_D = f"{{{DTS}}}"
_EXECUTABLE = f"{_D}Executable"
_TRIES = 3
"""Encrypted values of level 2 that are tried with a password that opens none; all have one password."""
_NOT_VALID = '0x8009000B "Key not valid for use in specified state."'
_ENCRYPTED = re.compile(rb"""\s+(?:[\w.-]+:)?Encrypted\s*=\s*["']1["']""")


@dataclass(frozen=True, slots=True)
class Opened:
    """A package without protection.

    ``clear`` is UTF-8 without BOM; ``sealed`` maps :func:`canonical` clear elements to the
    bytes they had when encrypted; ``unreadable`` are the paths of values that stay encrypted.
    """

    clear: bytes
    root: Any
    notices: tuple[Notice, ...] = ()
    scheme: Scheme | None = None
    sealed: dict[bytes, bytes] = field(default_factory=dict)
    unreadable: tuple[str, ...] = ()
    whole: bool = False


def open_protected(data: bytes, root: Any, password: str | None, limits: Limits) -> Opened:
    """Decrypt what can be decrypted; ``root`` was parsed from ``data``.

    Raises PackagePasswordWrong (level 3) and DecryptPackageUserKey (level 4).
    """
    clear = to_utf8(data)
    scheme: Scheme | None = None
    whole = False
    if root.tag == ENCRYPTED_DATA:
        scheme, whole = scheme_of(root), True
        clear, root = _open_all(root, password, limits)
    elif root.tag == _EXECUTABLE and root.get("Encrypted") == "1":
        whole = True
        clear, root = _open_user_key(root, limits)
    elif root.get("Salt") and root.get("IV"):
        whole = True
        found = open_inline(data, password, limits=limits)
        clear, root, scheme = found.clear, found.root, found.scheme
    opened = _open_parts(clear, root, password, limits)
    return Opened(
        opened.clear,
        opened.root,
        opened.notices,
        scheme or opened.scheme,
        opened.sealed,
        opened.unreadable,
        whole,
    )


def _parse_plaintext(plaintext: bytes, limits: Limits) -> tuple[bytes, Any]:
    """Decrypted text as tree; whatever is no package means the key was wrong."""
    try:
        root = parse_xml(plaintext, limits)
    except PackageError:
        raise PackagePasswordWrong from None
    if root.tag != _EXECUTABLE:
        raise PackagePasswordWrong
    return to_utf8(plaintext), root


def _open_all(root: Any, password: str | None, limits: Limits) -> tuple[bytes, Any]:
    if not password:
        raise PackagePasswordWrong
    return _parse_plaintext(open_element(root, password), limits)


def _open_user_key(root: Any, limits: Limits) -> tuple[bytes, Any]:
    """Level 4: the text of the root is the whole package."""
    try:
        blob = unbase64(root.text)
    except PackagePasswordWrong:
        raise DecryptPackageUserKey from None
    plaintext = _open_blob(blob, None)
    if plaintext is None:
        raise DecryptPackageUserKey
    try:
        clear, inner = _parse_plaintext(plaintext, limits)
    except PackagePasswordWrong:
        raise DecryptPackageUserKey from None
    if blob.startswith(user_key.MARKER) and package_id(inner).upper() != user_key.package_of(blob):
        raise DecryptPackageUserKey
    return clear, inner


def _open_blob(blob: bytes, owner: str | None) -> bytes | None:
    """The content of a user-key blob, dtserve's or Windows'; ``owner`` is the package id it must be bound to."""
    if blob.startswith(user_key.MARKER):
        key = user_key.load_key(create=False)
        bound = owner if owner is not None else (user_key.package_of(blob) if len(blob) > 32 else "")
        return None if key is None else user_key.unseal(blob, bound, key)
    if dpapi.parse_blob(blob) is None:
        return None
    value = dpapi.unprotect(blob)
    return None if value is None else dpapi.text(value).encode("utf-8")


def package_id(root: Any) -> str:
    """The DTSID of a clear root, in any format."""
    found = root.get(f"{_D}DTSID")
    if found is None:
        stored = (p for p in root.iterchildren(f"{_D}Property") if p.get(f"{_D}Name") == "DTSID")
        found = next((p.text for p in stored), None)
    return found or ""


def _open_parts(clear: bytes, root: Any, password: str | None, limits: Limits) -> Opened:
    """Level 1 and 2: decrypt each sensitive element that is encrypted."""
    encrypted = [node for node in find_sensitive(root) if node.state != "clear"]
    if not encrypted:
        return Opened(clear, root)
    owner = package_id(root)
    notices: list[Notice] = []
    unreadable: list[str] = []
    sealed: dict[bytes, bytes] = {}
    scheme: Scheme | None = None
    if len(encrypted) > limits.encrypted:
        raise LimitExceeded(what="its number of encrypted values", value=len(encrypted), limit=limits.encrypted)
    opened: list[tuple[SensitiveNode, bytes]] = []
    failures = 0
    for node in encrypted:
        wrong = node.state == "password" and failures >= _TRIES and not opened
        plain = None if wrong else _open_part(node, password, owner, limits)
        failures += plain is None and node.state == "password"
        if node.state == "password":
            scheme = scheme or scheme_of(node.holder)
        if plain is None:
            notices.append(_notice(node))
            unreadable.append(node.path)
        else:
            opened.append((node, plain))
    if opened:
        clear, sealed = _replace_parts(clear, root, opened)
        root = parse_xml(clear, limits)
        encrypted = find_sensitive(root)
    for node in encrypted:
        if node.state == "user key":
            node.holder.text = None
    return Opened(clear, root, tuple(notices), scheme, sealed, tuple(unreadable))


def _replace_parts(
    clear: bytes, root: Any, opened: list[tuple[SensitiveNode, bytes]]
) -> tuple[bytes, dict[bytes, bytes]]:
    """The text with decrypted elements in their places, and what stood there before."""
    source = SourceMap(clear, root)
    edit = TextEdit(source)
    sealed: dict[bytes, bytes] = {}
    for node, found in opened:
        plain = found if node.state == "password" else _without_key(node, source, found)
        plain = canonical(plain, node.element)
        sealed[plain] = source.outer(node.element)
        edit.replace_element(node.element, plain)
    return edit.apply(), sealed


def _open_part(node: SensitiveNode, password: str | None, owner: str, limits: Limits) -> bytes | None:
    """The clear element (password) or its value (user key) in bytes, None when it cannot be opened."""
    try:
        if node.state == "password":
            if not password:
                return None
            plaintext = open_element(node.holder, password)
            return plaintext if _plausible(plaintext, node, limits) else None
        return _open_blob(unbase64(node.holder.text), owner)
    except PackagePasswordWrong:
        return None


def _plausible(plaintext: bytes, node: SensitiveNode, limits: Limits) -> bool:
    """Whether decrypted text is an element that may stand in that place."""
    try:
        inner = parse_xml(plaintext, limits)
    except PackageError:
        return False
    if node.parameter:
        return bool(inner.tag == f"{_D}Property" and inner.get(f"{_D}Name") == "ParameterValue")
    return inner.get("Sensitive") == "1" and inner.get("Encrypted") is None


def _without_key(node: SensitiveNode, source: SourceMap, value: bytes) -> bytes:
    """A level-1 element with its value in clear: same attributes without ``Encrypted``."""
    outer = source.outer(node.holder)
    end = start_tag_end(outer)
    start = _ENCRYPTED.sub(b"", outer[:end]).removesuffix(b">").removesuffix(b"/").rstrip()
    tag = re.match(rb"<([^\s/>]+)", outer)
    assert tag is not None  # noqa: S101 - the bytes of an element start with its tag
    return start + b">" + escape_text(value.decode("utf-8")) + b"</" + tag[1] + b">"


def canonical(element: bytes, place: Any) -> bytes:
    """A clear element without the namespace declarations that its place has in scope anyway."""
    end = start_tag_end(element)
    start, rest = element[:end], element[end:]
    parent = place.getparent()
    scope = {} if parent is None else parent.nsmap
    for prefix, uri in scope.items():
        name = b"xmlns" if prefix is None else b"xmlns:" + prefix.encode("utf-8")
        start = re.sub(
            rb"\s+" + re.escape(name) + rb"""\s*=\s*(["'])""" + re.escape(uri.encode("utf-8")) + rb"\1", b"", start
        )
    return start + rest


def _notice(node: SensitiveNode) -> Notice:
    if node.state == "password":
        message = (
            f"Failed to decrypt an encrypted XML node ({node.path}) because the password was not specified or not "
            "correct. Package load will attempt to continue without the encrypted information."
        )
        return Notice(0xC001405F, "DTS_E_DECRYPTXML_PASSWORD", message, "error")
    tag = node.holder.tag
    name = f"DTS:{local_name(node.holder)}" if tag.startswith(_D) else local_name(node.holder)
    message = (
        f'Failed to decrypt protected XML node "{name}" ({node.path}) with error {_NOT_VALID}. You may not be '
        "authorized to access this information. This error occurs when there is a cryptographic error. Verify that "
        "the correct key is available."
    )
    return Notice(0xC0016016, "DTS_E_UNPROTECTXMLFAILED", message)
