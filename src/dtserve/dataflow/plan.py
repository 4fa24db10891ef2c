"""The plan of a data flow: what runs, in which order, and which columns travel on each path.

Made before anything runs, from the model and the registry alone; plain data, so that it
can be shown (:meth:`Plan.explain`) and shipped.

- Lineage: an input column names the output column it comes from by lineage id
  (:func:`~dtserve.dataflow.lineage.resolve_lineage`).
- Schemas run forward along the paths: an asynchronous output starts a new buffer, a
  synchronous one adds its columns to the buffer of its input (DATA_FLOW §1.2).
- Needs run backward: a column that nobody downstream reads is not sent (and reported as
  0x80047076). Components whose rows never become visible are left out, as SSIS does. With
  RunInOptimizedMode off everything is kept and sent, and the same columns are reported.
- Components joined by paths form an island; islands run side by side.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dtserve.dataflow.base import PipelineComponent, Schema, Source
from dtserve.dataflow.errors import BadMetadata, FrameMismatch
from dtserve.dataflow.lineage import resolve_lineage
from dtserve.dataflow.registry import resolve

if TYPE_CHECKING:
    import polars as pl

    from dtserve.package.model import Column, Component, DataFlow, Input, Output, Path

__all__ = ["Plan", "PlannedPath", "UnusedColumn", "make_plan", "optimised"]


@dataclass(frozen=True)
class PlannedPath:
    """A path that rows take: its ends, and what travels on it in order."""

    path: Path
    source: Component
    output: Output
    target: Component
    input: Input
    available: Schema
    schema: Schema

    def check(self, frame: pl.DataFrame) -> None:
        """Raise FrameMismatch unless a buffer has the columns that the path needs, in their declared types."""
        found = frame.schema
        for lineage, spec in self.schema.items():
            declared = spec.polars()
            if found.get(lineage) != declared:
                raise FrameMismatch(
                    output=self.output.name,
                    component=self.source.name,
                    column=lineage,
                    found=found.get(lineage, "nothing"),
                    declared=declared,
                )


@dataclass(frozen=True)
class UnusedColumn:
    """An output column nobody reads (0x80047076)."""

    component: Component
    output: Output
    column: Column


@dataclass(frozen=True)
class Plan:
    """What runs. ``components`` are in an order in which every component follows its sources."""

    flow: DataFlow
    classes: Mapping[str, type[PipelineComponent]]
    components: tuple[Component, ...]
    removed: tuple[Component, ...]
    paths: tuple[PlannedPath, ...]
    islands: tuple[tuple[str, ...], ...]
    unused: tuple[UnusedColumn, ...]
    by_output: Mapping[str, PlannedPath] = field(default_factory=dict)
    by_input: Mapping[str, PlannedPath] = field(default_factory=dict)

    def input_schemas(self, component: Component) -> dict[str, Schema]:
        """Per connected input, the columns that arrive there."""
        return {i.ref_id: self.by_input[i.ref_id].schema for i in component.inputs if i.ref_id in self.by_input}

    def explain(self) -> dict[str, Any]:
        """The plan as plain data: components, paths with their columns, islands, what was left out."""
        return {
            "components": [
                {"name": c.name, "part": c.part, "class": self.classes[c.ref_id].__name__} for c in self.components
            ],
            "removed": [c.name for c in self.removed],
            "paths": [
                {
                    "path": p.path.name,
                    "from": f"{p.source.name}.{p.output.name}",
                    "to": f"{p.target.name}.{p.input.name}",
                    "columns": {lineage: str(spec) for lineage, spec in p.schema.items()},
                    "dropped": [lineage for lineage in p.available if lineage not in p.schema],
                }
                for p in self.paths
            ],
            "islands": [[c.name for c in self.components if c.ref_id in island] for island in self.islands],
        }


def make_plan(flow: DataFlow) -> Plan:
    """Plan a data flow.

    Raises UnsupportedComponent or ComponentMissing for a component that cannot run, and
    BadMetadata for a path that leads nowhere or round in a circle.
    """
    flow = resolve_lineage(flow)
    classes = {c.ref_id: resolve(c) for c in flow.components}
    ends = _ends(flow)
    live = _live(flow, classes, ends)
    order = _order([c for c in flow.components if c.ref_id in live], [e for e in ends if _inside(e, live)])
    wired = [e for e in ends if _inside(e, live)]
    everything = _forward(order, wired)
    needed = _backward(order, wired, everything, classes)
    available = _forward(order, wired, needed) if optimised(flow) else everything
    read = {lineage for columns in needed.values() for lineage in columns}
    paths = []
    for path, source, output, target, into in wired:
        full = available[output.ref_id]
        wanted = needed[into.ref_id] if optimised(flow) else full
        sent = {lineage: spec for lineage, spec in full.items() if lineage in wanted}
        paths.append(PlannedPath(path, source, output, target, into, full, sent))
    return Plan(
        flow=flow,
        classes=classes,
        components=tuple(order),
        removed=tuple(c for c in flow.components if c.ref_id not in live),
        paths=tuple(paths),
        islands=_islands(order, wired),
        unused=tuple(_unused(order, paths, read)),
        by_output={p.output.ref_id: p for p in paths},
        by_input={p.input.ref_id: p for p in paths},
    )


def optimised(flow: DataFlow) -> bool:
    """RunInOptimizedMode: whether what nobody reads is left out."""
    stored = next((value for name, value in flow.properties.items() if name.lower() == "runinoptimizedmode"), "true")
    return stored.strip().lower() not in ("false", "0")


_End = tuple["Path", "Component", "Output", "Component", "Input"]


def _ends(flow: DataFlow) -> list[_End]:
    outputs = {o.ref_id: (c, o) for c in flow.components for o in c.outputs}
    inputs = {i.ref_id: (c, i) for c in flow.components for i in c.inputs}
    found: list[_End] = []
    for path in flow.paths:
        if path.start not in outputs or path.end not in inputs:
            raise BadMetadata(component=path.name, detail="the path does not join an output and an input")
        found.append((path, *outputs[path.start], *inputs[path.end]))
    for end, before in zip(found, _seen_before(found), strict=True):
        if end[2].ref_id in before:
            raise BadMetadata(component=end[1].name, detail=f'two paths leave the output "{end[2].name}"')
        if end[4].ref_id in before:
            raise BadMetadata(component=end[3].name, detail=f'two paths lead to the input "{end[4].name}"')
    return found


def _seen_before(ends: list[_End]) -> Iterable[frozenset[str]]:
    seen: frozenset[str] = frozenset()
    for end in ends:
        yield seen
        seen |= {end[2].ref_id, end[4].ref_id}


def _inside(end: _End, live: set[str]) -> bool:
    return end[1].ref_id in live and end[3].ref_id in live


def _live(flow: DataFlow, classes: Mapping[str, type[PipelineComponent]], ends: list[_End]) -> set[str]:
    """Components whose rows become visible; all with inputs connected when optimised mode is off.

    A flow none of whose rows become visible (it ends in Multicasts, say) runs whole, as in the
    designer: its row counts per path are what its author wants to see.
    """
    connected = {end[4].ref_id for end in ends}
    fed = {
        c.ref_id
        for c in flow.components
        if issubclass(classes[c.ref_id], Source) or not c.inputs or any(i.ref_id in connected for i in c.inputs)
    }
    whole = {ref for ref in fed if any(ref in (e[1].ref_id, e[3].ref_id) for e in ends)}
    if not optimised(flow):
        return whole
    todo = [
        c.ref_id
        for c in flow.components
        if c.ref_id in fed and (classes[c.ref_id].side_effects or any(i.has_side_effects for i in c.inputs))
    ]
    live: set[str] = set()
    while todo:
        here = todo.pop()
        if here in live:
            continue
        live.add(here)
        todo.extend(end[1].ref_id for end in ends if end[3].ref_id == here)
    return live or whole


def _order(components: list[Component], ends: list[_End]) -> list[Component]:
    """Topological, stable in document order; a cycle is an error."""
    waiting = {c.ref_id: sum(1 for e in ends if e[3].ref_id == c.ref_id) for c in components}
    order: list[Component] = []
    todo = list(components)
    while todo:
        ready = next((c for c in todo if waiting[c.ref_id] == 0), None)
        if ready is None:
            raise BadMetadata(component=todo[0].name, detail="its output leads back to its own input")
        todo.remove(ready)
        order.append(ready)
        for end in ends:
            if end[1].ref_id == ready.ref_id:
                waiting[end[3].ref_id] -= 1
    return order


def _forward(
    order: list[Component], ends: list[_End], needed: Mapping[str, frozenset[str]] | None = None
) -> dict[str, Schema]:
    """Per output refId, every column of the buffers that leave there; of those that arrive only ``needed`` ones."""
    start_of = {end[4].ref_id: end[2].ref_id for end in ends}
    schemas: dict[str, Schema] = {}
    for component in order:
        for output in component.outputs:
            columns: dict[str, Any] = {}
            into = output.synchronous_input
            if into in start_of:
                arriving = schemas[start_of[into]]
                columns.update({k: v for k, v in arriving.items() if needed is None or k in needed[into]})
            columns.update({c.lineage_id: c.type for c in output.columns})
            schemas[output.ref_id] = columns
    return schemas


def _backward(
    order: list[Component],
    ends: list[_End],
    available: Mapping[str, Schema],
    classes: Mapping[str, type[PipelineComponent]],
) -> dict[str, frozenset[str]]:
    """Per input refId, the lineage ids that must arrive there."""
    into = {end[2].ref_id: end[4].ref_id for end in ends}
    start_of = {end[4].ref_id: end[2].ref_id for end in ends}
    needed: dict[str, frozenset[str]] = {}
    for component in reversed(order):
        for one in component.inputs:
            if one.ref_id not in start_of:
                continue
            want = set(classes[component.ref_id].uses(component, one.ref_id))
            for output in component.outputs:
                if output.synchronous_input == one.ref_id and output.ref_id in into:
                    want |= needed[into[output.ref_id]]
            needed[one.ref_id] = frozenset(want & set(available[start_of[one.ref_id]]))
    return needed


def _islands(order: list[Component], ends: list[_End]) -> tuple[tuple[str, ...], ...]:
    leader = {c.ref_id: c.ref_id for c in order}

    def find(ref: str) -> str:
        while leader[ref] != ref:
            ref = leader[ref]
        return ref

    for end in ends:
        leader[find(end[3].ref_id)] = find(end[1].ref_id)
    groups: dict[str, list[str]] = {}
    for component in order:
        groups.setdefault(find(component.ref_id), []).append(component.ref_id)
    return tuple(tuple(group) for group in groups.values())


def _unused(order: list[Component], paths: list[PlannedPath], read: set[str]) -> Iterable[UnusedColumn]:
    joined = {p.output.ref_id for p in paths}
    for component in order:
        for output in component.outputs:
            if output.ref_id not in joined:
                continue
            for column in output.columns:
                if column.lineage_id not in read:
                    yield UnusedColumn(component, output, column)
