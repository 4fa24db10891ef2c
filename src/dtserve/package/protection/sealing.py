"""Putting protection on a clear package (FORMAT §1.4, §1.6, §1.8), in its bytes."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dtserve.package.errors import PackagePasswordEmpty, ProtectFailed, ServerStorageDisallowed
from dtserve.package.model import ProtectionLevel
from dtserve.package.protection import dpapi, user_key
from dtserve.package.protection.encrypted_data import seal_bytes
from dtserve.package.protection.opening import canonical, package_id
from dtserve.package.protection.schemes import Scheme
from dtserve.package.protection.sensitive import SensitiveNode, find_sensitive
from dtserve.package.source import Encoding, SourceMap, TextEdit, escape_text
from dtserve.package.xml import DTS, parse_xml

__all__ = ["SealOptions", "drop_secrets", "fill_values", "seal"]

_D = f"{{{DTS}}}"
_DECLARATION = re.compile(rb"^\s*<\?xml[^>]*\?>\s*")
_HEAD = b'<?xml version="1.0"?>'
_USER_KEYS = (ProtectionLevel.ENCRYPT_SENSITIVE_WITH_USER_KEY, ProtectionLevel.ENCRYPT_ALL_WITH_USER_KEY)
_PASSWORDS = (ProtectionLevel.ENCRYPT_SENSITIVE_WITH_PASSWORD, ProtectionLevel.ENCRYPT_ALL_WITH_PASSWORD)


@dataclass(frozen=True, slots=True)
class SealOptions:
    """How to protect: level, password and scheme; ``reuse`` maps clear elements to their bytes as they were."""

    level: ProtectionLevel
    password: str | None = None
    scheme: Scheme = Scheme.AES
    reuse: Mapping[bytes, bytes] = field(default_factory=dict)
    allow_server_storage: bool = False


def seal(clear: bytes, options: SealOptions, encoding: Encoding) -> bytes:
    """The file of a clear package (whose ProtectionLevel is set already) at ``options.level``.

    Raises PackagePasswordEmpty, ServerStorageDisallowed, ProtectFailed.
    """
    level = options.level
    if level in _PASSWORDS and not options.password:
        raise PackagePasswordEmpty
    if level is ProtectionLevel.SERVER_STORAGE and not options.allow_server_storage:
        raise ServerStorageDisallowed
    if level is ProtectionLevel.ENCRYPT_ALL_WITH_PASSWORD:
        body = seal_bytes(_DECLARATION.sub(b"", clear), options.password or "", options.scheme)
        return Encoding(b"\xef\xbb\xbf", "utf-8").apply(_HEAD + body)
    if level is ProtectionLevel.ENCRYPT_ALL_WITH_USER_KEY:
        return _seal_all_user_key(clear)
    if level in (ProtectionLevel.ENCRYPT_SENSITIVE_WITH_PASSWORD, ProtectionLevel.ENCRYPT_SENSITIVE_WITH_USER_KEY):
        clear = _seal_parts(clear, options)
    return encoding.apply(clear)


def drop_secrets(clear: bytes) -> bytes:
    """Level 0: sensitive elements stay, empty; what could not be decrypted goes as well."""
    root = parse_xml(clear)
    source = SourceMap(clear, root)
    edit = TextEdit(source)
    for node in find_sensitive(root):
        if node.state == "password":
            _replace_unknown(edit, source, node)
        elif node.parameter:
            edit.set_content(node.element, b"")
        elif not node.empty:
            edit.set_content(node.holder, b"")
            if node.state == "user key":
                edit.remove_attribute(node.holder, "Encrypted")
    return edit.apply()


def _replace_unknown(edit: TextEdit, source: SourceMap, node: SensitiveNode) -> None:
    """An ``EncryptedData`` that nobody can open: gone; a parameter's stub stays, empty."""
    if node.parameter:
        edit.set_content(node.element, b"")
    else:
        edit.replace_element(node.element, b"")


def fill_values(clear: bytes, values: Mapping[str, str]) -> bytes:
    """Put values again into sensitive elements that could not be decrypted; keys are the paths of the warnings."""
    root = parse_xml(clear)
    source = SourceMap(clear, root)
    edit = TextEdit(source)
    for node in find_sensitive(root):
        value = values.get(node.path)
        if value is None or node.state == "clear":
            continue
        if node.parameter:
            edit.set_text(node.element, value)
            if source.attribute(node.element, f"{_D}DataType") is None:
                edit.set_attribute(node.element, f"{_D}DataType", node.element.getparent().get(f"{_D}DataType") or "8")
        elif node.state == "password":
            edit.replace_element(node.element, _new_element(node, value))
        else:
            edit.set_text(node.holder, value)
            edit.remove_attribute(node.holder, "Encrypted")
    return edit.apply()


def _new_element(node: SensitiveNode, value: str) -> bytes:
    """A sensitive element whose shape only the ciphertext knew, by the name in its path."""
    name = node.path.rpartition("[")[2].rstrip("]")
    if name == "Password":
        shape = b'<DTS:Password DTS:Name="Password" Sensitive="1">%s</DTS:Password>'
    elif name in ("ServerPassword", "ProxyPassword"):
        shape = b'<DTS:Property DTS:Name="%s" Sensitive="1">%%s</DTS:Property>' % name.encode("ascii")
    else:
        raise ProtectFailed(detail=f"the kind of the sensitive value {node.path} is unknown")
    return shape % escape_text(value)


def _seal_parts(clear: bytes, options: SealOptions) -> bytes:
    """Levels 1 and 2: encrypt each sensitive element that stands in clear and is not empty."""
    root = parse_xml(clear)
    nodes = [node for node in find_sensitive(root) if node.state == "clear" and not node.empty]
    if not nodes:
        return clear
    source = SourceMap(clear, root)
    edit = TextEdit(source)
    for node in nodes:
        outer = source.outer(node.element)
        known = options.reuse.get(canonical(outer, node.element))
        if known is not None:
            edit.replace_element(node.element, known)
        elif options.level is ProtectionLevel.ENCRYPT_SENSITIVE_WITH_PASSWORD:
            _seal_with_password(edit, source, node, options)
        else:
            _seal_with_user_key(edit, source, node, package_id(root))
    return edit.apply()


def _seal_with_password(edit: TextEdit, source: SourceMap, node: SensitiveNode, options: SealOptions) -> None:
    sealed = seal_bytes(outer_xml(source.outer(node.element), node.element), options.password or "", options.scheme)
    if node.parameter and node.element.getparent().tag != node.element.tag:
        name = b'<%s:Property %s:Name="ParameterValue">%s</%s:Property>'
        prefix = (node.element.prefix or "DTS").encode("utf-8")
        sealed = name % (prefix, prefix, sealed, prefix)
    edit.replace_element(node.element, sealed)


def outer_xml(outer: bytes, element: Any) -> bytes:
    """An element's bytes with the namespace declarations that it uses and its bytes do not hold."""
    used: dict[str | None, str] = {}
    for inner in element.iter("*"):
        used[inner.prefix] = inner.nsmap.get(inner.prefix, "")
        for name in inner.attrib:
            if name.startswith("{") and not name.startswith("{http://www.w3.org/XML/1998/namespace}"):
                uri = name[1:].partition("}")[0]
                used[next(p for p, u in inner.nsmap.items() if u == uri and p)] = uri
    declared = b""
    tag = re.match(rb"<[^\s/>]+", outer)
    assert tag is not None  # noqa: S101 - the bytes of an element start with its tag
    for prefix, uri in used.items():
        name = b"xmlns" if prefix is None else b"xmlns:" + prefix.encode("utf-8")
        if uri and not re.search(rb"\s" + re.escape(name) + rb"\s*=", outer):
            declared += b' %s="%s"' % (name, uri.encode("utf-8"))
    return tag[0] + declared + outer[tag.end() :]


def _seal_with_user_key(edit: TextEdit, source: SourceMap, node: SensitiveNode, owner: str) -> None:
    """Level 1: the element stays, its text becomes a blob of the value (FORMAT §1.6)."""
    blob = _user_key_blob((node.holder.text or ""), owner)
    if node.parameter:
        inner = b'<DTS:Property DTS:DataType="8" Encrypted="1" DTS:Name="ParameterValue">%s</DTS:Property>' % blob
        if node.element.getparent().tag == node.element.tag:
            edit.replace_element(node.element, inner)
        else:
            edit.set_content(node.element, inner)
        return
    edit.set_content(node.holder, blob)
    edit.append_attribute(node.holder, "Encrypted", "1")


def _user_key_blob(value: str, owner: str) -> bytes:
    """Base64 of a DPAPI blob on Windows, of a blob of dtserve's own key elsewhere."""
    if dpapi.available():
        sealed = dpapi.protect(value.encode("utf-16-le"), "DTS")
        if sealed is None:
            raise ProtectFailed(detail="Windows refused to use this user's key")
    else:
        key = user_key.load_key()
        assert key is not None  # noqa: S101 - load_key makes one
        sealed = user_key.seal(value.encode("utf-8"), owner, key)
    return base64.b64encode(sealed).rstrip(b"=")


def _seal_all_user_key(clear: bytes) -> bytes:
    """Level 4: the root keeps its start tag and holds one blob (FORMAT §1.2)."""
    root = parse_xml(clear)
    source = SourceMap(clear, root)
    body = _DECLARATION.sub(b"", clear)
    edit = TextEdit(source)
    edit.set_content(root, _user_key_blob(body.decode("utf-8"), package_id(root)))
    edit.append_attribute(root, "Encrypted", "1")
    text = _DECLARATION.sub(b"", edit.apply())
    return Encoding(b"\xef\xbb\xbf", "utf-8").apply(_HEAD + text)
