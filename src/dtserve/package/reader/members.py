"""Variables, parameters, configurations, log providers and logging options (FORMAT §3.3, §5.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dtserve.package.model import LoggingOptions
from dtserve.package.reader.elements import NAME, D, Node, gather, property_expressions, text_of, to_bool, to_int

if TYPE_CHECKING:
    from dtserve.package.member_model import Configuration, LogProvider, Parameter, Variable

__all__ = ["read_configurations", "read_log_providers", "read_logging", "read_parameters", "read_variables"]

_PROPERTY = f"{D}Property"
_OBJECT = 13
_DUMPED = "6789"
_DEFAULT_LOGGING = LoggingOptions()


def read_variables(node: Node) -> tuple[Variable, ...]:
    """The variables scoped to this container."""
    found = node.children.get("Variable")
    return tuple(_variable(gather(child)) for child in found) if found else ()


def _variable(node: Node) -> Variable:
    from dtserve.package.member_model import Variable  # here and below: an empty package needs none of them

    value = node.first("VariableValue")
    vt, text = 8, ""
    if value is not None:
        vt = to_int("DataType", value.get(f"{D}DataType") or "8")
        text = text_of(value)
    return Variable(
        namespace=node.text("Namespace", "User"),
        name=node.text("ObjectName"),
        vt=vt,
        value=None if vt == _OBJECT else text,
        dtsid=node.text("DTSID"),
        expression=node.text("Expression"),
        evaluate_as_expression=node.flag("EvaluateAsExpression"),
        read_only=node.flag("ReadOnly"),
        raise_changed_event=node.flag("RaiseChangedEvent"),
        include_in_debug_dump=node.text("IncludeInDebugDump") == _DUMPED,
        description=node.text("Description"),
    )


def read_parameters(node: Node) -> tuple[Parameter, ...]:
    """The package parameters; a value that could not be decrypted is None."""
    return tuple(_parameter(child) for child in node.all("PackageParameter"))


def _parameter(element: Any) -> Parameter:
    from dtserve.package.member_model import Parameter

    node = gather(element)
    value: str | None = node.props.get("ParameterValue")
    if value is not None:
        value = _parameter_value(element)
    return Parameter(
        name=node.text("ObjectName"),
        vt=node.number("DataType", 8),
        value=value,
        dtsid=node.text("DTSID"),
        required=node.flag("Required"),
        sensitive=node.flag("Sensitive"),
        description=node.text("Description"),
    )


def _parameter_value(element: Any) -> str | None:
    """The stored value: direct, in a nested ``DTS:Property`` (sensitive ones, FORMAT §1.4), or unreadable."""
    stored = next((p for p in element.iterchildren(_PROPERTY) if p.get(NAME) == "ParameterValue"), None)
    if stored is not None and len(stored):
        stored = stored[0] if stored[0].tag == _PROPERTY else None
    if stored is None or "1" in (stored.get("Encrypted"), stored.get(f"{D}Encrypted")):
        return None
    return text_of(stored)


def read_configurations(node: Node) -> tuple[Configuration, ...]:
    """The package configurations in stored order."""
    return tuple(_configuration(gather(child)) for child in node.all("Configuration"))


def _configuration(node: Node) -> Configuration:
    from dtserve.package.member_model import Configuration

    return Configuration(
        name=node.text("ObjectName"),
        type=node.number("ConfigurationType"),
        string=node.text("ConfigurationString"),
        variable=node.text("ConfigurationVariable"),
        dtsid=node.text("DTSID"),
    )


def read_log_providers(node: Node) -> tuple[LogProvider, ...]:
    """The log providers of the package."""
    return tuple(_log_provider(gather(child)) for child in node.all("LogProvider"))


def _log_provider(node: Node) -> LogProvider:
    from dtserve.package.member_model import LogProvider

    return LogProvider(
        name=node.text("ObjectName"),
        dtsid=node.text("DTSID"),
        creation_name=node.text("CreationName"),
        config_string=node.text("ConfigString"),
        delay_validation=node.flag("DelayValidation"),
        description=node.text("Description"),
        property_expressions=property_expressions(node),
    )


def read_logging(node: Node) -> LoggingOptions:
    """The logging options; their absence means: use the parent's setting."""
    element = node.first("LoggingOptions")
    if element is None:
        return _DEFAULT_LOGGING
    inner = gather(element)
    filters: dict[str, dict[str, bool]] = {}
    for stored in element.iterchildren(f"{D}Property"):
        if stored.get(NAME) == "ColumnFilter":
            columns = gather(stored).props
            event = columns.pop("EventName", "")
            filters[event] = {key: to_bool(key, text) for key, text in columns.items() if key != "Name"}
    return LoggingOptions(
        mode=inner.number("LoggingMode"),
        filter_kind=inner.number("FilterKind", 1),
        events=_event_filter(inner.text("EventFilter")),
        column_filters=filters,
        providers=tuple(p.get(f"{D}InstanceID") or p.get("InstanceID") or "" for p in inner.all("SelectedLogProvider")),
    )


def _event_filter(text: str) -> tuple[str, ...]:
    """``2,7,OnError,12,OnTaskFailed``: the count, then length and name of each event.

    A name may hold a comma, so the lengths decide; a text that breaks the rule is read
    as a plain list of names.
    """
    if not text:
        return ()
    count, _, rest = text.partition(",")
    events: list[str] = []
    while rest:
        length, _, tail = rest.partition(",")
        broken = not length.isdecimal() or len(length) > 6 or int(length) > len(tail)
        if broken or tail[int(length) : int(length) + 1] not in ("", ","):
            return tuple(word for word in text.split(",") if word and not word.isdecimal())
        events.append(tail[: int(length)])
        rest = tail[int(length) + 1 :]
    return tuple(events) if count.isdecimal() else (count, *events)
