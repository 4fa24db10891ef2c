"""A SOAP call as a WSDL describes it, made with the library zeep over an HTTP connection manager.

Everything goes through the connection manager, so that its credentials, proxy and time limit count and its password
goes to its own server only. Documents with a DOCTYPE are refused; a WSDL in a file may include files of its own folder.
"""

from __future__ import annotations

import importlib
import importlib.util
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from dtserve.connections.errors import HttpFailed

if TYPE_CHECKING:
    from dtserve.connections.http import HttpManager

__all__ = ["SoapFault", "SoapService", "UnknownName", "available", "return_text"]

SOAP_11 = "http://schemas.xmlsoap.org/soap/envelope/"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_XSD = "http://www.w3.org/2001/XMLSchema"


class SoapFault(Exception):
    """What a service says instead of a result."""


class UnknownName(Exception):
    """A service or method that is not there: what, and its name."""

    def __init__(self, what: str, name: str) -> None:
        super().__init__(name)
        self.what = what
        self.name = name


def available() -> bool:
    """Whether zeep is installed."""
    return importlib.util.find_spec("zeep") is not None


class SoapService:
    """A service of a WSDL; raises zeep's and lxml's errors for one that cannot be understood."""

    def __init__(self, wsdl: Path, service: str, manager: HttpManager) -> None:
        zeep: Any = importlib.import_module("zeep")
        warnings.filterwarnings("ignore", module="zeep")
        settings = zeep.Settings(strict=True, forbid_dtd=True, forbid_entities=True, raw_response=True)
        self.transport = _Transport(manager, wsdl.parent)
        self.client = zeep.Client(str(wsdl), transport=self.transport, settings=settings)
        services = self.client.wsdl.services
        if not services:
            raise ValueError("it describes no service")
        found = services.get(service) if service else next(iter(services.values()), None)
        if found is None:
            raise UnknownName("service", service)
        self.name = found.name
        self.port = _chosen_port(found)

    def operation(self, method: str) -> Any:
        """A method's description."""
        found = self.port.binding._operations.get(method)
        if found is None:
            raise UnknownName("method", method)
        return found

    def parameter_types(self, method: str) -> dict[str, Any]:
        """The elements that a method takes, by name."""
        body = self.operation(method).input.body
        return dict(getattr(getattr(body, "type", None), "elements", None) or ())

    def call(self, method: str, values: Mapping[str, Any]) -> tuple[Any, str]:
        """The element with the returned value (None for none), and the name of its type; SoapFault, HttpFailed."""
        from dtserve.package.xml import parse_xml, to_utf8

        described = self.operation(method)
        service = self.client.bind(self.name, self.port.name)
        answer = getattr(service, method)(**values)
        body = next(parse_xml(to_utf8(answer.content)).iter("{*}Body"), None)
        if body is None:
            raise SoapFault("the answer is no SOAP envelope")
        first = next((child for child in body if isinstance(child.tag, str)), None)
        if first is not None and first.tag.endswith("}Fault"):
            raise SoapFault(_fault_text(first))
        return _returned(described, first)


def _chosen_port(service: Any) -> Any:
    """The SOAP 1.1 port, as SSIS calls; else any other of SOAP."""
    ports = [port for port in service.ports.values() if hasattr(port.binding, "nsmap")]
    for port in ports:
        if port.binding.nsmap.get("soap-env") == SOAP_11:
            return port
    if not ports:
        raise UnknownName("SOAP port of service", service.name)
    return ports[0]


def _fault_text(fault: Any) -> str:
    for name in ("faultstring", "Text"):
        found = next(fault.iter(f"{{*}}{name}"), None)
        if found is not None:
            return "".join(found.itertext()).strip()
    return "".join(fault.itertext()).strip()


def _returned(described: Any, first: Any) -> tuple[Any, str]:
    """The first element inside the wrapper of an answer; of a bare one, itself."""
    output = getattr(getattr(described, "output", None), "body", None)
    if first is None or output is None:
        return None, ""
    children = dict(getattr(output.type, "elements", None) or ())
    if not children:
        inner = next((child for child in first if isinstance(child.tag, str)), None)
        return (None, "") if inner is None and not (first.text or "").strip() else (first, output.type.name or "")
    name, kind = next(iter(children.items()))
    found = next((child for child in first if isinstance(child.tag, str)), None)
    return found, str(getattr(kind.type, "name", "") or name)


def return_text(element: Any, type_name: str) -> str:
    """A returned value as the XML serializer of .NET writes it: an element named like its type.

    The root has no namespace, what is inside keeps its own: UNVERIFIED for types in a namespace.
    """
    from xml.sax.saxutils import escape

    from lxml import etree

    if element is None:
        return ""
    name = type_name or etree.QName(element).localname
    declared = f' xmlns:xsi="{_XSI}" xmlns:xsd="{_XSD}"' if len(element) else ""
    if element.get(f"{{{_XSI}}}nil") in ("true", "1"):
        declared = f' xmlns:xsi="{_XSI}" xsi:nil="true"'
    content = escape(element.text or "") + "".join(_plain_text(child) for child in element)
    body = f"<{name}{declared}>{content}</{name}>" if content else f"<{name}{declared} />"
    return f'<?xml version="1.0" encoding="utf-16"?>\n{body}'


def _plain_text(element: Any) -> str:
    """An element as text, its namespace as the default one."""
    from lxml import etree

    def rebuilt(found: Any) -> Any:
        spaces: Any = {None: etree.QName(found).namespace, "xsi": _XSI}
        made = etree.Element(found.tag, dict(found.attrib), nsmap=spaces)
        made.text, made.tail = found.text, found.tail
        for child in found:
            made.append(rebuilt(child) if isinstance(child.tag, str) else child)
        return made

    made: Any = rebuilt(element) if isinstance(element.tag, str) else element
    etree.cleanup_namespaces(made)
    return etree.tostring(made, encoding="unicode")


class _Transport:
    """What zeep sends and loads through."""

    def __init__(self, manager: HttpManager, folder: Path) -> None:
        self.manager = manager
        self.folder = folder.resolve()

    def load(self, url: str) -> bytes:
        """A WSDL, or a document it includes: by HTTP, or a file of the WSDL's folder."""
        if urlsplit(url).scheme in ("http", "https"):
            return self.manager.request(url=url).body
        path = Path(unquote(urlsplit(url).path) if url.startswith("file:") else url).resolve()
        if not path.is_relative_to(self.folder):
            raise OSError(f'"{url}" is not in the folder of the WSDL file')
        return path.read_bytes()

    def post_xml(self, address: str, envelope: Any, headers: Mapping[str, str]) -> Any:
        """Send an envelope; a fault that comes with status 500 is an answer, too."""
        from lxml import etree

        answer: Any = importlib.import_module("requests").Response()
        data = etree.tostring(envelope, xml_declaration=True, encoding="utf-8")
        try:
            found = self.manager.request("POST", url=address, data=data, headers=dict(headers))
        except HttpFailed as error:
            if not error.body.lstrip().startswith(b"<") or b"Fault" not in error.body:
                raise
            answer.status_code, answer._content = error.status, error.body
            return answer
        answer.status_code, answer._content = found.status, found.body
        answer.headers.update(found.headers)
        return answer

    def get(self, address: str, params: Any, headers: Mapping[str, str]) -> Any:
        """Only what SOAP does not use."""
        raise OSError("The service is not called by SOAP.")

    @contextmanager
    def settings(self, timeout: float | None = None) -> Iterator[None]:
        """The time limit is that of the connection manager."""
        yield
