"""Which elements of a package are sensitive, in what state, and how a message names them (FORMAT §1.7)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lxml import etree

from dtserve.package.names import connection_kind
from dtserve.package.protection.encrypted_data import ENCRYPTED_DATA
from dtserve.package.xml import DTS, ENC, local_name

__all__ = ["SensitiveNode", "find_sensitive"]

_D = f"{{{DTS}}}"
_NAME = f"{_D}Name"
_OBJECT_NAME = f"{_D}ObjectName"
_PROPERTY = f"{_D}Property"
_PARAMETER = f"{_D}PackageParameter"
_CANDIDATES: Any = etree.XPath(
    "descendant::*[@Sensitive='1'] | descendant::enc:EncryptedData | descendant::dts:PackageParameter",
    namespaces={"enc": ENC, "dts": DTS},
)
_TRUE = ("1", "True", "true", "-1")


@dataclass(frozen=True, slots=True)
class SensitiveNode:
    """A sensitive element.

    ``state`` is ``clear``, ``password`` (an ``EncryptedData`` element) or ``user key``
    (``Encrypted="1"``); ``element`` is what a change of protection replaces; ``holder`` carries
    the text; ``path`` names it. The value of a package parameter stands directly in its
    ``DTS:Property`` or in a second one inside it; when encrypted, the outer one is the stub
    that decryption replaces.
    """

    element: Any
    holder: Any
    state: str
    path: str
    parameter: bool = False

    @property
    def empty(self) -> bool:
        """Nothing is stored."""
        return self.state == "clear" and not len(self.holder) and not (self.holder.text or "")


def find_sensitive(root: Any) -> list[SensitiveNode]:
    """The sensitive elements of a clear or partly encrypted package, in document order."""
    found: list[SensitiveNode] = []
    for element in _CANDIDATES(root):
        if element.tag == _PARAMETER:
            node = _parameter(element)
            if node is not None:
                found.append(node)
        elif element.tag == ENCRYPTED_DATA:
            if not _inside_parameter(element):
                found.append(SensitiveNode(element, element, "password", _path(element)))
        else:
            state = "user key" if element.get("Encrypted") == "1" else "clear"
            found.append(SensitiveNode(element, element, state, _path(element)))
    return found


def _inside_parameter(element: Any) -> bool:
    stub = element.getparent()
    return stub is not None and stub.getparent() is not None and stub.getparent().tag == _PARAMETER


def _parameter(element: Any) -> SensitiveNode | None:
    """The value of a sensitive package parameter; encrypted ones are sensitive whatever the attribute says."""
    stored = next((p for p in element.iterchildren(_PROPERTY) if p.get(_NAME) == "ParameterValue"), None)
    if stored is None:
        return None
    path = f"\\Package.Variables[$Package::{element.get(_OBJECT_NAME) or ''}]"
    inner = next(iter(stored), None)
    if inner is not None and inner.tag == ENCRYPTED_DATA:
        return SensitiveNode(stored, inner, "password", path, parameter=True)
    if inner is not None and inner.tag == _PROPERTY and inner.get("Encrypted", inner.get(f"{_D}Encrypted")) == "1":
        return SensitiveNode(stored, inner, "user key", path, parameter=True)
    if element.get(f"{_D}Sensitive") not in _TRUE:
        return None
    if inner is not None and inner.tag == _PROPERTY:
        return SensitiveNode(inner, inner, "clear", path, parameter=True)
    return SensitiveNode(stored, stored, "clear", path, parameter=True)


def _object_name(element: Any) -> str:
    name = element.get(_OBJECT_NAME)
    if name is None:
        name = next((p.text for p in element.iterchildren(_PROPERTY) if p.get(_NAME) == "ObjectName"), None)
    return name or ""


def _path(element: Any) -> str:
    """The property path of a sensitive element: that of its owner and its own name."""
    own = element.get(_NAME) if element.tag == _PROPERTY else local_name(element)
    owners: list[str] = []
    at = element.getparent()
    while at is not None and at.getparent() is not None:
        kind = local_name(at)
        if kind == "Executable" and at.tag == f"{_D}Executable":
            owners.append(f"\\{_object_name(at)}")
        elif kind == "EventHandler":
            owners.append(f".EventHandlers[{at.get(f'{_D}EventName') or ''}]")
        elif kind == "ForEachEnumerator":
            owners.append(".ForEachEnumerator")
        elif kind == "LogProvider":
            owners.append(f".LogProviders[{_object_name(at)}]")
        elif kind == "ConnectionManager" and _object_name(at):
            owners.append(f".Connections[{_object_name(at)}]")
            if own == "EncryptedData":
                creation = at.get(f"{_D}CreationName") or ""
                own = "ServerPassword" if connection_kind(creation) in ("FTP", "HTTP") else "Password"
        at = at.getparent()
    return f"\\Package{''.join(reversed(owners))}.Properties[{own or ''}]"
