"""What the texts of a real data flow's columns are turned into further on, so that generated ones can be."""

import re

from dtserve.datatypes import DT
from dtserve.package.model import Column, Component, DataFlow
from support.real_flow_tables import value

__all__ = ["hints"]

KINDS = {"datetime": "date", "bool": "bool"}
_CAST = re.compile(r"\(DT_(DB\w+|DATE|BOOL)[^)]*\)\s*\(?\s*(?:TRIM\()?\[?([\w ]+)")
_WORD = re.compile(r"\[([^\]]+)\]|\b([A-Za-z_]\w*)\b")
_LISTED = re.compile(r"\[?(\w+)\]?\s+IN\s*\(\s*'([^)]*)'\s*\)", re.IGNORECASE)


def hints(flow: DataFlow) -> dict[str, str]:
    """By a column's folded name: ``date``, ``time``, ``bool``, ``digit``, ``path``, ``packed`` (ddMMyyyy), ``null`` or ``=a|b``."""
    found: dict[str, str] = {}
    for component in flow.components:
        for end in component.inputs:
            external = {column.ref_id: column.type for column in end.external_columns}
            for column in end.columns:
                target = external.get(column.external_ref)
                if target is not None and column.type.family == "text":
                    _note(
                        found, _source_name(column.lineage_id) or column.name, target.family, target.length, target.dt
                    )
                path = column.properties.get("FileDataColumnID")
                if path is not None and "invalid" not in path.value:
                    found[column.name.lower()] = "path"
        _of_lookup(component, found)
        for output in component.outputs:
            for column in output.columns:
                _of_column(component, column, found)
    _through_expressions(flow, found)
    return found


def _note(found: dict[str, str], name: str, family: str, length: int, dt: DT) -> None:
    if dt in (DT.DBTIME, DT.DBTIME2):
        found[name.lower()] = "time"
    elif family in KINDS:
        found[name.lower()] = KINDS[family]
    elif family == "text" and length == 1:
        found[name.lower()] = "digit"


def _source_name(lineage: str) -> str:
    match = re.search(r"\[([^\[\]]+)\]\}?$", lineage)
    return match[1] if match else ""


def _of_column(component: Component, column: Column, found: dict[str, str]) -> None:
    source = column.properties.get("SourceInputColumnLineageID")
    if source is not None and component.part == "DataConvert" and _source_name(source.value):
        _note(found, _source_name(source.value), column.type.family, column.type.length, column.type.dt)
    expression = column.properties.get("FriendlyExpression")
    for match in _CAST.finditer(expression.value if expression is not None else ""):
        kind = {"BOOL": "bool", "DBTIME": "time", "DBTIME2": "time"}.get(match[1], "date")
        found[match[2].strip().lower()] = kind


def _of_lookup(component: Component, found: dict[str, str]) -> None:
    if component.part != "Lookup":
        return
    text = value(component, "SqlCommand")
    for name in re.findall(r"\[?(\w+)\]?\s+IS\s+NULL", text, re.IGNORECASE):
        found[name.lower()] = "null"
    wanted = {name.lower(): "=" + "|".join(re.split(r"'\s*,\s*'", texts)) for name, texts in _LISTED.findall(text)}
    found |= wanted
    for column in component.inputs[0].columns:
        join = column.properties.get("JoinToReferenceColumn")
        if join is not None and join.value.lower() in wanted:
            found[column.name.lower()] = wanted[join.value.lower()]


def _through_expressions(flow: DataFlow, found: dict[str, str]) -> None:
    """What an expression makes a hinted column of has the same hint; dates put together from parts are packed."""
    for component in flow.components:
        for owner in (*component.outputs, *component.inputs):
            for column in owner.columns:
                expression = column.properties.get("FriendlyExpression")
                hint = found.get(column.name.lower())
                if expression is None or not hint:
                    continue
                for word in _WORD.findall(expression.value):
                    name = word[0] or word[1]
                    if re.search(rf"SUBSTRING\(\[?{re.escape(name)}", expression.value) and hint == "date":
                        found[name.lower()] = "packed"
                    found.setdefault(name.lower(), hint)
