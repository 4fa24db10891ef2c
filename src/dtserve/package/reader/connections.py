"""Connection managers of packages and ``.conmgr`` files (FORMAT §3.4, §1.7).

``properties`` are the inner element's, whatever their shape: attributes, ``DTS:Property``
children, those of ``FtpConnection`` and ``HttpConnection``, ``Value`` attributes of DQS.
Booleans are normalised to ``True`` and ``False``; escapes ``_x000D_`` stay as stored
(:func:`decode_escapes`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from dtserve.package.member_model import ConnectionManager
from dtserve.package.names import connection_kind
from dtserve.package.reader.elements import NAME, D, gather, property_expressions, text_of, to_bool
from dtserve.package.xml import ENC, local_name

__all__ = ["decode_escapes", "encode_escapes", "read_columns", "read_connection"]

_BOOLEANS = frozenset({
    "Retain", "Unicode", "ColumnNamesInFirstDataRow", "AlwaysCheckForRowDelimiters", "UseFile", "UseEncryption",
    "RetainData", "UsePassiveMode", "UseServerCredentials", "UseSecureConnection", "UseProxy", "BypassProxyOnLocal",
    "UseProxyCredentials", "ConnectByProxy",
})  # fmt: skip
_OMITTED = {
    "Retain": "False", "Unicode": "False", "ColumnNamesInFirstDataRow": "False", "HeaderRowsToSkip": "0",
    "DataRowsToSkip": "0", "FileUsageType": "0", "UseFile": "False", "UseEncryption": "False",
}  # fmt: skip
"""Defaults that formats 2 and 3 write out; dropped, so that the models of all formats agree."""
_NESTED = frozenset({f"{D}FtpConnection", f"{D}HttpConnection"})
_COLUMNS = frozenset({f"{D}{name}" for name in ("FlatFileColumns", "FlatFileColumn", "CacheColumns", "CacheColumn")})
_PROPERTY = f"{D}Property"
_ENCRYPTED_DATA = f"{{{ENC}}}EncryptedData"
_COLUMN_OMITTED = {
    "ColumnWidth": "0", "MaximumWidth": "0", "DataPrecision": "0", "DataScale": "0", "TextQualified": "False",
    "Description": "", "CreationName": "", "Length": "0", "Precision": "0", "Scale": "0", "CodePage": "0",
    "IndexPosition": "0",
}  # fmt: skip
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


def decode_escapes(text: str) -> str:
    """Undo the ``_xHHHH_`` encoding of flat file strings.

    >>> decode_escapes("_x000D__x000A_"), decode_escapes("_x003C_none_x003E_")
    ('\\r\\n', '<none>')
    """
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def encode_escapes(text: str) -> str:
    """The ``_xHHHH_`` encoding as the designer writes it: everything but letters, digits and blanks inside words.

    >>> encode_escapes("\\r\\n"), encode_escapes("<none>")
    ('_x000D__x000A_', '_x003C_none_x003E_')
    """
    return "".join(c if c.isalnum() else f"_x{ord(c):04X}_" for c in text)


def read_connection(element: Any, scope: str = "package") -> ConnectionManager:
    """The model of a ``DTS:ConnectionManager`` (the outer element)."""
    node = gather(element)
    name = node.text("ObjectName")
    creation_name = node.text("CreationName")
    properties: dict[str, str] = {}
    sensitive: dict[str, str | None] = {}
    data = node.first("ObjectData")
    inner = None if data is None else next(data.iterchildren("*"), None)
    if inner is not None:
        _collect(inner, properties, sensitive, connection_kind(creation_name))
    owner = "Project" if scope == "project" else "Package"
    return ConnectionManager(
        name=name,
        dtsid=node.text("DTSID"),
        creation_name=creation_name,
        ref_id=node.text("refId") or f"{owner}.ConnectionManagers[{name}]",
        properties={key: text for key, text in properties.items() if _OMITTED.get(key) != text},
        delay_validation=node.flag("DelayValidation"),
        description=node.text("Description"),
        property_expressions=property_expressions(node),
        sensitive=sensitive,
        scope=scope,
        xml=element,
    )


def _collect(element: Any, properties: dict[str, str], sensitive: dict[str, str | None], kind: str) -> None:
    for key, value in element.items():
        _store(properties, key.rpartition("}")[2], value)
    for child in element:
        tag = child.tag
        if tag in _COLUMNS or not isinstance(tag, str):
            continue
        if tag in _NESTED:
            _collect(child, properties, sensitive, kind)
        elif tag == _ENCRYPTED_DATA:
            sensitive.setdefault("ServerPassword" if kind in ("FTP", "HTTP") else "Password", None)
        elif child.get("Sensitive") == "1" or child.get(f"{D}Sensitive") == "1":
            label = (child.get(NAME) or "") if tag == _PROPERTY else local_name(child)
            encrypted = child.get("Encrypted") == "1" or len(child) > 0
            sensitive[label] = None if encrypted else text_of(child)
        elif tag == _PROPERTY:
            _store(properties, child.get(NAME) or "", text_of(child))
        elif child.get("Value") is not None:
            _store(properties, local_name(child), child.get("Value"))
        elif not len(child):
            _store(properties, local_name(child), text_of(child))


def _store(properties: dict[str, str], name: str, text: str) -> None:
    if name in _BOOLEANS:
        text = str(to_bool(name, text))
    properties[name] = text


def read_columns(element: Any) -> tuple[Mapping[str, str], ...]:
    """The ``FlatFileColumn`` or ``CacheColumn`` elements below a connection manager, by SSIS name, defaults omitted."""
    if element is None:
        return ()
    found = []
    for column in element.iter(f"{D}FlatFileColumn", f"{D}CacheColumn"):
        props = dict(gather(column).props)
        if "TextQualified" in props:
            props["TextQualified"] = str(to_bool("TextQualified", props["TextQualified"]))
        found.append({key: text for key, text in props.items() if _COLUMN_OMITTED.get(key) != text})
    return tuple(found)
