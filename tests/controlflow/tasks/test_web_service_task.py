"""The Web Service Task against a real SOAP server on loopback."""

import sys
from xml.sax.saxutils import quoteattr

import pytest

from dtserve.controlflow.tasks import soap_call
from dtserve.execution.options import ExecutionOptions
from support.control_flow import execute, package
from support.soap_server import NAMESPACE, soap_server, wsdl, wsdl_rpc

WS = 'xmlns:WSTask="www.microsoft.com/sqlserver/dts/tasks/webservicetask"'
HEAD = '<?xml version="1.0" encoding="utf-16"?>\n'
XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema"'


@pytest.fixture(scope="module")
def server():
    with soap_server() as found:
        yield found


def parameter(name: str, kind: str, value: str, number: int = 0, datatype: str = "string") -> str:
    return (
        f'<WSTask:ParamInfo WSTask:Name="{name}" WSTask:Datatype="{datatype}" WSTask:ParamType="Primitive" '
        f'WSTask:SeqNumber="{number}"><WSTask:{kind}>{value}</WSTask:{kind}></WSTask:ParamInfo>'
    )


def run(server, tmp_path, method: str, parameters: str = "", variables: str = "", **attributes: str):
    given = {
        "ConnectionName": "web", "Service": "Tester", "WSDLFile": str(tmp_path / "t.wsdl"), "OutputType": "Variable",
        "OutputLocation": "User::r", **attributes,
    }  # fmt: skip
    stored = " ".join(f"WSTask:{name}={quoteattr(value)}" for name, value in given.items())
    body = (
        f'<connection name="web" kind="HTTP"><HttpConnection ServerURL="{server.url}"/></connection>'
        f'<connection name="out" string="{tmp_path}/out.xml"/><variable name="User::r" type="8" value=""/>{variables}'
        f'<task name="W" type="Microsoft.WebServiceTask"><WSTask:WebServiceTaskData {WS} {stored}>'
        f'<WSTask:MethodInfo WSTask:MethodName="{method}" WSTask:MessageName="">{parameters}</WSTask:MethodInfo>'
        "</WSTask:WebServiceTaskData></task>"
    )
    data = package(body).replace(
        b"<HttpConnection ", b'<DTS:ConnectionManager DTS:ConnectionString="%s"><DTS:HttpConnection DTS:' % server.url.encode()
    ).replace(b'tester.asmx"/>', b'tester.asmx"/></DTS:ConnectionManager>')  # fmt: skip
    return execute(data, options=ExecutionOptions(folder=str(tmp_path)))


CALLS = [
    ("Add", parameter("a", "PrimitiveValue", "2", 0, "int") + parameter("b", "PrimitiveValue", "40", 1, "int"), "<int>42</int>"),
    ("Add", parameter("b", "VariableValue", "User::n", 1) + parameter("a", "PrimitiveValue", "1", 0), "<int>8</int>"),
    ("Echo", parameter("text", "PrimitiveValue", "a &lt;b&gt; ü"), "<string>a &lt;b&gt; ü</string>"),
    ("Paint", parameter("color", "EnumValue", "Blue") + parameter("dark", "VariableValue", "User::flag", 1), "<string>Blue true</string>"),
    ("Day", parameter("moment", "VariableValue", "User::d"), "<dateTime>2020-04-02T16:37:40</dateTime>"),
    ("Names", parameter("count", "PrimitiveValue", "2"), f'<ArrayOfString {XSI}><string xmlns="{NAMESPACE}">n0</string><string xmlns="{NAMESPACE}">n1</string></ArrayOfString>'),
    ("Sum", parameter("items", "ArrayValue", "<x><WSTask:PrimitiveValue>3</WSTask:PrimitiveValue></x><x><WSTask:VariableValue>User::n</WSTask:VariableValue></x>"), "<int>10</int>"),
    ("Greet", parameter("person", "ComplexValue", '<m WSTask:Name="Name"><WSTask:PrimitiveValue>Bo</WSTask:PrimitiveValue></m><m WSTask:Name="Age"><WSTask:PrimitiveValue>6</WSTask:PrimitiveValue></m>'), f'<Person {XSI}><Name xmlns="{NAMESPACE}">Hi Bo</Name><Age xmlns="{NAMESPACE}">7</Age></Person>'),
    ("Greet", parameter("person", "VariableValue", "User::xml"), f'<Person {XSI}><Name xmlns="{NAMESPACE}">Hi Al</Name><Age xmlns="{NAMESPACE}">31</Age></Person>'),
]  # fmt: skip
VARIABLES = (
    '<variable name="User::n" value="7"/><variable name="User::flag" type="11" value="-1"/>'
    '<variable name="User::d" type="7" value="4/2/2020 4:37:40 PM"/>'
    f'<variable name="User::xml" type="8" value="&lt;p xmlns=\'{NAMESPACE}\'&gt;&lt;Name&gt;Al&lt;/Name&gt;&lt;Age&gt;30&lt;/Age&gt;&lt;/p&gt;"/>'
)


@pytest.mark.parametrize(("method", "parameters", "expected"), CALLS, ids=[f"{c[0]} {n}" for n, c in enumerate(CALLS)])
def test_calls(method, parameters, expected, server, tmp_path) -> None:
    outcome = run(server, tmp_path, method, parameters, VARIABLES)
    assert outcome.result.name == "SUCCESS", [e.message for e in outcome.events if e.kind == "OnError"]
    assert outcome.variables["User::r"] == HEAD + expected
    assert (tmp_path / "t.wsdl").read_text() == wsdl(server.url)


def test_a_wsdl_file_that_is_there_is_used_and_the_result_goes_to_a_file(server, tmp_path) -> None:
    (tmp_path / "t.wsdl").write_text(wsdl(server.url))
    before = len(server.requests)
    outcome = run(
        server, tmp_path, "Echo", parameter("text", "PrimitiveValue", "x"), OutputType="File", OutputLocation="out"
    )
    assert outcome.result.name == "SUCCESS", outcome.errors()
    assert server.requests[before:] == [("POST", "/tester.asmx")]
    assert (tmp_path / "out.xml").read_text("utf-16") == f"{HEAD}<string>x</string>"
    assert outcome.sources("WSTaskBegin") == outcome.sources("WSTaskEnd") == ["W"]


def test_rpc_style_over_soap_12(server, tmp_path) -> None:
    (tmp_path / "t.wsdl").write_text(wsdl_rpc(server.url))
    given = parameter("a", "PrimitiveValue", "2") + parameter("b", "PrimitiveValue", "3", 1)
    outcome = run(server, tmp_path, "Add", given)
    assert outcome.result.name == "SUCCESS", [e.message for e in outcome.events if e.kind == "OnError"]
    assert outcome.variables["User::r"] == HEAD + "<int>5</int>"


def test_a_method_without_result_gives_empty_text(server, tmp_path) -> None:
    outcome = run(server, tmp_path, "Fire", parameter("text", "PrimitiveValue", "x"))
    assert outcome.result.name == "SUCCESS", outcome.errors()
    assert outcome.variables["User::r"] == ""


@pytest.mark.parametrize(
    ("method", "parameters", "attributes", "code", "text"),
    [
        ("Fail", "", {}, "0xC002F304", "out of paint"),
        ("Nope", "", {}, "0xC0D5153F", 'no method "Nope"'),
        ("Add", "", {"Service": "Other"}, "0xC0D5153F", 'no service "Other"'),
        ("Add", parameter("a", "PrimitiveValue", "two"), {}, "0xC0D51540", 'parameter "a"'),
        ("Add", parameter("zz", "PrimitiveValue", "2"), {}, "0xC0D51540", "no parameter of that name"),
        ("Add", parameter("a", "PrimitiveValue", "2"), {}, "0xC002F304", "Missing element b"),
        ("", "", {}, "0xC0D5153C", "WebMethodInfo"),
        ("Add", "", {"WSDLFile": ""}, "0xC0D5153C", "WSDLFile"),
        ("Add", "", {"ConnectionName": "out"}, "0xC0D5153C", "of kind HTTP"),
        ("Add", "", {"OutputLocation": "User::none"}, "0xC0010001", "User::none"),
    ],
)
def test_what_goes_wrong_is_named(method, parameters, attributes, code, text, server, tmp_path) -> None:
    outcome = run(server, tmp_path, method, parameters, **attributes)
    assert outcome.errors()[0] == f"W {code}"
    assert any(text in event.message for event in outcome.events if event.kind == "OnError")


@pytest.mark.parametrize(
    "content",
    [
        "",
        "<nothing/>",
        '<!DOCTYPE a [<!ENTITY e "x">]><definitions xmlns="http://schemas.xmlsoap.org/wsdl/">&e;</definitions>',
    ],
)
def test_a_file_that_is_no_wsdl(content, server, tmp_path) -> None:
    (tmp_path / "t.wsdl").write_text(content)
    assert run(server, tmp_path, "Add").errors()[0] == "W 0xC0D5153E"


def test_an_order_that_is_no_number_is_an_error(server, tmp_path) -> None:
    outcome = run(server, tmp_path, "Echo", parameter("text", "PrimitiveValue", "x", "first"))
    assert outcome.errors() == ["Pkg 0xC0010018"]


@pytest.mark.filterwarnings("error")
def test_what_is_wrong_in_a_wsdl_is_not_told_by_the_library_itself(server, tmp_path) -> None:
    (tmp_path / "t.wsdl").write_text(wsdl(server.url).replace('<operation name="Day">', '<operation name="Night">', 1))
    outcome = run(server, tmp_path, "Echo", parameter("text", "PrimitiveValue", "x"))
    assert outcome.result.name == "SUCCESS", outcome.errors()


def test_a_wsdl_may_not_include_files_of_other_folders(server, tmp_path) -> None:
    (tmp_path / "secret.xsd").write_text('<schema xmlns="http://www.w3.org/2001/XMLSchema"/>')
    (tmp_path / "in").mkdir()
    text = wsdl(server.url).replace("<s:complexType", '<s:include schemaLocation="../secret.xsd"/><s:complexType', 1)
    (tmp_path / "in" / "t.wsdl").write_text(text)
    outcome = run(server, tmp_path, "Add", WSDLFile=str(tmp_path / "in" / "t.wsdl"))
    assert outcome.errors()[0] == "W 0xC0D5153E"
    assert any("not in the folder" in event.message for event in outcome.events)


def test_without_the_library_the_task_is_refused_with_what_to_install(server, tmp_path, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "zeep", None)
    monkeypatch.setattr(soap_call.importlib.util, "find_spec", lambda name: None)
    outcome = run(server, tmp_path, "Add")
    assert outcome.exit_code == 5
    assert any('pip install "dtserve[soap]"' in str(getattr(outcome.error, "remedy", "")) for _ in [0])
