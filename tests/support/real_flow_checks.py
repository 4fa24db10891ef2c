"""What must hold for every real data flow that succeeds."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from dtserve.dataflow.sql import quoted_table
from dtserve.dataflow.table_writer import TableWriter
from dtserve.datatypes import TypeSpec
from support.golden import Target
from support.real_flow_capture import Heard
from support.real_flow_models import CHECKS
from support.real_flow_rows import converted, height, plain, rows_of
from support.real_flow_tables import WRITES, full

__all__ = ["problems"]


def problems(heard: Heard, before: str, after: str) -> list[str]:
    """What does not hold, one line each; ``before`` is the URL of a copy of the database as it was before the run."""
    heard.before = before
    found = list(stored(heard, after))
    for ref, component in heard.components.items():
        part = component.model.part
        for check in (conserved, CHECKS.get(part)):
            if check is not None:
                found += [f"{part} {component.model.name}: {text}" for text in check(component, heard, ref)]
    return found


def stored(heard: Heard, after: str) -> Iterator[str]:
    """What is new in a table is what its destinations got and did not send to their error outputs."""
    tables: dict[str, list[tuple[str, Any]]] = {}
    others = {c.model.part for c in heard.components.values()} & {"OLEDBCommand", "SCD"}
    for ref, component in heard.components.items():
        if component.model.part in WRITES and hasattr(component, "_table"):
            tables.setdefault(full(component._table()).lower(), []).append((ref, component))
    for writers in tables.values():
        if others:
            continue
        mapped = TableWriter(writers[0][1]).mapped
        if any([e.name for _, e, _ in TableWriter(c).mapped] != [e.name for _, e, _ in mapped] for _, c in writers):
            continue
        expected: Counter[str] = Counter()
        for ref, component in writers:
            own = TableWriter(component).mapped
            if any(height(f) for o in component.model.outputs if (f := heard.out(ref, o.ref_id))):
                return
            for row in rows_of(
                heard.into(ref), [c.lineage_id for c, _, _ in own], {c.lineage_id: s for c, _, s in own}
            ):
                values = [converted(v, s, e.type, component.locale) for v, (_, e, s) in zip(row, own, strict=True)]
                expected[repr(tuple(_seen(v, e.type) for v, (_, e, _) in zip(values, own, strict=True)))] += 1
        name = quoted_table(writers[0][1]._table())
        states = [_content(url, name, [e for _, e, _ in mapped]) for url in (heard.before, after)]
        new = states[1] - states[0]
        if new != expected:
            yield f"table {name}: {sum(new.values())} new rows, {sum(expected.values())} sent; extra {list(new - expected)[:2]}, missing {list(expected - new)[:2]}"


def _content(url: str, table: str, columns: list[Any]) -> Counter[str]:
    target = Target(url)
    with target.session as session:  # type: ignore[attr-defined]
        result = session.query(f"SELECT {', '.join(f'[{c.name}]' for c in columns)} FROM {table}")
        types = [c.type for c in result.columns]
        rows = [
            row
            for frame in result.batches
            for row in rows_of([frame], frame.columns, dict(zip(frame.columns, types, strict=True)))
        ]
    return Counter(
        repr(tuple(_seen(converted(v, t, c.type, 1033), c.type) for v, t, c in zip(row, types, columns, strict=True)))
        for row in rows
    )


def _seen(value: Any, spec: TypeSpec) -> Any:
    if spec.family == "float" and value is not None:
        return float(f"{value:.6g}")
    return plain(value)


def conserved(component: Any, heard: Heard, ref: str) -> Iterator[str]:
    """A synchronous component sends every row to one output, a copying one to each; columns have their types."""
    model = component.model
    types = {}
    for schema in (*component.input_schemas.values(), *component.output_schemas.values()):
        types |= schema
    for call in heard.calls[ref]:
        for output, frame in call.emitted:
            for name in component.output_schemas.get(output, {}):
                if name not in frame.columns:
                    yield f"the column {name} does not leave by {output}"
                elif frame[name].dtype != component.output_schemas[output][name].polars():
                    yield f"{name} leaves as {frame[name].dtype}, declared {component.output_schemas[output][name]}"
    if model.part in ("Multicast",):
        for output in model.outputs:
            if output.ref_id in component.output_schemas and height(heard.out(ref, output.ref_id)) != height(
                heard.into(ref)
            ):
                yield f"{output.name} has {height(heard.out(ref, output.ref_id))} of {height(heard.into(ref))} rows"
        return
    if model.inputs and all(o.synchronous_input for o in model.outputs) and model.outputs and not component.writes:
        came = height(heard.into(ref))
        left = sum(height(heard.out(ref, o.ref_id)) for o in model.outputs)
        if came != left:
            yield f"{came} rows came in, {left} went out"
