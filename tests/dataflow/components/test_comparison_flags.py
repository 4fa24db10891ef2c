"""Every comparison flag over symbols, kana and widths: Sort, Aggregate, Merge and Merge Join agree with plain Python on what is equal."""

from __future__ import annotations

import unicodedata
from collections import Counter
from itertools import groupby
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dtserve.dataflow import key_codes
from dtserve.package.model import Column, Component, Input, Output
from support.flows import I4, I8, flow, props, rows_of, sink, sliced, source, used, wstr

MODEST = settings(max_examples=30, deadline=None)
CASE, NONSPACING, SYMBOLS, STRING_SORT, KANA, WIDTH = 1, 2, 4, 0x1000, 0x10000, 0x20000
FLAGS = st.sets(st.sampled_from([CASE, NONSPACING, SYMBOLS, STRING_SORT, KANA, WIDTH])).map(sum)
LETTERS = "aAáＡ\u30ab\u304b\u30ac\u304c\uff76\uff9e\u30fd\u309d-'* \u3000.€\u03c2\u03c3\u03a3²2２"
ROWS = st.lists(st.none() | st.text(LETTERS, max_size=3), max_size=30)
BATCH = st.integers(1, 12)
TYPES = {"t": wstr(10), "at": I4}


def plain(text: str | None, flags: int) -> str | None:
    """A text without what the flags ignore, letter by letter."""
    if text is None:
        return None
    if flags & WIDTH:
        parts = [unicodedata.decomposition(letter).split() for letter in text]
        narrow = [
            chr(int(p[1], 16)) if p and p[0] in ("<wide>", "<narrow>") else a for p, a in zip(parts, text, strict=True)
        ]
        text = unicodedata.normalize("NFC", "".join(narrow))
    if flags & NONSPACING:
        apart = unicodedata.normalize("NFD", text)
        text = unicodedata.normalize("NFC", "".join(a for a in apart if unicodedata.category(a) != "Mn"))
    if flags & KANA:
        text = "".join(chr(ord(a) - 0x60) if a in "\u30ab\u30ac\u30fd" else a for a in text)
    if flags & SYMBOLS:
        text = "".join(a for a in text if unicodedata.category(a)[0] not in "PSZ")
    return text.lower().replace("\u03c2", "\u03c3") if flags & CASE else text


def frames(texts: list[str | None], batch: int) -> list[pl.DataFrame]:
    whole = pl.DataFrame({"t": pl.Series(texts, dtype=pl.String), "at": pl.Series(range(len(texts)), dtype=pl.Int32)})
    return sliced(whole, batch)


def sort(name: str, before: str, flags: int, *, distinct: bool = False) -> Component:
    """A sort by ``t`` whose output is known to be sorted."""
    inputs = tuple(
        used(f"{before}.{c}", s, properties=props({"NewSortKeyPosition": int(c == "t"), "NewComparisonFlags": flags}))
        for c, s in TYPES.items()
    )
    outputs = tuple(
        Column(
            f"{name}.{c}", f"{name}.{c}", c, s, sort_key_position=int(c == "t"), comparison_flags=flags,
            properties=props({"SortColumnId": f"#{{{before}.{c}}}"}),
        )
        for c, s in TYPES.items()
    )  # fmt: skip
    return Component(
        name, name, "", "Sort", properties=props({"EliminateDuplicates": distinct}),
        inputs=(Input(f"{name}.In", "In", inputs),), outputs=(Output(f"{name}.Out", "Out", outputs, is_sorted=True),),
    )  # fmt: skip


def check_together(found: list[tuple[Any, ...]], flags: int) -> None:
    """Rows with equal texts stand together, in order of arrival."""
    groups = [(key, [at for _, at in rows]) for key, rows in groupby(found, lambda row: plain(row[0], flags))]
    assert len(groups) == len({key for key, _ in groups})
    assert all(places == sorted(places) for _, places in groups)


@MODEST
@given(texts=ROWS, batch=BATCH, flags=FLAGS)
def test_sort_puts_equal_texts_together_in_order_of_arrival(tmp_path_factory, texts, batch, flags):
    parts = (source("Src", TYPES), sort("S", "Src", flags), sink("A", {"t": "S.t", "at": "S.at"}))
    made = flow(*parts, paths=[("Src.Out", "S.In"), ("S.Out", "A.In")])
    found = rows_of(tmp_path_factory.mktemp("flow"), made, Src=frames(texts, batch))
    with pytest.MonkeyPatch.context() as patch:  # any texts count as few different ones, which are ranked first
        patch.setattr(key_codes, "SAMPLE_ROWS", 1)
        patch.setattr(key_codes, "FEW", 1)
        assert rows_of(tmp_path_factory.mktemp("flow"), made, Src=frames(texts, batch)) == found
    assert sorted(at for _, at in found) == list(range(len(texts)))
    check_together(found, flags)


@MODEST
@given(texts=ROWS, batch=BATCH, flags=FLAGS)
def test_sort_keeps_the_last_of_equal_texts(tmp_path_factory, texts, batch, flags):
    parts = (source("Src", TYPES), sort("S", "Src", flags, distinct=True), sink("A", {"at": "S.at"}))
    found = rows_of(
        tmp_path_factory.mktemp("flow"),
        flow(*parts, paths=[("Src.Out", "S.In"), ("S.Out", "A.In")]),
        Src=frames(texts, batch),
    )
    last = {plain(text, flags): at for at, text in enumerate(texts)}
    assert sorted(at for (at,) in found) == sorted(last.values())


@MODEST
@given(texts=ROWS, batch=BATCH, flags=FLAGS)
def test_aggregate_groups_and_counts_by_them(tmp_path_factory, texts, batch, flags):
    def column(name, kind, source_column, spec):
        stored = {"AggregationType": kind, "AggregationColumnId": source_column, "AggregationComparisonFlags": flags}
        return Column(f"G.{name}", f"G.{name}", name, spec, properties=props(stored))

    outputs = (column("t", 0, "#{Src.t}", wstr(10)), column("rows", 2, 0, I8), column("texts", 3, "#{Src.t}", I8))
    inputs = tuple(used(f"Src.{name}", spec) for name, spec in TYPES.items())
    made = Component(
        "G", "G", "", "Aggregate", inputs=(Input("G.In", "In", inputs),), outputs=(Output("G.Out", "Out", outputs),)
    )
    parts = (source("Src", TYPES), made, sink("A", {"t": "G.t", "rows": "G.rows", "texts": "G.texts"}))
    found = rows_of(
        tmp_path_factory.mktemp("flow"),
        flow(*parts, paths=[("Src.Out", "G.In"), ("G.Out", "A.In")]),
        Src=frames(texts, batch),
    )
    keys = [plain(text, flags) for text in texts]
    first = {key: texts[keys.index(key)] for key in keys}
    expected = {first[key]: (count, int(key is not None)) for key, count in Counter(keys).items()}
    assert {text: (rows, distinct) for text, rows, distinct in found} == expected


def two_sorted(flags: int, join: Component, columns: dict[str, str]) -> Any:
    """Two sources, each sorted, into a component with two inputs."""
    return flow(
        source("L", TYPES), source("R", TYPES), sort("SL", "L", flags), sort("SR", "R", flags), join, sink("A", columns),
        paths=[
            ("L.Out", "SL.In"), ("R.Out", "SR.In"), ("SL.Out", "J.L"), ("SR.Out", "J.R"), ("J.Out", "A.In"),
        ],
    )  # fmt: skip


def side(name: str, flags: int, mapped: bool) -> Input:
    columns = tuple(
        used(
            f"S{name}.{c}", s, ref_id=f"in:{name}.{c}", sort_key_position=int(c == "t"), comparison_flags=flags,
            properties=props({"OutputColumnLineageID": f"#{{J.{c}}}"} if mapped else {}),
        )
        for c, s in TYPES.items()
    )  # fmt: skip
    return Input(f"J.{name}", name, columns)


@MODEST
@given(left=ROWS, right=ROWS, batch=BATCH, flags=FLAGS)
def test_merge_join_matches_equal_texts(tmp_path_factory, left, right, batch, flags):
    outputs = tuple(
        Column(f"J.{s}", f"J.{s}", s, I4, properties=props({"InputColumnID": f"#{{in:{s}.at}}"})) for s in ("L", "R")
    )
    join = Component(
        "J", "J", "", "MergeJoin", properties=props({"JoinType": 2, "NumKeyColumns": 1, "TreatNullsAsEqual": False}),
        inputs=(side("L", flags, False), side("R", flags, False)), outputs=(Output("J.Out", "Out", outputs),),
    )  # fmt: skip
    found = rows_of(
        tmp_path_factory.mktemp("flow"),
        two_sorted(flags, join, {"l": "J.L", "r": "J.R"}),
        L=frames(left, batch),
        R=frames(right, batch),
    )
    keys = [plain(text, flags) for text in right]
    expected = [
        (i, j)
        for i, text in enumerate(left)
        if text is not None
        for j, key in enumerate(keys)
        if key == plain(text, flags)
    ]
    assert sorted(found) == expected


@MODEST
@given(left=ROWS, right=ROWS, batch=BATCH, flags=FLAGS)
def test_merge_keeps_equal_texts_together_left_first(tmp_path_factory, left, right, batch, flags):
    outputs = tuple(
        Column(f"J.{c}", f"J.{c}", c, s, sort_key_position=int(c == "t"), comparison_flags=flags)
        for c, s in TYPES.items()
    )
    merge = Component(
        "J", "J", "", "Merge", inputs=(side("L", flags, True), side("R", flags, True)),
        outputs=(Output("J.Out", "Out", outputs, is_sorted=True),),
    )  # fmt: skip
    shifted = [frame.with_columns(pl.col("at") + 1000) for frame in frames(right, batch)]
    found = rows_of(
        tmp_path_factory.mktemp("flow"),
        two_sorted(flags, merge, {"t": "J.t", "at": "J.at"}),
        L=frames(left, batch),
        R=shifted,
    )
    assert sorted(at for _, at in found) == [*range(len(left)), *range(1000, 1000 + len(right))]
    check_together(found, flags)
