"""How components compile expressions: their input columns as bindings, the run's variables as scope."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dtserve.dataflow import properties
from dtserve.dataflow.errors import BadProperty

if TYPE_CHECKING:
    from dtserve.dataflow.base import PipelineComponent
    from dtserve.dataflow.host import FlowHost
    from dtserve.datatypes import TypeSpec
    from dtserve.expressions import ColumnBinding, CompiledExpression
    from dtserve.package.model import Column, PipelineProperty

__all__ = ["HostScope", "bindings", "compile_expression", "expression_text", "readable"]

_STORED_COLUMN = re.compile(r"#\{[^{}]*\.Columns\[([^{}]*)\]\}")
_STORED_FUNCTION = re.compile(r"\[([A-Z]+)\](?=\()")
_COMPONENT_OF = re.compile(r"([^\\]+)\.(?:Outputs|Inputs)\[")


class HostScope:
    """The variables and parameters of a data flow's host, as expressions look them up."""

    def __init__(self, host: FlowHost) -> None:
        self._host = host

    def lookup(self, name: str) -> tuple[TypeSpec, Any]:
        """Type and value of a variable; raises UnknownVariable where there is none an expression can use."""
        return self._host.lookup(name)


def bindings(component: PipelineComponent, input_ref: str) -> list[ColumnBinding]:
    """The columns of a buffer as expressions may name them: by lineage id or refId, name, or component and name."""
    from dtserve.expressions import ColumnBinding

    schema = component.input_schemas.get(input_ref, {})
    listed = {c.lineage_id: c for c in component.input_named(input_ref).columns}
    found = []
    for lineage, spec in schema.items():
        column: Column | None = listed.get(lineage)
        names = [lineage]
        if column is not None:
            names += [column.name, column.ref_id]
            source = _COMPONENT_OF.search(lineage)
            if source is not None:
                names.append(f"{source.group(1)}.{column.name}")
        found.append(ColumnBinding(frame_name=lineage, type=spec, names=tuple(names)))
    return found


def expression_text(owner: Mapping[str, PipelineProperty]) -> str:
    """The expression to run: ``Expression``, or ``FriendlyExpression`` where only that is given."""
    return properties.text(owner, "Expression").strip() or properties.text(owner, "FriendlyExpression").strip()


def readable(text: str) -> str:
    """A stored expression as its author wrote it: columns by name instead of lineage id, functions without brackets."""
    return _STORED_FUNCTION.sub(r"\1", _STORED_COLUMN.sub(r"[\1]", text))


def compile_expression(component: PipelineComponent, input_ref: str, text: str, owner: str) -> CompiledExpression:
    """Compile an expression over the columns of an input; ``owner`` names the column or output in errors."""
    from dtserve.expressions import compile_columns

    if not text:
        raise BadProperty(property="Expression", component=component.model.name, detail=f'"{owner}" has no expression')
    return compile_columns(text, bindings(component, input_ref), HostScope(component.host), locale_id=component.locale)
