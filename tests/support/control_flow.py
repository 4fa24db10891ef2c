"""Small packages for control flow tests, written as short XML and run for real.

The short form: ``<package>`` with ``<variable>``, ``<parameter>``, ``<connection>``,
``<task>``, ``<sequence>``, ``<for>``, ``<foreach>``, ``<handler>``, ``<constraint>``; attributes other than those
named here become ``DTS:`` attributes of format 8. Names are unique in their container.
"""

import itertools
import json
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

from lxml import etree

from dtserve.connections.environment import ConnectionTarget
from dtserve.connections.sql import open_session, parse_url
from dtserve.controlflow.cancel import CancelSwitch
from dtserve.controlflow.containers.package import PackageContainer
from dtserve.controlflow.engine import load_package
from dtserve.controlflow.events import Event
from dtserve.controlflow.results import ExecResult
from dtserve.execution import run as run_module
from dtserve.execution.options import ExecutionOptions, Setting
from dtserve.package.document import PackageDocument

DTS = "www.microsoft.com/SqlServer/Dts"
D = f"{{{DTS}}}"
KINDS = {"sequence": "STOCK:SEQUENCE", "for": "STOCK:FORLOOP", "foreach": "STOCK:FOREACHLOOP"}
_numbers = itertools.count(1)


def guid() -> str:
    return f"{{00000000-0000-0000-0000-{next(_numbers):012d}}}"


def package(body: str, **attributes: str) -> bytes:
    """A whole package of format 8 from the short form (the inside of ``<package>``)."""
    source = etree.fromstring(f'<package xmlns:DTS="{DTS}">{body}</package>')
    return package_from(source, attributes)


def package_from(source: Any, attributes: Mapping[str, str] | None = None) -> bytes:
    root = etree.Element(f"{D}Executable", nsmap={"DTS": DTS})
    given = {**dict(source.attrib.items()), **(attributes or {})}
    name = given.pop("name", "Pkg")
    _common(root, "Package", name, "Microsoft.Package", {"LocaleID": "1033", **given})
    etree.SubElement(root, f"{D}Property", {f"{D}Name": "PackageFormatVersion"}).text = "8"
    _connections(root, source)
    _parameters(root, source)
    _fill(root, source, "Package")
    return etree.tostring(root, xml_declaration=True, encoding="utf-8")


def _common(element: Any, ref: str, name: str, kind: str, attributes: Mapping[str, str]) -> None:
    for key, value in {
        "refId": ref, "CreationName": kind, "DTSID": guid(), "ExecutableType": kind, "ObjectName": name, **attributes,
    }.items():  # fmt: skip
        element.set(key if key.startswith("{") else D + key, value)


def _connections(root: Any, source: Any) -> None:
    found = source.findall("connection")
    if not found:
        return
    holder = etree.SubElement(root, f"{D}ConnectionManagers")
    for each in found:
        name, kind = each.get("name"), each.get("kind", "FILE")
        manager = etree.SubElement(holder, f"{D}ConnectionManager")
        for key, value in {
            "refId": f"Package.ConnectionManagers[{name}]", "CreationName": kind,
            "DTSID": each.get("id") or guid(), "ObjectName": name,
        }.items():  # fmt: skip
            manager.set(D + key, value)
        _expressions(manager, each)
        data = etree.SubElement(manager, f"{D}ObjectData")
        if len(each) and each[-1].tag != "expression":
            data.append(each[-1])
            continue
        inner = etree.SubElement(data, f"{D}ConnectionManager", {f"{D}ConnectionString": each.get("string", "")})
        for key in ("FileUsageType", "Retain"):
            if each.get(key):
                inner.set(D + key, each.get(key))


def _parameters(root: Any, source: Any) -> None:
    found = source.findall("parameter")
    if not found:
        return
    holder = etree.SubElement(root, f"{D}PackageParameters")
    for each in found:
        made = etree.SubElement(holder, f"{D}PackageParameter")
        made.set(f"{D}ObjectName", each.get("name"))
        made.set(f"{D}DataType", each.get("type", "8"))
        made.set(f"{D}DTSID", guid())
        made.set(f"{D}CreationName", "")
        if each.get("required"):
            made.set(f"{D}Required", "True")
        if each.get("value") is not None:
            value = etree.SubElement(made, f"{D}Property")
            value.set(f"{D}DataType", each.get("type", "8"))
            value.set(f"{D}Name", "ParameterValue")
            value.text = each.get("value")


def _expressions(element: Any, source: Any) -> None:
    for each in source.findall("expression"):
        etree.SubElement(element, f"{D}PropertyExpression", {f"{D}Name": each.get("name")}).text = each.text


def _variables(element: Any, source: Any) -> None:
    found = source.findall("variable")
    if not found:
        return
    holder = etree.SubElement(element, f"{D}Variables")
    for each in found:
        namespace, _, name = each.get("name").rpartition("::")
        made = etree.SubElement(holder, f"{D}Variable")
        for key, value in {"Namespace": namespace or "User", "ObjectName": name, "DTSID": guid()}.items():
            made.set(D + key, value)
        for key, value in each.attrib.items():
            if key not in ("name", "type", "value"):
                made.set(D + key, value)
        value = etree.SubElement(made, f"{D}VariableValue", {f"{D}DataType": each.get("type", "3")})
        value.text = each.get("value", "")


def _fill(element: Any, source: Any, ref: str) -> None:
    _variables(element, source)
    _expressions(element, source)
    extra = source.find("raw")
    for child in list(extra) if extra is not None else ():
        element.append(child)
    executables = [each for each in source if each.tag in (*KINDS, "task")]
    if executables:
        holder = etree.SubElement(element, f"{D}Executables")
        for each in executables:
            _executable(etree.SubElement(holder, f"{D}Executable"), each, ref)
    _constraints(element, source, ref)
    handlers = source.findall("handler")
    if handlers:
        holder = etree.SubElement(element, f"{D}EventHandlers")
        for each in handlers:
            _handler(etree.SubElement(holder, f"{D}EventHandler"), each, ref)


def _executable(element: Any, source: Any, parent: str) -> None:
    attributes = dict(source.attrib)
    name = attributes.pop("name")
    kind = KINDS.get(source.tag) or attributes.pop("type")
    if source.tag == "for":
        for short in ("init", "eval", "assign"):
            if short in attributes:
                attributes[f"{short.capitalize()}Expression"] = attributes.pop(short)
    enumerator = attributes.pop("enumerator", "")
    ref = f"{parent}\\{name}"
    _common(element, ref, name, kind, {"LocaleID": "-1", **attributes})
    if source.tag == "foreach":
        _enumerator(element, source, enumerator)
    _fill(element, source, ref)
    if source.tag == "task":
        data = etree.SubElement(element, f"{D}ObjectData")
        for child in source:
            if isinstance(child.tag, str) and child.tag not in ("variable", "expression", "handler", "raw"):
                data.append(child)
    for each in source.findall("map"):
        holder = element.find(f"{D}ForEachVariableMappings")
        holder = etree.SubElement(element, f"{D}ForEachVariableMappings") if holder is None else holder
        made = etree.SubElement(holder, f"{D}ForEachVariableMapping")
        made.set(f"{D}VariableName", each.get("variable"))
        made.set(f"{D}ValueIndex", each.get("index", "0"))


def _enumerator(element: Any, source: Any, kind: str) -> None:
    made = etree.SubElement(element, f"{D}ForEachEnumerator")
    made.set(f"{D}CreationName", f"Microsoft.{kind}")
    made.set(f"{D}DTSID", guid())
    made.set(f"{D}ObjectName", guid())
    given = source.find("enumerator")
    if given is not None:
        _expressions(made, given)
        data = etree.SubElement(made, f"{D}ObjectData")
        for child in given:
            if child.tag != "expression":
                data.append(child)


def _constraints(element: Any, source: Any, ref: str) -> None:
    found = source.findall("constraint")
    if not found:
        return
    holder = etree.SubElement(element, f"{D}PrecedenceConstraints")
    for number, each in enumerate(found):
        made = etree.SubElement(holder, f"{D}PrecedenceConstraint")
        made.set(f"{D}From", f"{ref}\\{each.get('from')}")
        made.set(f"{D}To", f"{ref}\\{each.get('to')}")
        made.set(f"{D}ObjectName", f"Constraint {number}")
        made.set(f"{D}DTSID", guid())
        made.set(f"{D}LogicalAnd", each.get("and", "True"))
        for short, name in (("value", "Value"), ("op", "EvalOp"), ("expression", "Expression")):
            if each.get(short):
                made.set(D + name, each.get(short))


def _handler(element: Any, source: Any, parent: str) -> None:
    event = source.get("event")
    ref = f"{parent}.EventHandlers[{event}]"
    element.set(f"{D}refId", ref)
    element.set(f"{D}EventName", event)
    element.set(f"{D}CreationName", event)
    element.set(f"{D}DTSID", guid())
    element.set(f"{D}LocaleID", "-1")
    propagate = etree.SubElement(source, "variable", {"name": "System::Propagate", "type": "11"})
    propagate.set("value", "0" if source.get("propagate") == "False" else "-1")
    _fill(element, source, ref)


@dataclass
class Outcome:
    """What a run gave: result, events, and the variables of the package at the end."""

    result: ExecResult
    exit_code: int
    events: list[Event]
    variables: dict[str, Any] = field(default_factory=dict)
    error: Any = None

    def sources(self, kind: str) -> list[str]:
        return [event.source for event in self.events if event.kind == kind]

    def errors(self) -> list[str]:
        return [f"{event.source} 0x{event.code:08X}" for event in self.events if event.kind == "OnError"]

    def warnings(self) -> list[str]:
        return [f"{event.source} 0x{event.code:08X}" for event in self.events if event.kind == "OnWarning"]

    def lines(self, kinds: Iterable[str]) -> list[str]:
        """``Kind Source [code]`` of each event of these kinds, in order."""
        wanted = set(kinds)
        return [
            f"{event.kind} {event.source}" + (f" 0x{event.code:08X}" if event.code else "")
            for event in self.events
            if event.kind in wanted
        ]


def execute(
    data: bytes,
    *,
    settings: Iterable[Setting] = (),
    options: ExecutionOptions | None = None,
    cancel: CancelSwitch | None = None,
    **more: Any,
) -> Outcome:
    """Run a package in this process and keep everything it did."""
    events: list[Event] = []
    loaded: list[PackageContainer] = []
    chosen = replace(options or ExecutionOptions(), settings=tuple(settings) or (options.settings if options else ()))

    def load(*arguments: Any, **keywords: Any) -> PackageContainer:
        loaded.append(load_package(*arguments, **keywords))
        return loaded[-1]

    with patch.object(run_module, "load_package", load):
        result = run_module.run(PackageDocument.open(data), chosen, events.append, cancel=cancel, **more)
    outcome = Outcome(result.result, result.exit_code, events, error=result.error)
    if loaded:
        outcome.variables = {
            each.qualified_name: each.read()
            for each in loaded[0].scope
            if each.namespace != "System" and not each.evaluate
        }
    return outcome


def load_cases(folder: Path) -> list[Any]:
    """``(name, case element)`` of all cases in the ``*.xml`` files of a folder."""
    cases = []
    for path in sorted(folder.glob("*.xml")):
        for case in etree.parse(str(path)).getroot().findall("case"):
            cases.append((f"{path.stem}: {case.get('name')}", case))
    return cases


def check_case(case: Any, tmp_path: Path, url: str = "") -> Outcome:
    """Run a case file's ``<package>`` and compare with its ``<expect>``.

    ``{tmp}`` in the package stands for the test's folder; ``<file name>`` elements are made
    there before. ``<expect>`` has ``result`` and any of: ``ran`` (tasks by OnPreExecute), ``errors`` and ``warnings``
    (source and code), ``events`` (``kinds`` attribute), ``variable``, ``message``, ``rows`` of the SQLite database
    that the connection manager ``db`` is mapped to (filled by ``<sql>``), ``exists`` and ``missing`` files. With ``url``
    it is mapped to that database instead, and what fills it is T-SQL.
    """
    for each in case.findall("file"):
        path = tmp_path / each.get("name")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(each.text or "", "utf-8")
    for each in case.findall("folder"):
        (tmp_path / each.get("name")).mkdir(parents=True, exist_ok=True)
    database = tmp_path / "case.db"
    for each in case.findall("sql"):
        if url:
            with open_session(parse_url(url)) as session:
                session.execute(each.text)
            continue
        with closing(sqlite3.connect(database)) as connection:
            connection.executescript(each.text)
    text = etree.tostring(case.find("package"), encoding="unicode").replace("{tmp}", str(tmp_path))
    targets = (ConnectionTarget(url or f"sqlite:///{database}", manager="db"),)
    options = ExecutionOptions(connection_map=targets, folder=str(tmp_path), debug=True)
    outcome = execute(package_from(etree.fromstring(text)), options=options)
    expect = case.find("expect")
    shown = [f"{e.kind} {e.source} {e.message}" for e in outcome.events if e.kind in ("OnError", "OnWarning")]
    assert outcome.result.name == expect.get("result", "SUCCESS"), shown
    for name, found in (("ran", _ran(outcome)), ("errors", outcome.errors()), ("warnings", outcome.warnings())):
        given = expect.find(name)
        if given is not None:
            assert found == _lines(given.text), (name, shown)
    for each in expect.findall("events"):
        assert outcome.lines(each.get("kinds").split()) == _lines(each.text)
    for each in expect.findall("variable"):
        wanted = json.loads(each.text.replace("{tmp}", str(tmp_path).replace("\\", "/")))
        found = outcome.variables[each.get("name")]
        assert (str(found) if isinstance(wanted, str) else found) == wanted, each.get("name")
    for each in expect.findall("message"):
        assert any(each.text in event.message for event in outcome.events), (each.text, shown)
    for each in expect.findall("rows"):
        if url:
            with open_session(parse_url(url)) as session:
                assert [list(row) for row in session.query(each.get("query")).rows()] == json.loads(each.text)
            continue
        with closing(sqlite3.connect(database)) as connection:
            assert [list(row) for row in connection.execute(each.get("query"))] == json.loads(each.text)
    for each in expect.findall("exists"):
        assert (tmp_path / each.get("name")).exists(), each.get("name")
        if each.text is not None:
            assert (tmp_path / each.get("name")).read_text("utf-8") == each.text
    for each in expect.findall("missing"):
        assert not (tmp_path / each.get("name")).exists(), each.get("name")
    return outcome


def _ran(outcome: Outcome) -> list[str]:
    return outcome.sources("OnPreExecute")[1:]


def _lines(text: str | None) -> list[str]:
    return [line.strip() for line in (text or "").replace(";", "\n").splitlines() if line.strip()]
