"""Sort, Aggregate, Merge and Merge Join against plain Python, with keys and values of every type."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from decimal import Decimal, localcontext
from itertools import groupby
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dtserve.dataflow.errors import DataFlowFailed
from dtserve.datatypes import DT, TYPES, TypeSpec
from dtserve.package.model import Column, Component, Input, Output
from support.flows import I4, flow, props, rows_of, sink, sliced, source, used

FEW = settings(max_examples=8, deadline=None)
BATCH = st.integers(1, 9)
UI8 = TypeSpec(DT.UI8)
MOMENTS = st.sampled_from(
    [dt.datetime(1, 1, 1), dt.datetime(1969, 12, 31, 23, 59, 59, 999999), dt.datetime(9999, 12, 31)]
)
TIMES = st.sampled_from([dt.time(0), dt.time(0, 0, 0, 1), dt.time(23, 59, 59, 999999)])
GUIDS = st.sampled_from([f"{{{c * 8}-0000-0000-0000-000000000000}}" for c in "09AF"])
FLOATS = st.sampled_from([0.0, -0.0, 1.5, -2.5, math.inf, -math.inf, math.nan, -math.nan])
TEXTS = st.text("ab", max_size=3)


def decimals(precision: int, scale: int) -> Any:
    ends = st.sampled_from([-(10**precision) + 1, 0, 1, 10**precision - 1])
    return (ends | st.integers(-3, 3)).map(lambda whole: Decimal(f"{whole}e-{scale}"))


def integers(one: DT) -> Any:
    info = TYPES[one]
    return st.sampled_from([info.low, info.low + 1, 0, 1, info.high])


SPECS: dict[DT, tuple[TypeSpec, Any]] = {
    **{one: (TypeSpec(one), integers(one)) for one, info in TYPES.items() if info.family == "int"},
    DT.R4: (TypeSpec(DT.R4), FLOATS),
    DT.R8: (TypeSpec(DT.R8), FLOATS),
    DT.CY: (TypeSpec(DT.CY), decimals(18, 4)),
    DT.DECIMAL: (TypeSpec(DT.DECIMAL, scale=6), decimals(28, 6)),
    DT.NUMERIC: (TypeSpec(DT.NUMERIC, precision=36, scale=10), decimals(36, 10)),
    DT.BOOL: (TypeSpec(DT.BOOL), st.booleans()),
    DT.STR: (TypeSpec(DT.STR, length=5, code_page=1252), TEXTS),
    DT.WSTR: (TypeSpec(DT.WSTR, length=5), TEXTS),
    DT.BYTES: (TypeSpec(DT.BYTES, length=9), st.sampled_from([b"", b"\x00", b"\x00\x00", b"\x01", b"\xff" * 9])),
    DT.GUID: (TypeSpec(DT.GUID), GUIDS),
    DT.DATE: (TypeSpec(DT.DATE), MOMENTS),
    DT.FILETIME: (TypeSpec(DT.FILETIME), MOMENTS),
    DT.DBDATE: (TypeSpec(DT.DBDATE), MOMENTS.map(dt.datetime.date)),
    DT.DBTIME: (TypeSpec(DT.DBTIME), TIMES),
    DT.DBTIME2: (TypeSpec(DT.DBTIME2, scale=6), TIMES),
    DT.DBTIMESTAMP: (TypeSpec(DT.DBTIMESTAMP), MOMENTS),
    DT.DBTIMESTAMP2: (TypeSpec(DT.DBTIMESTAMP2, scale=6), MOMENTS),
    DT.DBTIMESTAMPOFFSET: (
        TypeSpec(DT.DBTIMESTAMPOFFSET, scale=6),
        MOMENTS.flatmap(lambda at: st.sampled_from([{"utc": at, "offset": 0}, {"utc": at, "offset": 60}])),
    ),
}  # fmt: skip
EVERY = pytest.mark.parametrize("one", SPECS, ids=lambda one: one.name)
NUMBERS = frozenset({"int", "decimal"})


def comparable(value: Any) -> Any:
    """NULL below all, what is no number above all others, moments by their universal time."""
    if value is None:
        return (0, 0)
    if isinstance(value, dict):
        return (1, value["utc"])
    if isinstance(value, float) and math.isnan(value):
        return (2, 0)
    return (1, value)


def plain(value: Any) -> Any:
    """A value that equals itself."""
    return repr(value + 0.0 if isinstance(value, float) else value)


def frames(values: list[Any], spec: TypeSpec, batch: int) -> list[pl.DataFrame]:
    keys = pl.Series(values, dtype=spec.polars())
    return sliced(pl.DataFrame({"k": keys, "at": pl.int_range(len(values), dtype=pl.Int32, eager=True)}), batch)


def values_of(one: DT, data: st.DataObject) -> list[Any]:
    return data.draw(st.lists(st.none() | SPECS[one][1], max_size=14))


@EVERY
@FEW
@given(data=st.data(), batch=BATCH, down=st.booleans())
def test_sort(tmp_path_factory, one, data, batch, down):
    spec, values = SPECS[one][0], values_of(one, data)
    types = {"k": spec, "at": I4}
    inputs = tuple(
        used(f"Src.{c}", t, properties=props({"NewSortKeyPosition": (-1 if down else 1) if c == "k" else 0}))
        for c, t in types.items()
    )
    outputs = tuple(
        Column(f"S.{c}", f"S.{c}", c, t, properties=props({"SortColumnId": f"#{{Src.{c}}}"})) for c, t in types.items()
    )
    sort = Component(
        "S", "S", "", "Sort", inputs=(Input("S.In", "In", inputs),), outputs=(Output("S.Out", "Out", outputs),)
    )
    made = flow(
        source("Src", types),
        sort,
        sink("A", {"k": "S.k", "at": "S.at"}),
        paths=[("Src.Out", "S.In"), ("S.Out", "A.In")],
    )
    found = rows_of(tmp_path_factory.mktemp("flow"), made, Src=frames(values, spec, batch))
    expected = sorted(range(len(values)), key=lambda at: comparable(values[at]), reverse=down)
    if down:  # equal ones stay in their order
        expected = sorted(range(len(values) - 1, -1, -1), key=lambda at: comparable(values[at]))[::-1]
    assert [at for _, at in found] == expected
    assert [plain(k) for k, _ in found] == [plain(values[at]) for at in expected]


def aggregates(spec: TypeSpec) -> dict[str, tuple[int, TypeSpec]]:
    found = {"k": (0, spec), "all": (2, UI8), "count": (1, UI8), "different": (3, TypeSpec(DT.UI4))}
    if spec.family in NUMBERS or spec.family in ("float", "datetime"):
        found |= {"low": (6, spec), "high": (7, spec)}
    if spec.family in NUMBERS:
        scale = getattr(spec.polars(), "scale", 0)
        found["sum"] = (4, TypeSpec(DT.NUMERIC, precision=38, scale=scale))
    return found


@EVERY
@FEW
@given(data=st.data(), batch=BATCH)
def test_aggregate(tmp_path_factory, one, data, batch):
    """By the value itself, and over all rows."""
    spec, values = SPECS[one][0], values_of(one, data)
    types, made = {"k": spec, "at": I4}, []
    for name, wanted in (("G", aggregates(spec)), ("T", {n: a for n, a in aggregates(spec).items() if n != "k"})):
        columns = tuple(
            Column(
                f"{name}.{n}", f"{name}.{n}", n, t,
                properties=props({"AggregationType": kind, "AggregationColumnId": 0 if kind == 2 else "#{Src.k}"}),
            )
            for n, (kind, t) in wanted.items()
        )  # fmt: skip
        made.append(Output(f"{name}.Out", name, columns))
    into = Input("X.In", "In", tuple(used(f"Src.{c}", t) for c, t in types.items()))
    parts = Component("X", "X", "", "Aggregate", inputs=(into,), outputs=tuple(made))
    for output, grouped in zip(made, (True, False), strict=True):
        end = sink("A", {c.name: c.lineage_id for c in output.columns})
        found = rows_of(
            tmp_path_factory.mktemp("flow"),
            flow(source("Src", types), parts, end, paths=[("Src.Out", "X.In"), (output.ref_id, "A.In")]),
            Src=frames(values, spec, batch),
        )
        names = [c.name for c in output.columns]
        expected = [[row[n] for n in names] for row in aggregated(values, grouped=grouped)]
        assert [[plain(v) for v in row] for row in found] == [[plain(v) for v in row] for row in expected]


def aggregated(values: list[Any], *, grouped: bool) -> Iterator[dict[str, Any]]:
    groups: dict[Any, list[Any]] = {}
    for value in values:
        groups.setdefault(comparable(value) if grouped else None, []).append(value)
    for members in groups.values():
        known = [value for value in members if value is not None]
        real = [v for v in known if not (isinstance(v, float) and math.isnan(v))] or known
        yield {
            "k": members[0], "all": len(members), "count": len(known), "different": len({comparable(v) for v in known}),
            "low": min(real, key=comparable, default=None), "high": max(real, key=comparable, default=None),
            "sum": exact_sum(known),
        }  # fmt: skip


def exact_sum(known: list[Any]) -> Decimal | None:
    """The sum of whole numbers and decimals; None of anything else."""
    if not known or isinstance(known[0], bool) or not isinstance(known[0], int | Decimal):
        return None
    with localcontext() as context:
        context.prec = 60
        return sum((Decimal(value) for value in known), Decimal(0))


def two(one: DT, component: Component, columns: dict[str, str], down: bool) -> Any:
    types, by = {"k": SPECS[one][0], "at": I4}, {"k": -1 if down else 1}
    parts = (source("L", types, sorted_by=by), source("R", types, sorted_by=by), component, sink("A", columns))
    return flow(*parts, paths=[("L.Out", "J.L"), ("R.Out", "J.R"), ("J.Out", "A.In")])


def side(one: DT, name: str, down: bool, mapped: bool) -> Input:
    types = {"k": (SPECS[one][0], -1 if down else 1), "at": (I4, 0)}
    columns = (
        used(
            f"{name}.{c}", t, ref_id=f"in:{name}.{c}", sort_key_position=at,
            properties=props({"OutputColumnLineageID": f"#{{J.{c}}}"} if mapped else {}),
        )
        for c, (t, at) in types.items()
    )  # fmt: skip
    return Input(f"J.{name}", name, tuple(columns))


def in_order(values: list[Any], down: bool) -> list[Any]:
    return sorted(values, key=comparable, reverse=down)


@EVERY
@FEW
@given(data=st.data(), batch=BATCH, down=st.booleans(), kind=st.sampled_from([0, 1, 2]), nulls=st.booleans())
def test_merge_join(tmp_path_factory, one, data, batch, down, kind, nulls):
    left, right = (in_order(values_of(one, data), down) for _ in range(2))
    outputs = tuple(
        Column(f"J.{s}", f"J.{s}", s, I4, properties=props({"InputColumnID": f"#{{in:{s}.at}}"})) for s in ("L", "R")
    )
    join = Component(
        "J", "J", "", "MergeJoin", properties=props({"JoinType": kind, "NumKeyColumns": 1, "TreatNullsAsEqual": nulls}),
        inputs=tuple(side(one, name, down, False) for name in ("L", "R")), outputs=(Output("J.Out", "Out", outputs),),
    )  # fmt: skip
    found = rows_of(
        tmp_path_factory.mktemp("flow"),
        two(one, join, {"l": "J.L", "r": "J.R"}, down),
        L=frames(left, SPECS[one][0], batch),
        R=frames(right, SPECS[one][0], batch),
    )
    pairs = [
        (i, j)
        for i, a in enumerate(left)
        for j, b in enumerate(right)
        if comparable(a) == comparable(b) and (a is not None or nulls)
    ]
    expected = list(pairs)
    if kind < 2:
        expected += [(i, None) for i in range(len(left)) if i not in {a for a, _ in pairs}]
    if kind < 1:
        expected += [(None, j) for j in range(len(right)) if j not in {b for _, b in pairs}]
    missing = len(left) + len(right)
    assert sorted(found, key=lambda p: [missing if at is None else at for at in p]) == sorted(
        expected, key=lambda p: [missing if at is None else at for at in p]
    )


@EVERY
@FEW
@given(data=st.data(), batch=BATCH, down=st.booleans())
def test_merge(tmp_path_factory, one, data, batch, down):
    spec = SPECS[one][0]
    left, right = (in_order(values_of(one, data), down) for _ in range(2))
    outputs = tuple(Column(f"J.{c}", f"J.{c}", c, t) for c, t in {"k": spec, "at": I4}.items())
    merge = Component(
        "J", "J", "", "Merge", inputs=tuple(side(one, name, down, True) for name in ("L", "R")),
        outputs=(Output("J.Out", "Out", outputs, is_sorted=True),),
    )  # fmt: skip
    found = rows_of(
        tmp_path_factory.mktemp("flow"),
        two(one, merge, {"k": "J.k", "at": "J.at"}, down),
        L=frames(left, spec, batch),
        R=[frame.with_columns(pl.col("at") + 100) for frame in frames(right, spec, batch)],
    )
    keyed = [(value, at) for at, value in enumerate(left)] + [(value, 100 + at) for at, value in enumerate(right)]
    expected = []
    for _, equal in groupby(
        sorted(keyed, key=lambda row: comparable(row[0]), reverse=down), lambda r: comparable(r[0])
    ):
        expected.extend(sorted(at for _, at in equal))
    assert [at for _, at in found] == expected


WIDER = [
    (TypeSpec(DT.I2), TypeSpec(DT.I8), [-5, 3, 3, 30_000], [-6, 3, 40_000]),
    (TypeSpec(DT.I4), TypeSpec(DT.UI8), [-5, 3], [3, 2**64 - 1]),
    (TypeSpec(DT.R4), TypeSpec(DT.R8), [-0.5, 1.5], [0.1, 1.5]),
    (
        TypeSpec(DT.NUMERIC, precision=10, scale=2), TypeSpec(DT.NUMERIC, precision=10, scale=4),
        [Decimal("0.02"), Decimal("1.5")], [Decimal("0.0199"), Decimal("0.0200"), Decimal("7.0000")],
    ),
    (TypeSpec(DT.CY), TypeSpec(DT.DECIMAL, scale=1), [Decimal("1.0001")], [Decimal("1.0"), Decimal("1.1")]),
]  # fmt: skip


@pytest.mark.parametrize(("first", "second", "left", "right"), WIDER, ids=lambda item: str(item)[:20])
def test_merge_compares_numbers_of_other_widths_by_their_values(tmp_path, first, second, left, right):
    def into(name: str, spec: TypeSpec) -> Input:
        mapped = props({"OutputColumnLineageID": "#{J.at}"})
        key = used(f"{name}.k", spec, ref_id=f"in:{name}.k", sort_key_position=1)
        return Input(f"J.{name}", name, (key, used(f"{name}.at", I4, ref_id=f"in:{name}.at", properties=mapped)))

    output = Output("J.Out", "Out", (Column("J.at", "J.at", "at", I4),), is_sorted=True)
    merge = Component("J", "J", "", "Merge", inputs=(into("L", first), into("R", second)), outputs=(output,))
    parts = [source(n, {"k": spec, "at": I4}, sorted_by={"k": 1}) for n, spec in (("L", first), ("R", second))]
    made = flow(*parts, merge, sink("A", {"at": "J.at"}), paths=[("L.Out", "J.L"), ("R.Out", "J.R"), ("J.Out", "A.In")])
    shifted = [frame.with_columns(pl.col("at") + 100) for frame in frames(right, second, 2)]
    found = rows_of(tmp_path, made, L=frames(left, first, 2), R=shifted)
    keyed = [(value, at) for at, value in enumerate(left)] + [(value, 100 + at) for at, value in enumerate(right)]
    assert [at for (at,) in found] == [at for _, at in sorted(keyed)]


def test_a_sum_that_does_not_fit_tells_of_an_overflow(tmp_path):
    total = Column(
        "X.s", "X.s", "s", TypeSpec(DT.I1), properties=props({"AggregationType": 4, "AggregationColumnId": "#{Src.at}"})
    )
    into = Input("X.In", "In", (used("Src.at", I4),))
    parts = Component("X", "X", "", "Aggregate", inputs=(into,), outputs=(Output("X.Out", "Out", (total,)),))
    types = {"k": I4, "at": I4}
    made = flow(source("Src", types), parts, sink("A", {"s": "X.s"}), paths=[("Src.Out", "X.In"), ("X.Out", "A.In")])
    with pytest.raises(DataFlowFailed, match=r"Aggregation on X\.s failed with error code 0xC0209011"):
        rows_of(tmp_path, made, Src=frames([None] * 20, I4, 6))
