"""Properties of a data flow's components by path, as property expressions, configurations and /SET write them.

``[Component].[Property]`` is one of the component, ``[Component].[Output].[Property]`` of an input or output,
``[Component].[Output].[Columns].[Column].[Property]`` of a column; ``Output.Columns[Column].Property`` and the forms
without ``Columns`` are taken too. A FriendlyExpression that is set takes the place of the stored Expression, which SSIS
makes from it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from dtserve.dataflow.errors import BadProperty
from dtserve.dataflow.property_rules import RULES
from dtserve.package.model import PipelineProperty

if TYPE_CHECKING:
    from dtserve.package.model import Column, Component, DataFlow, Input, Output

__all__ = ["with_property"]

_FIELDS = {"name": "name", "description": "description", "localeid": "locale_id"}
_FRIENDLY, _STORED = "FriendlyExpression", "Expression"

Owner = TypeVar("Owner", "Component", "Input", "Output", "Column")


def with_property(flow: DataFlow, path: str, text: str) -> DataFlow | None:
    """The data flow with another value of a component's property; None where there is no such component or property."""
    inner = path.removeprefix("[").removesuffix("]")
    for at, component in enumerate(flow.components):
        if inner.startswith(f"{component.name}].["):
            changed = _in_component(component, inner[len(component.name) + 3 :], text)
            if changed is not None:
                return replace(flow, components=(*flow.components[:at], changed, *flow.components[at + 1 :]))
    return None


def _in_component(component: Component, path: str, text: str) -> Component | None:
    own = _set(component, component.part, path, text)
    if own is not None:
        return own
    field = _FIELDS.get(path.lower())
    if field == "locale_id" and not re.fullmatch(r"\s*-?\d+\s*", text):
        raise BadProperty(property=path, component=component.name, detail=f'"{text}" is not a whole number')
    if field is not None:
        changes: dict[str, Any] = {field: int(text) if field == "locale_id" else text}
        return replace(component, **changes)
    inputs = _in_sides(component.inputs, component.part, path, text)
    if inputs is not None:
        return replace(component, inputs=inputs)
    outputs = _in_sides(component.outputs, component.part, path, text)
    return None if outputs is None else replace(component, outputs=outputs)


Side = TypeVar("Side", "Input", "Output")


def _in_sides(sides: tuple[Side, ...], part: str, path: str, text: str) -> tuple[Side, ...] | None:
    """Inputs or outputs, one of them or of its columns changed."""
    for at, side in enumerate(sides):
        rest = _behind(path, side.name)
        if rest is None:
            continue
        columns = _in_columns(side.columns, part, _behind(rest, "Columns") or rest, text)
        changed = replace(side, columns=columns) if columns is not None else _set(side, part, rest, text)
        if changed is not None:
            found: Side = changed
            return tuple(found if index == at else each for index, each in enumerate(sides))
    return None


def _in_columns(columns: tuple[Column, ...], part: str, path: str, text: str) -> tuple[Column, ...] | None:
    for at, column in enumerate(columns):
        rest = _behind(path, column.name)
        changed = None if rest is None else _set(column, part, rest, text)
        if changed is not None:
            return (*columns[:at], changed, *columns[at + 1 :])
    return None


def _behind(path: str, name: str) -> str | None:
    """What stands behind a name and the brackets or point after it; None where the path does not begin with the name."""
    if not path.lower().startswith(name.lower()):
        return None
    rest = path[len(name) :]
    for between in ("]].[", "].[", "].", ".[", ".", "["):
        if rest.startswith(between):
            return rest[len(between) :]
    return None


def _set(owner: Owner, part: str, name: str, text: str) -> Owner | None:
    """The owner with another value of one of its own properties."""
    wanted = name.strip("[]").lower()
    stored = {key.lower(): key for key in owner.properties}
    known = {key.lower(): key for key in RULES.get(part, {})}
    key = stored.get(wanted) or known.get(wanted)
    if key is None and wanted == _FRIENDLY.lower() and _STORED in owner.properties:
        key = _FRIENDLY
    if key is None:
        return None
    changed: Mapping[str, PipelineProperty] = {
        **owner.properties,
        key: replace(owner.properties.get(key, PipelineProperty(key)), value=text),
    }
    if key == _FRIENDLY:
        changed = {each: value for each, value in changed.items() if each != _STORED}
    return replace(owner, properties=changed)
