"""A small SOAP server for tests: a WSDL with document/literal methods, answered for real over HTTP on loopback."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from xml.sax.saxutils import escape

from lxml import etree

__all__ = ["SoapServer", "soap_server", "wsdl", "wsdl_rpc"]

NAMESPACE = "urn:dtserve:test"

METHODS = {
    "Add": ('<s:element name="a" type="s:int"/><s:element name="b" type="s:int"/>', "s:int"),
    "Echo": ('<s:element name="text" type="s:string" minOccurs="0"/>', "s:string"),
    "Paint": ('<s:element name="color" type="tns:Color"/><s:element name="dark" type="s:boolean"/>', "s:string"),
    "Names": ('<s:element name="count" type="s:int"/>', "tns:ArrayOfString"),
    "Sum": ('<s:element name="items" type="tns:ArrayOfInt"/>', "s:int"),
    "Greet": ('<s:element name="person" type="tns:Person"/>', "tns:Person"),
    "Day": ('<s:element name="moment" type="s:dateTime"/>', "s:dateTime"),
    "Fire": ('<s:element name="text" type="s:string"/>', ""),
    "Fail": ("", "s:string"),
}
TYPES = """<s:simpleType name="Color"><s:restriction base="s:string"><s:enumeration value="Red"/><s:enumeration value="Blue"/></s:restriction></s:simpleType>
<s:complexType name="ArrayOfString"><s:sequence><s:element name="string" type="s:string" minOccurs="0" maxOccurs="unbounded"/></s:sequence></s:complexType>
<s:complexType name="ArrayOfInt"><s:sequence><s:element name="int" type="s:int" minOccurs="0" maxOccurs="unbounded"/></s:sequence></s:complexType>
<s:complexType name="Person"><s:sequence><s:element name="Name" type="s:string"/><s:element name="Age" type="s:int"/></s:sequence></s:complexType>"""


def wsdl(address: str) -> str:
    elements, messages, operations, bindings = [TYPES], [], [], []
    for name, (inputs, result) in METHODS.items():
        returned = f'<s:element name="{name}Result" type="{result}" minOccurs="0"/>' if result else ""
        for tag, content in ((name, inputs), (f"{name}Response", returned)):
            elements.append(
                f'<s:element name="{tag}"><s:complexType><s:sequence>{content}</s:sequence></s:complexType></s:element>'
            )
            messages.append(f'<message name="{tag}Msg"><part name="parameters" element="tns:{tag}"/></message>')
        operations.append(
            f'<operation name="{name}"><input message="tns:{name}Msg"/><output message="tns:{name}ResponseMsg"/></operation>'
        )
        bindings.append(
            f'<operation name="{name}"><soap:operation soapAction="{NAMESPACE}/{name}" style="document"/>'
            '<input><soap:body use="literal"/></input><output><soap:body use="literal"/></output></operation>'
        )
    return (
        f'<?xml version="1.0"?><definitions xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:s="http://www.w3.org/2001/XMLSchema" '
        f'xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:tns="{NAMESPACE}" targetNamespace="{NAMESPACE}">'
        f'<types><s:schema elementFormDefault="qualified" targetNamespace="{NAMESPACE}">{"".join(elements)}</s:schema></types>'
        f'{"".join(messages)}<portType name="P">{"".join(operations)}</portType><binding name="B" type="tns:P">'
        f'<soap:binding transport="http://schemas.xmlsoap.org/soap/http"/>{"".join(bindings)}</binding>'
        f'<service name="Tester"><port name="TesterSoap" binding="tns:B"><soap:address location="{address}"/></port></service></definitions>'
    )


def wsdl_rpc(address: str) -> str:
    """A WSDL in RPC style, whose only port speaks SOAP 1.2."""
    soap = "http://schemas.xmlsoap.org/wsdl/soap12/"
    body = f'<soap:body use="literal" namespace="{NAMESPACE}"/>'
    return (
        f'<?xml version="1.0"?><definitions xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:s="http://www.w3.org/2001/XMLSchema" '
        f'xmlns:soap="{soap}" xmlns:tns="{NAMESPACE}" targetNamespace="{NAMESPACE}">'
        '<message name="AddMsg"><part name="a" type="s:int"/><part name="b" type="s:int"/></message>'
        '<message name="AddResponseMsg"><part name="AddResult" type="s:int"/></message>'
        '<portType name="P"><operation name="Add"><input message="tns:AddMsg"/><output message="tns:AddResponseMsg"/>'
        '</operation></portType><binding name="B" type="tns:P">'
        '<soap:binding style="rpc" transport="http://schemas.xmlsoap.org/soap/http"/><operation name="Add">'
        f'<soap:operation soapAction="a"/><input>{body}</input><output>{body}</output></operation></binding>'
        f'<service name="Tester"><port name="T12" binding="tns:B"><soap:address location="{address}"/></port></service></definitions>'
    )


def answer(method: str, given: Any) -> str:
    def text(name: str) -> str:
        return str(given.findtext(f"{{{NAMESPACE}}}{name}") or given.findtext(name) or "")

    if method == "Add":
        return str(int(text("a")) + int(text("b")))
    if method == "Names":
        return "".join(f"<string>n{at}</string>" for at in range(int(text("count"))))
    if method == "Sum":
        return str(sum(int(each.text or 0) for each in given.iter(f"{{{NAMESPACE}}}int")))
    if method == "Paint":
        return f"{text('color')} {text('dark')}"
    if method == "Day":
        return text("moment")
    if method == "Greet":
        person = given[0]
        return f"<Name>Hi {escape(person[0].text)}</Name><Age>{int(person[1].text) + 1}</Age>"
    return escape(text("text"))


@dataclass
class SoapServer:
    url: str
    requests: list[tuple[str, str]] = field(default_factory=list)
    """Method and path of each request."""
    authorization: list[str] = field(default_factory=list)


@contextmanager
def soap_server() -> Iterator[SoapServer]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *arguments: Any) -> None:
            pass

        def _say(self, status: int, text: str) -> None:
            data = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/xml; charset=utf-8")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def do_GET(self) -> None:
            found.requests.append(("GET", self.path))
            self._say(200, wsdl(found.url))

        def do_POST(self) -> None:
            found.requests.append(("POST", self.path))
            found.authorization.append(self.headers.get("Authorization", ""))
            body = etree.fromstring(self.rfile.read(int(self.headers["Content-Length"])))
            envelope = etree.QName(body).namespace
            given = next(body.iter(f"{{{envelope}}}Body"))[0]
            method = etree.QName(given).localname
            head = f'<soap:Envelope xmlns:soap="{envelope}"><soap:Body>'
            if method == "Fail":
                fault = (
                    "<soap:Fault><faultcode>soap:Server</faultcode><faultstring>out of paint</faultstring></soap:Fault>"
                )
                self._say(500, f"{head}{fault}</soap:Body></soap:Envelope>")
                return
            result = f"<{method}Result>{answer(method, given)}</{method}Result>" if METHODS[method][1] else ""
            self._say(
                200,
                f'{head}<{method}Response xmlns="{NAMESPACE}">{result}</{method}Response></soap:Body></soap:Envelope>',
            )

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = SoapServer(f"http://127.0.0.1:{server.server_address[1]}/tester.asmx")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
