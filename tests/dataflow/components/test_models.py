"""Sort, Aggregate and Merge Join against plain Python, with every flag, NULLs and any buffer edges; chains taken apart."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dtserve.dataflow import engine
from dtserve.package.model import Column, Component, Input, Output
from support.flows import I4, I8, R8, RecordingHost, flow, numeric, props, rows_of, sink, sliced, source, used, wstr

MODEST = settings(max_examples=25, deadline=None)
TEXT = st.none() | st.text("aAbBáÁé ", max_size=3)
ROWS = st.lists(st.tuples(st.none() | st.integers(-3, 3), TEXT), max_size=40)
FLAGS = st.sampled_from([0, 1, 2, 3])
BATCH = st.integers(1, 15)
TYPES = {"n": I4, "t": wstr(10), "at": I4}


def text_key(text: str, flags: int) -> tuple[Any, ...]:
    """How a text of these letters compares: letters first, then accents, then small before capital."""
    parts = [unicodedata.normalize("NFD", letter) for letter in text]
    accents = () if flags & 2 else tuple(part[1:] for part in parts)
    cases = () if flags & 1 else tuple(part[0].isupper() for part in parts)
    return "".join(part[0].lower() for part in parts), accents, cases


class Down:
    """Turns an order round."""

    def __init__(self, key: Any) -> None:
        self.key = key

    def __lt__(self, other: Down) -> bool:
        return bool(other.key < self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Down) and self.key == other.key

    __hash__ = None  # type: ignore[assignment]


def key_of(value: Any, flags: int, down: bool) -> Any:
    """NULL is the lowest value."""
    key = (0,) if value is None else (1, text_key(value, flags) if isinstance(value, str) else value)
    return Down(key) if down else key


def frames(rows: list[tuple[Any, ...]], batch: int) -> list[pl.DataFrame]:
    whole = pl.DataFrame(
        {
            "n": pl.Series([r[0] for r in rows], dtype=pl.Int32),
            "t": pl.Series([r[1] for r in rows], dtype=pl.String),
            "at": pl.Series(range(len(rows)), dtype=pl.Int32),
        }
    )
    return sliced(whole, batch)


def one(component: Component, columns: dict[str, str]) -> Any:
    """Source → component → sink."""
    return flow(
        source("Src", TYPES),
        component,
        sink("A", columns),
        paths=[("Src.Out", component.inputs[0].ref_id), (component.outputs[0].ref_id, "A.In")],
    )


# --- Sort ------------------------------------------------------------------------------------


@MODEST
@given(
    rows=ROWS, batch=BATCH, flags=FLAGS, downs=st.tuples(st.booleans(), st.booleans()), text_first=st.booleans(),
    distinct=st.booleans(),
)  # fmt: skip
def test_sort(tmp_path_factory, rows, batch, flags, downs, text_first, distinct):
    order = ["t", "n"] if text_first else ["n", "t"]
    positions = {name: -at if down else at for at, (name, down) in enumerate(zip(order, downs, strict=True), start=1)}
    inputs = tuple(
        used(
            f"Src.{name}",
            TYPES[name],
            properties=props({"NewSortKeyPosition": positions.get(name, 0), "NewComparisonFlags": flags}),
        )
        for name in TYPES
    )
    outputs = tuple(
        Column(f"S.{n}", f"S.{n}", n, spec, properties=props({"SortColumnId": f"#{{Src.{n}}}"}))
        for n, spec in TYPES.items()
    )
    component = Component(
        "S", "S", "", "Sort", properties=props({"EliminateDuplicates": distinct}),
        inputs=(Input("S.In", "In", inputs),), outputs=(Output("S.Out", "Out", outputs),),
    )  # fmt: skip
    found = rows_of(
        tmp_path_factory.mktemp("flow"), one(component, {n: f"S.{n}" for n in TYPES}), Src=frames(rows, batch)
    )

    def key(row):
        return [key_of(row[0 if name == "n" else 1], flags, positions[name] < 0) for name in order]

    expected = sorted(((*row, at) for at, row in enumerate(rows)), key=key)
    if distinct:
        last = {}
        for row in expected:
            last[repr([getattr(part, "key", part) for part in key(row)])] = row
        expected = list(last.values())
    assert found == expected


# --- Aggregate -------------------------------------------------------------------------------

KINDS = {
    "g": (0, "t", wstr(10)), "count": (1, "n", I8), "all": (2, "", I8), "distinct": (3, "n", I8),
    "texts": (3, "t", I8), "sum": (4, "n", I8), "average": (5, "n", R8), "exact": (5, "d", numeric(20, 3)),
    "low": (6, "n", I4), "high": (7, "d", numeric(10, 2)),
}  # fmt: skip


def aggregated(rows, flags):
    groups: dict[Any, list[tuple[Any, ...]]] = {}
    for row in rows:
        groups.setdefault(None if row[1] is None else text_key(row[1], flags), []).append(row)
    for members in groups.values():
        numbers = [n for n, _ in members if n is not None]
        cents = [Decimal(n) / 4 for n in numbers]
        texts = {text_key(t, flags) for _, t in members if t is not None}
        mean = (sum(cents) / len(cents)).quantize(Decimal("0.001"), ROUND_HALF_UP) if cents else None
        yield (
            members[0][1], len(numbers), len(members), len(set(numbers)), len(texts),
            sum(numbers) if numbers else None, sum(numbers) / len(numbers) if numbers else None, mean,
            min(numbers, default=None), max(cents, default=None),
        )  # fmt: skip


@MODEST
@given(rows=ROWS, batch=BATCH, flags=FLAGS)
def test_aggregate(tmp_path_factory, rows, batch, flags):
    types = {**TYPES, "d": numeric(10, 2)}
    outputs = tuple(
        Column(
            f"G.{name}", f"G.{name}", name, spec,
            properties=props(
                {
                    "AggregationType": kind,
                    "AggregationColumnId": f"#{{Src.{column}}}" if column else 0,
                    "AggregationComparisonFlags": flags,
                }
            ),
        )
        for name, (kind, column, spec) in KINDS.items()
    )  # fmt: skip
    inputs = tuple(used(f"Src.{name}", spec) for name, spec in types.items())
    component = Component(
        "G", "G", "", "Aggregate", inputs=(Input("G.In", "In", inputs),), outputs=(Output("G.Out", "Out", outputs),)
    )
    made = one(component, {name: f"G.{name}" for name in KINDS})
    made = replace(made, components=(source("Src", types), *made.components[1:]))
    quarters = [
        frame.with_columns((pl.col("n").cast(pl.Decimal(10, 2)) * pl.lit("0.25").cast(pl.Decimal(10, 2))).cast(pl.Decimal(10, 2)).alias("d"))
        for frame in frames(rows, batch)
    ]  # fmt: skip
    assert rows_of(tmp_path_factory.mktemp("flow"), made, Src=quarters) == list(aggregated(rows, flags))


# --- Merge Join ------------------------------------------------------------------------------


def joined(left, right, kind, nulls_match, key):
    """The two-pointer join of sorted rows as SSIS does it."""
    i = j = 0
    while i < len(left) or j < len(right):
        a = key(left[i]) if i < len(left) else None
        b = key(right[j]) if j < len(right) else None
        never = a is not None and b is not None and a == b and not nulls_match and None in left[i]
        if b is None or (a is not None and (a < b or never)):
            if kind != 2:
                yield i, None
            i += 1
        elif a is None or b < a:
            if kind == 0:
                yield None, j
            j += 1
        else:
            first, start = i, j
            while i < len(left) and key(left[i]) == a:
                i += 1
            while j < len(right) and key(right[j]) == a:
                j += 1
            yield from ((x, y) for x in range(first, i) for y in range(start, j))


@MODEST
@given(
    left=ROWS, right=ROWS, batch=BATCH, flags=FLAGS, kind=st.sampled_from([0, 1, 2]), nulls_match=st.booleans(),
    down=st.booleans(),
)  # fmt: skip
def test_merge_join_by_text_and_number(tmp_path_factory, left, right, batch, flags, kind, nulls_match, down):
    def key(row):
        return [key_of(row[1], flags, down), key_of(row[0], 0, False)]

    left, right = sorted(left, key=key), sorted(right, key=key)
    position = {"t": -1 if down else 1, "n": 2, "at": 0}

    def side(name):
        columns = tuple(
            used(f"{name}.{c}", spec, ref_id=f"in:{name}.{c}", sort_key_position=position[c], comparison_flags=flags)
            for c, spec in TYPES.items()
        )
        return Input(f"J.{name}", name, columns)

    outputs = tuple(
        Column(f"J.{s}", f"J.{s}", s, I4, properties=props({"InputColumnID": f"#{{in:{s}.at}}"})) for s in ("L", "R")
    )
    component = Component(
        "J", "J", "", "MergeJoin",
        properties=props({"JoinType": kind, "NumKeyColumns": 2, "TreatNullsAsEqual": nulls_match}),
        inputs=(side("L"), side("R")), outputs=(Output("J.Out", "Out", outputs),),
    )  # fmt: skip
    made = flow(
        source("L", TYPES, sorted_by=position), source("R", TYPES, sorted_by=position), component,
        sink("A", {"l": "J.L", "r": "J.R"}),
        paths=[("L.Out", "J.L"), ("R.Out", "J.R"), ("J.Out", "A.In")],
    )  # fmt: skip
    found = rows_of(tmp_path_factory.mktemp("flow"), made, L=frames(left, batch), R=frames(right, batch))
    assert found == list(joined(left, right, kind, nulls_match, key))


# --- chains ----------------------------------------------------------------------------------


def chain() -> list[Component]:
    """Character Map, Derived Column, Data Conversion, Copy Column: each adds a column to the buffer."""

    def step(part: str, name: str, reads: dict[str, Any], column: Column) -> Component:
        into = Input(f"{name}.In", "In", tuple(used(lineage, spec) for lineage, spec in reads.items()))
        output = Output(f"{name}.Out", "Out", (column,), synchronous_input=into.ref_id)
        return Component(name, name, "", part, inputs=(into,), outputs=(output,))

    def made(name: str, spec: Any, **properties: object) -> Column:
        return Column(name, name, name.partition(".")[2], spec, properties=props(properties))

    return [
        step("CharacterMap", "C", {"Src.t": wstr(10)}, made("C.up", wstr(10), InputColumnLineageID="#{Src.t}", MapFlags=512)),
        step(
            "DerivedColumn", "D", {"C.up": wstr(10), "Src.n": I4},
            made("D.sum", wstr(30), Expression='ISNULL(#{Src.n}) ? #{C.up} : #{C.up} + (DT_WSTR,10)(#{Src.n} * 7)'),
        ),
        step("DataConvert", "V", {"Src.n": I4}, made("V.long", I8, SourceInputColumnLineageID="#{Src.n}")),
        step("CopyMap", "K", {"D.sum": wstr(30)}, made("K.copy", wstr(30), CopyColumnId="#{D.sum}")),
    ]  # fmt: skip


WANTED = {"n": "Src.n", "t": "Src.t", "up": "C.up", "sum": "D.sum", "long": "V.long", "copy": "K.copy"}


def together(folder: Any, rows: list[pl.DataFrame]) -> list[tuple[Any, ...]]:
    """All components in one data flow."""
    steps = chain()
    ends = ["Src.Out", *(step.outputs[0].ref_id for step in steps)]
    into = [*(step.inputs[0].ref_id for step in steps), "A.In"]
    return rows_of(
        folder.mktemp("flow"),
        flow(source("Src", TYPES), *steps, sink("A", WANTED), paths=zip(ends, into, strict=True)),
        Src=rows,
    )


def one_by_one(folder: Any, rows: list[pl.DataFrame], batch: int) -> list[tuple[Any, ...]]:
    """A data flow per component; what one gives is the source of the next, in other buffers."""
    columns = {f"Src.{name}": spec for name, spec in TYPES.items()}
    lineages = {f"Src.{name}": name for name in TYPES}
    for step in chain():
        output = Output("Src.Out", "Out", tuple(Column(c, c, c, spec) for c, spec in columns.items()))
        before = Component("Src", "Src", "", "TestSource", outputs=(output,))
        added = step.outputs[0].columns[0]
        columns[added.lineage_id] = added.type
        after = sink("A", {c: c for c in columns})
        made = flow(before, step, after, paths=[("Src.Out", step.inputs[0].ref_id), (step.outputs[0].ref_id, "A.In")])
        host = RecordingHost(folder.mktemp("step"))
        host.frames["Src"] = [f.rename({n: c for c, n in lineages.items() if n in f.columns}) for f in rows]
        engine.run_data_flow(made, host)
        table = host.table("A")
        if not table.width:
            return []
        rows = list(cut(table, batch))
    return pl.concat(rows).select(list(WANTED.values())).rows()


def cut(table: pl.DataFrame, batch: int) -> Iterator[pl.DataFrame]:
    return (table.slice(at, batch) for at in range(0, table.height, batch))


@MODEST
@given(rows=ROWS, batch=BATCH, other=BATCH)
def test_a_chain_equals_its_components_one_by_one(tmp_path_factory, rows, batch, other):
    assert together(tmp_path_factory, frames(rows, batch)) == one_by_one(tmp_path_factory, frames(rows, other), batch)


@pytest.mark.parametrize("rows", [0, 1, 65_535, 65_536, 65_537, 131_073])
def test_rows_cross_the_edges_of_buffers_unchanged(tmp_path_factory, rows):
    whole = [(at % 1000, "aB"[at % 2]) for at in range(rows)]
    found = together(tmp_path_factory, frames(whole, 200_000))
    assert [row[0] for row in found] == [n for n, _ in whole]
    assert found == together(tmp_path_factory, frames(whole, 60_000))
