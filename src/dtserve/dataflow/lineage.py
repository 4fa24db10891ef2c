"""Lineage over renames: every reference to a column names the lineage id of the output column it comes from.

A column keeps its lineage id when it is renamed, while its refId takes the new name (DATA_FLOW
§1.3). Whatever names a column by refId, an input column or a property (``#{refId}`` in an expression,
``ParameterMap``, ``SortColumnId`` …), is put right here, once, before the data flow is planned. A text that is
the lineage id of one column and the refId of another means the lineage id.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from dtserve.dataflow.properties import replace_references

if TYPE_CHECKING:
    from dtserve.package.model import Column, Component, DataFlow, Input, Output, PipelineProperty

__all__ = ["resolve_lineage"]

Properties = Mapping[str, "PipelineProperty"]
_Side = TypeVar("_Side", "Input", "Output")


def resolve_lineage(flow: DataFlow) -> DataFlow:
    """The data flow with lineage ids wherever a column is referred to; components without a number get one."""
    columns = [column for component in flow.components for output in component.outputs for column in output.columns]
    lineages = {column.lineage_id for column in columns}
    aliases = {c.ref_id: c.lineage_id for c in columns if c.ref_id not in lineages}
    components = tuple(
        replace(component, number=component.number or index) for index, component in enumerate(flow.components, start=1)
    )
    if aliases:
        components = tuple(_resolved(component, aliases) for component in components)
    return replace(flow, components=components)


def _resolved(component: Component, aliases: Mapping[str, str]) -> Component:
    return replace(
        component,
        properties=_properties(component.properties, aliases),
        inputs=tuple(_side(one, aliases) for one in component.inputs),
        outputs=tuple(_side(one, aliases) for one in component.outputs),
    )


def _side(side: _Side, aliases: Mapping[str, str]) -> _Side:
    columns = tuple(_column(column, aliases) for column in side.columns)
    return replace(side, columns=columns, properties=_properties(side.properties, aliases))


def _column(column: Column, aliases: Mapping[str, str]) -> Column:
    lineage = aliases.get(column.lineage_id, column.lineage_id)
    return replace(column, lineage_id=lineage, properties=_properties(column.properties, aliases))


def _properties(stored: Properties, aliases: Mapping[str, str]) -> Properties:
    return {name: _property(each, aliases) for name, each in stored.items()}


def _property(stored: PipelineProperty, aliases: Mapping[str, str]) -> PipelineProperty:
    if stored.contains_id and stored.value in aliases:
        return replace(stored, value=aliases[stored.value])
    if "#{" not in stored.value:
        return stored
    return replace(stored, value=replace_references(stored.value, aliases))
