"""Project files (``.params``, ``.conmgr``, manifests, ``.dtsx.designer``): encryption in place (FORMAT §1.5).

The element keeps its name and attributes, gets ``Salt`` and ``IV`` (AES also ``Algorithm``)
and its text becomes base64 of the ciphertext. Plaintext: UTF-8 BOM and the element's outer
XML without those attributes, PKCS#7. With a user key the text is one blob and there are no
attributes; level 1 marks nothing, so the blob itself tells.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dtserve.errors import PackageError
from dtserve.package.errors import PackagePasswordWrong
from dtserve.package.protection import dpapi, user_key
from dtserve.package.protection.encrypted_data import unbase64
from dtserve.package.protection.schemes import Scheme, Sealed, decrypt, encrypt
from dtserve.package.source import SourceMap, TextEdit, qualified, start_tag_end
from dtserve.package.xml import DEFAULT_LIMITS, SSIS, Limits, local_name, parse_xml, to_utf8

__all__ = ["InlineOpened", "blank_inline", "inline_plaintexts", "open_inline", "seal_inline", "sensitive_elements"]

_BOM = b"\xef\xbb\xbf"
_MARKS = ("Salt", "IV", "Algorithm")
_OUTSIDE_ONLY = f"{{{SSIS}}}ProtectionLevel"
_BLOBS = ("AQAAANCMnd8BFdERjHoAwE/Cl+sB", base64.b64encode(user_key.MARKER + b"\0").decode()[:10])


@dataclass(frozen=True, slots=True)
class InlineOpened:
    """A project file without protection; ``sealed`` maps clear elements to the bytes they had when encrypted."""

    clear: bytes
    root: Any
    unreadable: tuple[str, ...] = ()
    scheme: Scheme | None = None
    sealed: Mapping[bytes, bytes] = field(default_factory=dict)


def _marks(element: Any) -> dict[str, str]:
    """The encryption attributes of an element, whatever their namespace."""
    found = {key.rpartition("}")[2]: value for key, value in element.items()}
    return {key: found[key] for key in _MARKS if key in found}


def _sealed(element: Any) -> Sealed | None:
    """The ciphertext of an element that was encrypted with a password, None for any other."""
    marks = _marks(element)
    if "Salt" not in marks or "IV" not in marks or len(element):
        return None
    iv = unbase64(marks["IV"])
    scheme = Scheme.of_algorithm(marks["Algorithm"]) if "Algorithm" in marks else None
    if "Algorithm" not in marks:
        scheme = {8: Scheme.TRIPLE_DES, 16: Scheme.AES}.get(len(iv))
    if scheme is None:
        raise PackagePasswordWrong
    return Sealed(scheme, unbase64(marks["Salt"]), iv, unbase64(element.text))


def inline_plaintexts(root: Any, password: str) -> list[bytes]:
    """The plaintexts of all encrypted elements in document order; raises PackagePasswordWrong."""
    found = ((element, _sealed(element)) for element in root.iter("*"))
    return [_open(sealed, password, element)[0] for element, sealed in found if sealed is not None]


def _open(sealed: Sealed, password: str, element: Any) -> tuple[bytes, Any]:
    plaintext = decrypt(sealed, password, strict_padding=True)
    if not plaintext.startswith(_BOM):
        raise PackagePasswordWrong
    return plaintext, _checked(plaintext, element)


def _checked(plaintext: bytes, element: Any) -> Any:
    """The plaintext as element, which must bear the name of the one that held it."""
    try:
        inner = parse_xml(plaintext)
    except PackageError:
        raise PackagePasswordWrong from None
    if inner.tag != element.tag:
        raise PackagePasswordWrong
    return inner


def open_inline(
    data: bytes, password: str | None, owner: str = "", *, limits: Limits = DEFAULT_LIMITS, required: bool = False
) -> InlineOpened:
    """Decrypt a project file; ``owner`` is the project id that user-key values are bound to.

    A root that cannot be decrypted raises PackagePasswordWrong; so does any part when
    ``required``. Other parts that cannot be decrypted are listed and blank in the tree.
    """
    clear = to_utf8(data)
    root = parse_xml(data, limits, huge_text=data.count(b"<") < 200)
    source = SourceMap(clear, root)
    edit = TextEdit(source)
    sealed: dict[bytes, bytes] = {}
    unreadable: list[str] = []
    scheme: Scheme | None = None
    for element in root.iter("*"):
        try:
            cipher = _sealed(element)
            if cipher is None and not _is_blob(element):
                continue
            scheme = scheme or (cipher.scheme if cipher else None)
            plaintext, inner = _plain(element, cipher, password, owner)
        except PackagePasswordWrong:
            if required or local_name(element) in ("Project", "Parameters", "ConnectionManager", "Executable"):
                raise
            unreadable.append(_label(element))
            continue
        merged = _merge(source, element, plaintext, inner)
        sealed[merged] = source.outer(element)
        edit.replace_element(element, merged)
    if sealed:
        clear = edit.apply()
        root = parse_xml(clear, limits)
    for element in root.iter("*"):
        if _marks(element).keys() >= {"Salt", "IV"} or _is_blob(element):
            element.text = None
    return InlineOpened(clear, root, tuple(unreadable), scheme, sealed)


def _is_blob(element: Any) -> bool:
    text = element.text
    return not len(element) and bool(text) and text.lstrip().startswith(_BLOBS)


def _plain(element: Any, cipher: Sealed | None, password: str | None, owner: str) -> tuple[bytes, Any]:
    if cipher is not None:
        if not password:
            raise PackagePasswordWrong
        return _open(cipher, password, element)
    blob = unbase64(element.text)
    if blob.startswith(user_key.MARKER):
        key = user_key.load_key(create=False)
        bound = owner or (user_key.package_of(blob) if len(blob) > 32 else "")
        value = None if key is None else user_key.unseal(blob, bound, key)
    else:
        value = dpapi.unprotect(blob)
        value = None if value is None else _BOM + dpapi.text(value).lstrip("\ufeff").encode("utf-8")
    if value is None:
        raise PackagePasswordWrong
    return value, _checked(value, element)


def _label(element: Any) -> str:
    """A name for a part that cannot be read: the parameter or connection it belongs to."""
    at = element
    while at is not None:
        for key, value in at.items():
            if key.rpartition("}")[2] in ("ObjectName", "Name") and local_name(at) not in ("Property", "Password"):
                return str(value)
        at = at.getparent()
    return next((v for k, v in element.items() if k.endswith("}Name")), local_name(element))


def _merge(source: SourceMap, element: Any, plaintext: bytes, inner: Any) -> bytes:
    """The outer start tag without the encryption attributes, plus what only the inner one has, and its content."""
    outer = source.outer(element)
    start = outer[: start_tag_end(outer)]
    gone = {qualified(element, key).encode("utf-8") for key, _ in element.items() if key.rpartition("}")[2] in _MARKS}
    for name in gone:
        start = re.sub(rb"\s+" + re.escape(name) + rb"""\s*=\s*("[^"]*"|'[^']*')""", b"", start)
        prefix = name.partition(b":")[0]
        if b":" in name and start.count(prefix + b":") == 0 and start.count(b":" + prefix + b"=") == 1:
            start = re.sub(rb"\s+xmlns:" + re.escape(prefix) + rb"""\s*=\s*("[^"]*"|'[^']*')""", b"", start)
    present = dict(element.items())
    start = start.removesuffix(b">").removesuffix(b"/").rstrip()
    body = plaintext.removeprefix(_BOM)
    inner_map = SourceMap(body, inner)
    for key, _ in inner.items():
        place = inner_map.attribute(inner, key)
        if key not in present and place is not None:
            start += b" " + qualified(inner, key).encode("utf-8") + b'="' + body[place[0] : place[1]] + b'"'
    span = inner_map.span(inner)
    tag = re.match(rb"<([^\s/>]+)", outer)
    assert tag is not None  # noqa: S101 - the bytes of an element start with its tag
    return start + b">" + body[span.open_end : span.close_start] + b"</" + tag[1] + b">"


# --- sealing --------------------------------------------------------------------------------


def sensitive_elements(root: Any) -> list[Any]:
    """The elements that hold sensitive values: ``SSIS:Sensitive="1"``, or ``Sensitive="1"`` in ``.conmgr``."""
    return [e for e in root.iter("*") if "1" in (e.get(f"{{{SSIS}}}Sensitive"), e.get("Sensitive"))]


def blank_inline(clear: bytes) -> bytes:
    """Level 0: sensitive elements stay, empty and without encryption attributes."""
    root = parse_xml(clear)
    edit = TextEdit(SourceMap(clear, root))
    for element in sensitive_elements(root):
        edit.set_content(element, b"")
        for key, _ in element.items():
            if key.rpartition("}")[2] in _MARKS:
                edit.remove_attribute(element, key)
    return edit.apply()


def seal_inline(
    clear: bytes,
    *,
    whole: bool,
    password: str | None = None,
    scheme: Scheme = Scheme.AES,
    owner: str = "",
    reuse: Mapping[bytes, bytes] | None = None,
) -> bytes:
    """Encrypt a project file: its protected root (``whole``) or each sensitive element that is not empty.

    With a password by ``scheme``; without one by this user's key, bound to ``owner``.
    """
    root = parse_xml(clear)
    source = SourceMap(clear, root)
    edit = TextEdit(source)
    project = f"{{{SSIS}}}Project"
    targets = [next(root.iter(project), root)] if whole else sensitive_elements(root)
    for element in targets:
        if not whole and (not (element.text or "").strip() or _is_blob(element) or _marks(element)):
            continue
        known = (reuse or {}).get(source.outer(element))
        edit.replace_element(element, known or _seal_element(source, element, password, scheme, owner))
    return edit.apply()


def _seal_element(source: SourceMap, element: Any, password: str | None, scheme: Scheme, owner: str) -> bytes:
    outer = source.outer(element)
    start = outer[: start_tag_end(outer)].removesuffix(b">").removesuffix(b"/").rstrip()
    tag = re.match(rb"<([^\s/>]+)", outer)
    assert tag is not None  # noqa: S101 - the bytes of an element start with its tag
    plaintext = _plaintext(source, element, tag[1])
    if password is None:
        return start + b">" + base64.b64encode(_user_blob(plaintext, owner)) + b"</" + tag[1] + b">"
    sealed = encrypt(plaintext, password, scheme, random_padding=False)
    prefix = next((p for p, uri in element.nsmap.items() if uri == SSIS and p), None)
    declared = b"" if prefix else b' xmlns:SSIS="%s"' % SSIS.encode("ascii")
    tokens = [t for t in source.attribute_tokens(element) if not t["name"].startswith(b"xmlns")]
    space = tokens[-1]["space"] if tokens else b" "
    name = (prefix or "SSIS").encode("utf-8")
    marks = [(b"Salt", base64.b64encode(sealed.salt)), (b"IV", base64.b64encode(sealed.iv))]
    if scheme is Scheme.AES:
        marks.append((b"Algorithm", scheme.algorithm.encode("ascii")))
    added = b"".join(space + name + b":" + mark + b'="' + value + b'"' for mark, value in marks)
    return start + declared + added + b">" + base64.b64encode(sealed.data) + b"</" + tag[1] + b">"


def _plaintext(source: SourceMap, element: Any, tag: bytes) -> bytes:
    """BOM and outer XML: attributes one blank apart, then the namespace declarations that the element inherits."""
    span = source.span(element)
    outside = qualified(element, _OUTSIDE_ONLY).encode("utf-8")
    tokens = [t for t in source.attribute_tokens(element) if t["name"] != outside]
    attributes = b"".join(b" " + t["name"] + b'="' + t["value"].replace(b'"', b"&quot;") + b'"' for t in tokens)
    used = {inner.prefix for inner in element.iter("*")}
    for inner in element.iter("*"):
        uris = {key[1:].partition("}")[0] for key in inner.attrib if key[:1] == "{"}
        used |= {prefix for prefix, uri in inner.nsmap.items() if uri in uris}
    names = {
        prefix: b"xmlns:" + prefix.encode("utf-8") if prefix else b"xmlns" for prefix in used & element.nsmap.keys()
    }
    own = {t["name"] for t in tokens}
    declared = b"".join(
        b' %s="%s"' % (name, element.nsmap[prefix].encode("utf-8"))
        for prefix, name in sorted(names.items(), key=lambda pair: pair[1])
        if name not in own
    )
    content = source.data[span.open_end : span.close_start]
    return _BOM + b"<" + tag + attributes + declared + b">" + content + b"</" + tag + b">"


def _user_blob(plaintext: bytes, owner: str) -> bytes:
    if dpapi.available():
        sealed = dpapi.protect(plaintext, "")
        if sealed is not None:
            return sealed
    key = user_key.load_key()
    assert key is not None  # noqa: S101 - load_key makes one
    return user_key.seal(plaintext, owner, key)
