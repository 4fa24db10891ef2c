"""Web Service Task (CONTROL_FLOW §21): a method of a SOAP service, called as a WSDL file describes it.

The WSDL is read from WSDLFile; where that file is not there it is downloaded from the ServerURL of the HTTP
connection manager and kept. The address is the one in the WSDL. Parameters come from the task or from variables; the
returned value goes as XML to a file or a variable. Calls are made with the library zeep (extra ``soap``).
"""

from __future__ import annotations

import enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dtserve.connections.errors import HttpFailed
from dtserve.controlflow.errors import ConnectionNotFound
from dtserve.controlflow.properties import Property
from dtserve.controlflow.registry import task
from dtserve.controlflow.task import Task, local_name
from dtserve.controlflow.tasks import soap_call
from dtserve.controlflow.tasks import web_errors as errors
from dtserve.controlflow.values import parse_variant
from dtserve.errors import DtserveError

if TYPE_CHECKING:
    from dtserve.connections.http import HttpManager
    from dtserve.controlflow.task_host import TaskHost

__all__ = ["OutputType", "WebServiceTask"]


class OutputType(enum.IntEnum):
    """OutputType."""

    FILE = 0
    VARIABLE = 1


@task("WebServiceTask")
class WebServiceTask(Task):
    """Calls a method of a web service."""

    connection = Property("ConnectionName", str, "", text="The HTTP connection manager.", aliases=("Connection",))
    service = Property("Service", str, "", text="The service; empty = the first of the WSDL.", aliases=("ServiceName",))
    wsdl_file = Property("WSDLFile", str, "", text="The WSDL file.")
    overwrite_wsdl = Property("OverwriteWSDLFile", bool, False, text="Of the designer: kept, without effect.")
    output_type = Property("OutputType", OutputType, OutputType.FILE, text="File or Variable.")
    output_location = Property("OutputLocation", str, "", text="Connection manager or variable of the result.")
    method = Property("WebMethodInfo", str, "", xml="MethodName", text="The method.", aliases=("WebMethodName",))

    def __init__(self, host: TaskHost) -> None:
        super().__init__(host)
        self.parameters: list[Any] = []
        data = host.model.object_data
        for child in data if data is not None else ():
            if local_name(child.tag) == "MethodInfo":
                named = {local_name(name): value for name, value in child.attrib.items()}
                self.property_values["WebMethodInfo"] = named.get("MethodName", "")
                found = [each for each in child if local_name(each.tag) == "ParamInfo"]
                self.parameters = sorted(
                    found, key=lambda each: parse_variant(_attribute(each, "SeqNumber"), 3, "SeqNumber")
                )

    # --- validation ---------------------------------------------------------------------------

    def refuse(self) -> None:
        """Refuse the task when the library is not installed."""
        if not soap_call.available():
            raise errors.WebServiceLibraryMissing(task=self.host.name)

    def validate(self) -> None:
        """Connection, WSDL file, method, output."""
        for name, value in (
            ("Connection", self.connection),
            ("WSDLFile", self.wsdl_file),
            ("WebMethodInfo", self.method),
            ("OutputLocation", self.output_location),
        ):
            if not value.strip():
                raise errors.WebServiceNotSet(property=name, task=self.host.name)
        self._manager().validate()
        if self.output_type is OutputType.VARIABLE:
            self.host.scope.variable(self.output_location)
        else:
            self.host.connection(self.output_location)

    def _manager(self) -> HttpManager:
        from dtserve.connections.http import HttpManager

        try:
            manager = self.host.connection(self.connection)
        except ConnectionNotFound:
            raise errors.WebServiceNotSet(property="Connection", task=self.host.name) from None
        if not isinstance(manager, HttpManager):
            raise errors.WebServiceNotSet(property="Connection (of kind HTTP)", task=self.host.name)
        return manager

    # --- execution ----------------------------------------------------------------------------

    def execute(self) -> None:
        """Read the WSDL, call, keep the result."""
        self.host.custom_event("WSTaskBegin", f'The Web Service task has started: "{self.method}".')
        service = self._service(self._manager())
        try:
            values = self._values(service.parameter_types(self.method))
            element, type_name = service.call(self.method, values)
        except soap_call.UnknownName as error:
            raise errors.WebServiceUnknown(task=self.host.name, what=error.what, name=error.name) from None
        except DtserveError as error:
            if isinstance(error, HttpFailed):
                raise self._failed(error.message) from error
            raise
        except Exception as error:  # zeep has errors of many classes for values that do not fit
            raise self._failed(str(error) or type(error).__name__) from error
        self._store(soap_call.return_text(element, type_name))
        self.host.custom_event("WSTaskEnd", f'The Web Service task has ended: "{self.method}".')

    def _failed(self, detail: str) -> errors.WebServiceFailed:
        return errors.WebServiceFailed(task=self.host.name, method=self.method, detail=detail)

    def _service(self, manager: HttpManager) -> soap_call.SoapService:
        path = self.host.run.shared.environment.map_path(self.wsdl_file)
        try:
            if not path.exists():
                self._download(manager, path)
            return soap_call.SoapService(path, self.service, manager)
        except soap_call.UnknownName as error:
            raise errors.WebServiceUnknown(task=self.host.name, what=error.what, name=error.name) from None
        except DtserveError as error:
            detail = error.message
        except Exception as error:  # zeep's and lxml's errors share no base
            detail = str(error) or type(error).__name__
        raise errors.WebServiceWsdl(task=self.host.name, place=self.wsdl_file, detail=detail)

    def _download(self, manager: HttpManager, path: Path) -> None:
        """Fetch the WSDL from the server and keep it."""
        url = manager.url if "wsdl" in manager.url.lower() else manager.url + "?WSDL"
        data = manager.request(url=url).body
        path.write_bytes(data)
        self.host.custom_event("WSTaskInfo", f'The WSDL file "{self.wsdl_file}" was downloaded.')

    def _store(self, text: str) -> None:
        if self.output_type is OutputType.VARIABLE:
            self.host.scope.assign(self.output_location, text)
            return
        manager = self.host.connection(self.output_location)
        path = self.host.run.shared.environment.map_path(manager.connection_string)
        try:
            path.write_bytes(text.encode("utf-16"))
        except OSError as error:
            raise self._failed(f"{manager.connection_string}: {error.strerror}") from error

    # --- parameters ---------------------------------------------------------------------------

    def _values(self, types: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for each in self.parameters:
            name = _attribute(each, "Name")
            if name not in types:
                raise self._bad(name, "the method has no parameter of that name.")
            try:
                found[name] = self._value(each, types[name].type)
            except DtserveError:
                raise
            except Exception as error:  # what zeep and the decoders raise for a text that is no such value
                raise self._bad(name, str(error) or type(error).__name__) from None
        return found

    def _bad(self, name: str, detail: str) -> errors.WebServiceParameter:
        return errors.WebServiceParameter(name=name, task=self.host.name, detail=detail)

    def _value(self, element: Any, kind: Any) -> Any:
        """The value of a parameter: of a variable, a text, the members of a complex one or the items of an array."""
        for child in element:
            tag = local_name(child.tag)
            if tag == "VariableValue":
                return _converted(self.host.scope.value((child.text or "").strip()), kind)
            if tag in ("PrimitiveValue", "EnumValue"):
                return _converted(child.text or "", kind)
            if tag in ("ComplexValue", "ArrayValue"):
                return self._members(child, kind)
        return None

    def _members(self, element: Any, kind: Any) -> Any:
        members = dict(getattr(kind, "elements", None) or ())
        if not members:
            raise ValueError("its type has no members")
        if local_name(element.tag) == "ArrayValue" and len(members) == 1:
            name, item = next(iter(members.items()))
            return {name: [self._value(child, item.type) for child in element]}
        return {
            _attribute(child, "Name"): self._value(child, members[_attribute(child, "Name")].type)
            for child in element
            if _attribute(child, "Name") in members
        }


def _attribute(element: Any, name: str) -> str:
    return next((value for key, value in element.attrib.items() if local_name(key) == name), "")


def _converted(value: Any, kind: Any) -> Any:
    """A text or the value of a variable as the type of the service; XML for a complex type."""
    from dtserve.controlflow.values import display_text

    if isinstance(value, bool):
        text = "true" if value else "false"
    elif hasattr(value, "isoformat"):
        text = value.isoformat()
    else:
        text = "" if value is None else display_text(value)
    if hasattr(kind, "elements"):
        from dtserve.package.xml import parse_xml

        return kind.parse_xmlelement(parse_xml(text.encode("utf-8")))
    return kind.pythonvalue(text) if hasattr(kind, "pythonvalue") else text
