"""Components of a data flow worked out again in plain Python, from what came in to what went out."""

import math
from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from dtserve.dataflow import properties
from dtserve.dataflow.expressions import HostScope, bindings
from dtserve.datatypes import TypeSpec
from dtserve.datatypes.convert import convert_value
from dtserve.datatypes.errors import ConversionError
from dtserve.expressions import ExpressionFault, Moment, parse
from dtserve.expressions.scalar import compute
from dtserve.expressions.scope import index_columns
from dtserve.expressions.typing import analyse
from support.golden import Target
from support.real_flow_capture import Heard
from support.real_flow_rows import bag, converted, difference, height, rows_of

__all__ = ["CHECKS"]

Check = Callable[[Any, Heard, str], Iterator[str]]
FAILED = object()


def derived_column(component: Any, heard: Heard, ref: str) -> Iterator[str]:
    """Every expression by the scalar back-end."""
    model = component.model
    into = model.inputs[0].ref_id
    schema = dict(component.input_schemas[into])
    work = [(c, t, k, target) for c, t, k, target in component._work if not volatile(t)]
    typed = [typed_expression(component, into, text) for _, text, _, _ in work]
    for call in heard.calls[ref]:
        if call.frame is None:
            continue
        wanted: list[tuple[Any, ...]] = []
        away = 0
        values = rows_of([call.frame], list(schema), schema)
        for row in (dict(zip(schema, each, strict=True)) for each in values):
            made = []
            for (column, text, compiled, target), node in zip(work, typed, strict=True):
                made.append(_computed(node, text, row, compiled.type, target, column, component.locale))
            if any(value is FAILED for value in made):
                away += 1
            else:
                wanted.append(tuple(made))
        kept = [f for o, f in call.emitted if o == component.output().ref_id]
        targets = {c.lineage_id: target for c, _, _, target in work}
        present = [n for n in targets if kept and all(n in f.columns for f in kept)]
        order = list(targets)
        got = rows_of(kept, present, targets)
        expected = [tuple(row[order.index(n)] for n in present) for row in wanted]
        if bag(got) != bag(expected):
            yield difference(got, expected)


def _computed(
    node: Any, text: str, row: dict[str, Any], made: TypeSpec, target: TypeSpec, column: Any, locale: int
) -> Any:
    try:
        value = compute(node, Moment.now(), text, row)  # type: ignore[arg-type]
        return value if made == target or value is None else convert_value(value, made, target, locale_id=locale)
    except ExpressionFault:
        return None if column.error_disposition == "IgnoreFailure" else FAILED
    except ConversionError as error:
        if hasattr(error, "value"):
            return error.value if column.truncation_disposition == "IgnoreFailure" else FAILED
        return None if column.error_disposition == "IgnoreFailure" else FAILED


def typed_expression(component: Any, into: str, text: str) -> Any:
    """An expression typed over the columns of an input."""
    return analyse(parse(text), text, HostScope(component.host), index_columns(tuple(bindings(component, into))))


def volatile(text: str) -> bool:
    """Whether an expression tells another thing each time."""
    return "GETDATE" in text or "GETUTCDATE" in text


def conditional_split(component: Any, heard: Heard, ref: str) -> Iterator[str]:
    """Every row by its own to the first output whose condition is true."""
    into = component.model.inputs[0].ref_id
    schema = dict(component.input_schemas[into])
    cases = [(o, text, typed_expression(component, into, text)) for o, text, _ in component._conditions]
    if any(volatile(text) for _, text, _ in cases):
        return
    for call in heard.calls[ref]:
        if call.frame is None:
            continue
        routed: dict[str, list[tuple[Any, ...]]] = {}
        for values in rows_of([call.frame], list(schema), schema):
            row = dict(zip(schema, values, strict=True))
            routed.setdefault(_route(component, cases, row), []).append(values)
        for output in component.model.outputs:
            if output.is_error_out:
                continue
            frames = [f for o, f in call.emitted if o == output.ref_id]
            names = [n for n in schema if all(n in f.columns for f in frames)]
            order = [list(schema).index(n) for n in names]
            got = rows_of(frames, names, schema)
            expected = [tuple(v[i] for i in order) for v in routed.get(output.ref_id, [])]
            if bag(got) != bag(expected):
                yield f"{output.name}: {difference(got, expected)}"


def _route(component: Any, cases: list[Any], row: dict[str, Any]) -> str:
    for output, text, node in cases:
        try:
            value = compute(node, Moment.now(), text, row)  # type: ignore[arg-type]
        except ExpressionFault:
            value = None
        if value:
            return str(output.ref_id)
        if value is None and output.error_disposition == "RedirectRow":
            return "error"
    return str(component._default_ref)


def data_conversion(component: Any, heard: Heard, ref: str) -> Iterator[str]:
    """Every value by the scalar conversion."""
    work = component._work
    for call in heard.calls[ref]:
        if call.frame is None:
            continue
        kept = [f for o, f in call.emitted if o == component.output().ref_id]
        away = [f for o, f in call.emitted if o != component.output().ref_id]
        for column, lineage, source in work:
            if height(away) or not kept or column.lineage_id not in kept[0].columns:
                continue
            fast = properties.boolean(column.properties, "FastParse", owner="")
            expected = []
            for (value,) in rows_of([call.frame], [lineage], {lineage: source}):
                try:
                    expected.append(
                        (
                            None
                            if value is None
                            else convert_value(value, source, column.type, locale_id=component.locale, fast_parse=fast),
                        )
                    )
                except ConversionError as error:
                    expected.append((getattr(error, "value", None),))
            got = rows_of(kept, [column.lineage_id], {column.lineage_id: column.type})
            if bag(got) != bag(expected):
                yield f"{column.name}: {difference(got, expected)}"


def lookup(component: Any, heard: Heard, ref: str) -> Iterator[str]:
    """A full cache as a plain dict; the first row of a key wins."""
    if component._from_cache() or component._cache_type() != 0:
        return
    joins = component._joins()
    copies = component._copies()
    target = Target(heard.before)
    with target.session as session:  # type: ignore[attr-defined]
        result = session.query(component._statement())
        places = {c.name.lower(): at for at, c in reversed(list(enumerate(result.columns)))}
        types = [c.type for c in result.columns]
        rows = [
            row
            for frame in result.batches
            for row in rows_of([frame], frame.columns, dict(zip(frame.columns, types, strict=True)))
        ]
    table: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    arriving = [component._arriving(c) for c, _ in joins]
    for row in rows:
        key = tuple(
            converted(row[places[n.lower()]], types[places[n.lower()]], spec, component.locale)
            for (_, n), spec in zip(joins, arriving, strict=True)
        )
        made = tuple(
            converted(row[places[n.lower()]], types[places[n.lower()]], component._target_type(c), component.locale)
            for c, n in copies
        )
        table.setdefault(key, made)
    keys = [c.lineage_id for c, _ in joins]
    targets = {c.lineage_id: component._target_type(c) for c, _ in copies}
    match = component._match_outputs()[0]
    for call in heard.calls[ref]:
        if call.frame is None:
            continue
        found = [table.get(k) for k in rows_of([call.frame], keys, dict(zip(keys, arriving, strict=True)))]
        hits = [row for row in found if row is not None]
        if component._behavior == 0 and match.error_disposition == "IgnoreFailure":
            hits = [row if row is not None else (None,) * len(targets) for row in found]
        kept = [f for o, f in call.emitted if o == match.ref_id]
        if height(kept) != len(hits):
            yield f"{height(kept)} rows matched, {len(hits)} expected of {len(found)}"
            continue
        names = [n for n in targets if all(n in f.columns for f in kept)]
        order = [list(targets).index(n) for n in names]
        expected = [tuple(row[i] for i in order) for row in hits]
        got = rows_of(kept, names, targets)
        if bag(got) != bag(expected):
            yield difference(got, expected)


def union_all(component: Any, heard: Heard, ref: str) -> Iterator[str]:
    """All rows of all inputs."""
    came, left = height(heard.into(ref)), height(heard.out(ref, component.output().ref_id))
    if came != left and component.output().ref_id in component.output_schemas:
        yield f"{came} rows came in, {left} went out"


def sort(component: Any, heard: Heard, ref: str) -> Iterator[str]:
    """All rows, in order of numbers and moments, NULL first."""
    output = component.output()
    if output.ref_id not in component.output_schemas:
        return
    into, out = heard.into(ref), heard.out(ref, output.ref_id)
    single = properties.boolean(component.model.properties, "EliminateDuplicates", owner="")
    if not single and height(into) != height(out):
        yield f"{height(into)} rows came in, {height(out)} went out"
    places = sorted(
        (abs(p), p < 0, c) for c in component.model.inputs[0].columns
        for p in [properties.integer(c.properties, "NewSortKeyPosition", owner="")] if p
    )  # fmt: skip
    names = {}
    for column in output.columns:
        source = (
            properties.references(column.properties["SortColumnId"].value)
            if "SortColumnId" in column.properties
            else []
        )
        for name in source:
            names[name] = column.lineage_id
    keys = [(names.get(c.ref_id) or names.get(c.lineage_id), down, c) for _, down, c in places]
    first = keys[0] if keys else None
    if first is None or first[0] is None or first[2].type.family not in ("int", "decimal", "float", "datetime"):
        return
    values = [v for f in out if first[0] in f.columns for v in f[first[0]].to_list()]
    expected = sorted(values, key=lambda v: (v is not None, v if v is not None else 0), reverse=first[1])
    if values != expected:
        yield f"not in order: {values[:10]}"
    if single:
        keyed = [n for n, _, _ in keys if n]
        types = dict(component.output_schemas[output.ref_id])
        present = [n for n in keyed if all(n in f.columns for f in out)]
        if len(present) == len(keyed):
            rows = rows_of(out, present, types)
            if len(set(rows)) != len(rows):
                yield "equal rows are left"


def merge_join(component: Any, heard: Heard, ref: str) -> Iterator[str]:
    """The number of rows of a join by nested loops."""
    left, right = component.model.inputs
    count = (
        component._key_count()
        if hasattr(component, "_key_count")
        else properties.integer(component.model.properties, "NumKeyColumns", owner="")
    )
    sides = []
    for one in (left, right):
        keys = (
            sorted((abs(c.sort_key_position), c) for c in one.columns if c.sort_key_position)
            if any(c.sort_key_position for c in one.columns)
            else []
        )
        if not keys:
            return
        names = [c.lineage_id for _, c in keys][:count]
        rows = rows_of(heard.into(ref, one.ref_id), names, dict(component.input_schemas[one.ref_id]))
        sides.append(Counter(rows))
    kind = component._join_type()
    nulls = properties.boolean(component.model.properties, "TreatNullsAsEqual", True, owner="")
    total = 0
    for key, rows in sides[0].items():
        others = sides[1].get(key, 0) if nulls or None not in key else 0
        total += rows * others if others else rows if kind in (0, 1) else 0
    if kind == 0:
        total += sum(n for key, n in sides[1].items() if not sides[0].get(key, 0) or (not nulls and None in key))
    got = height(heard.out(ref, component.output().ref_id))
    if component.output().ref_id in component.output_schemas and got != total:
        yield f"{got} rows went out, {total} expected"


def aggregate(component: Any, heard: Heard, ref: str) -> Iterator[str]:
    """Groups as a plain dict."""
    into = component.model.inputs[0].ref_id
    schema = dict(component.input_schemas[into])
    frames = heard.into(ref)
    for output in component.model.outputs:
        if output.ref_id not in component.output_schemas:
            continue
        kinds, sources = [], []
        for column in output.columns:
            kinds.append(properties.integer(column.properties, "AggregationType", owner=""))
            named = properties.references(properties.text(column.properties, "AggregationColumnId"))
            sources.append(named[0] if named else "")
        by_ref = {c.ref_id: c.lineage_id for c in component.model.inputs[0].columns}
        sources = [by_ref.get(s, s) for s in sources]
        names = [n for n in dict.fromkeys(sources) if n]
        groups: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
        for values in rows_of(frames, names, schema):
            row = dict(zip(names, values, strict=True))
            groups.setdefault(tuple(row[s] for s, k in zip(sources, kinds, strict=True) if k == 0), []).append(row)
        expected = [
            tuple(_aggregated(k, s, rows) for k, s in zip(kinds, sources, strict=True)) for rows in groups.values()
        ]
        out = heard.out(ref, output.ref_id)
        keep = [at for at, c in enumerate(output.columns) if all(c.lineage_id in f.columns for f in out)]
        got = rows_of(
            out, [output.columns[at].lineage_id for at in keep], {c.lineage_id: c.type for c in output.columns}
        )
        shown = [tuple(_number(v) for v in row) for row in got]
        wanted = [tuple(_number(row[at]) for at in keep) for row in expected]
        if bag(shown) != bag(wanted):
            yield difference(shown, wanted)


def _number(value: Any) -> Any:
    return round(float(value), 4) if isinstance(value, int | float | Decimal) and not isinstance(value, bool) else value


def _aggregated(kind: int, source: str, rows: list[dict[str, Any]]) -> Any:
    if kind == 2:
        return len(rows)
    values = [row[source] for row in rows if row[source] is not None]
    if kind == 0:
        return rows[0][source]
    if kind == 1:
        return len(values)
    if kind == 3:
        return len(set(values))
    if not values:
        return None
    if kind == 4:
        return math.fsum(values) if isinstance(values[0], float) else sum(values)
    if kind == 5:
        return (
            Decimal(sum(values)) / len(values) if not isinstance(values[0], float) else math.fsum(values) / len(values)
        )
    return min(values) if kind == 6 else max(values)


CHECKS: dict[str, Check] = {
    "Aggregate": aggregate,
    "ConditionalSplit": conditional_split,
    "DataConvert": data_conversion,
    "DerivedColumn": derived_column,
    "Lookup": lookup,
    "MergeJoin": merge_join,
    "Sort": sort,
    "UnionAll": union_all,
}
