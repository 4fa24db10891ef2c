"""Cache Transform fills, Lookups read: in memory and through a .caw file."""

from __future__ import annotations

import gc

import pytest
from lxml import etree

from dtserve.connections.environment import Environment
from dtserve.connections.registry import create_connection
from dtserve.dataflow import engine
from dtserve.dataflow.budget import lease
from dtserve.dataflow.cache import cache_manager, load_cache
from dtserve.dataflow.component_errors import IncorrectConnectionType
from dtserve.dataflow.errors import DataFlowFailed
from dtserve.dataflow.lookup_errors import CacheMemoryFull, LookupMemoryFull
from dtserve.datatypes import DT, TypeSpec
from dtserve.package.model import Column, Component, ComponentConnection, ConnectionManager, Input, Output
from support.flows import I4, RecordingHost, flow, numbers, props, sink, source, used

NS = "www.microsoft.com/SqlServer/Dts"


def manager(tmp_path, *, file=False, value='DTS:DataType="3"'):
    columns = "".join(
        f'<DTS:CacheColumn DTS:ObjectName="{name}" DTS:IndexPosition="{index}" {kind}/>'
        for name, index, kind in (("k", 1, 'DTS:DataType="3"'), ("v", 0, value))
    )
    text = f'<DTS:ConnectionManager xmlns:DTS="{NS}"><DTS:CacheColumns>{columns}</DTS:CacheColumns></DTS:ConnectionManager>'
    model = ConnectionManager(
        "Cache", "{1}", "CACHE", "Cache",
        {"UseFile": "1" if file else "0", "ConnectionString": str(tmp_path / "c.caw") if file else ""},
        xml=etree.fromstring(text),
    )  # fmt: skip
    return create_connection(model, Environment(folder=tmp_path, temp=tmp_path))


CONNECTION = (ComponentConnection("CacheConnection", "Cache"),)


def fill(host, rows, *, columns=("k", "v"), batch=1000, name="C", **properties):
    into = tuple(
        used(f"Src.{'n' if c == columns[0] else 'm'}", properties=props({} if c is None else {"CacheColumnName": c}))
        for c in columns
    )
    cache = Component(
        "C", name, "", "Cache", properties=props(properties), connections=CONNECTION,
        inputs=(Input("C.In", "In", into),), outputs=(Output("C.Out", "Out", synchronous_input="C.In"),),
    )  # fmt: skip
    import polars as pl

    whole = pl.DataFrame(rows, schema={"n": pl.Int32, "m": pl.Int32}, orient="row")
    host.frames["Src"] = [whole.slice(at, batch) for at in range(0, max(len(rows), 1), batch)]
    engine.run_data_flow(flow(source("Src", {"n": I4, "m": I4}), cache, paths=[("Src.Out", "C.In")]), host)


def look_up(host, count=4, *, join="k"):
    into = Input("L.In", "In", (used("Src.n", properties=props({"JoinToReferenceColumn": join})),))
    out = (Column("L.v", "L.v", "v", I4, properties=props({"CopyFromReferenceColumn": "v"})),)
    lookup = Component(
        "L", "L", "", "Lookup", properties=props({"ConnectionType": 1, "CacheType": 0, "NoMatchBehavior": 1}),
        connections=CONNECTION, inputs=(into,),
        outputs=(Output("L.Match", "Match", out, synchronous_input="L.In"), Output("L.No", "No", synchronous_input="L.In")),
    )  # fmt: skip
    host.frames["Src"] = numbers(count)
    made = flow(
        source("Src", {"n": I4}),
        lookup,
        sink("Yes", {"n": "Src.n", "v": "L.v"}),
        sink("No", {"n": "Src.n"}),
        paths=[("Src.Out", "L.In"), ("L.Match", "Yes.In"), ("L.No", "No.In")],
    )
    engine.run_data_flow(made, host)
    return host.table("Yes").rows(), host.table("No")["n"].to_list()


def test_a_filled_cache_is_looked_up_in(tmp_path):
    host = RecordingHost(tmp_path)
    host.connections["Cache"] = manager(tmp_path)
    fill(host, [(1, 10), (2, 20), (1, 99)])
    assert ("OnInformation", 0x4004300B, "SSIS.Pipeline", '"C" wrote 3 rows.') in host.events
    assert look_up(host) == ([(1, 10), (2, 20)], [0, 3])


def test_duplicates_may_be_an_error(tmp_path):
    host = RecordingHost(tmp_path)
    host.connections["Cache"] = manager(tmp_path)
    with pytest.raises(DataFlowFailed) as caught:
        fill(host, [(1, 10), (1, 99)], TreatDuplicateKeysAsError=True)
    assert caught.value.error.code == 0xC02090E4


def test_unique_keys_are_no_error(tmp_path):
    for strict in (True, False):
        host = RecordingHost(tmp_path)
        host.connections["Cache"] = manager(tmp_path)
        fill(host, [(1, 10), (2, 99)], TreatDuplicateKeysAsError=strict)
        assert look_up(host)[0] == [(1, 10), (2, 99)]


def test_a_cache_is_written_by_one_transform(tmp_path):
    host = RecordingHost(tmp_path)
    host.connections["Cache"] = manager(tmp_path)
    fill(host, [(1, 10)])
    fill(host, [(1, 20)])
    with pytest.raises(DataFlowFailed) as caught:
        fill(host, [(1, 30)], name="D")
    assert caught.value.error.code == 0xC0D51423
    assert look_up(host)[0] == [(1, 20)]


def test_a_cache_holds_no_long_values(tmp_path):
    host = RecordingHost(tmp_path)
    host.connections["Cache"] = manager(tmp_path)
    into = (
        used("Src.n", properties=props({"CacheColumnName": "k"})),
        used("Src.t", properties=props({"CacheColumnName": "v"})),
    )
    cache = Component("C", "C", "", "Cache", connections=CONNECTION, inputs=(Input("C.In", "In", into),))
    made = flow(source("Src", {"n": I4, "t": TypeSpec(DT.NTEXT)}), cache, paths=[("Src.Out", "C.In")])
    with pytest.raises(DataFlowFailed, match="DT_NTEXT"):
        engine.validate_data_flow(made, host)


@pytest.mark.parametrize(("text", "fits"), [("abcde", True), ("abcdef", False), (None, True)])
def test_a_cache_column_is_never_cut(tmp_path, text, fits):
    import polars as pl

    host = RecordingHost(tmp_path)
    host.connections["Cache"] = manager(tmp_path, value='DTS:DataType="130" DTS:Length="5"')
    into = (
        used("Src.n", properties=props({"CacheColumnName": "k"})),
        used("Src.t", properties=props({"CacheColumnName": "v"})),
    )
    cache = Component("C", "C", "", "Cache", connections=CONNECTION, inputs=(Input("C.In", "In", into),))
    made = flow(source("Src", {"n": I4, "t": TypeSpec(DT.WSTR, 50)}), cache, paths=[("Src.Out", "C.In")])
    host.frames["Src"] = [pl.DataFrame({"n": [1], "t": [text]}, schema={"n": pl.Int32, "t": pl.String})]
    if fits:
        engine.run_data_flow(made, host)
        assert host.connections["Cache"].data.rows.rows() == [(1, text)]
        return
    with pytest.raises(DataFlowFailed) as caught:
        engine.run_data_flow(made, host)
    assert caught.value.error.code == 0xC02090A9


def test_an_empty_cache_and_one_that_nobody_filled(tmp_path):
    host = RecordingHost(tmp_path)
    host.connections["Cache"] = manager(tmp_path)
    with pytest.raises(DataFlowFailed) as caught:
        look_up(host)
    assert caught.value.error.code == 0xC0D51420
    fill(host, [])
    assert look_up(host) == ([], [0, 1, 2, 3])


def test_the_file_serves_a_later_run(tmp_path):
    first = RecordingHost(tmp_path)
    first.connections["Cache"] = manager(tmp_path, file=True)
    fill(first, [(1, 10), (None, 5)])
    later = RecordingHost(tmp_path)
    later.connections["Cache"] = manager(tmp_path, file=True)
    assert look_up(later) == ([(1, 10)], [0, 2, 3])
    assert load_cache(later.connections["Cache"], "L").rows.rows() == [(1, 10), (None, 5)]


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        (("k",), 0xC0209309),
        (("k", "k"), 0xC0209306),
        (("k", "x"), 0xC0209307),
        (("k", ""), 0xC0209307),
        (("k", None), 0xC0209307),
    ],
)
def test_mappings_that_do_not_fit(tmp_path, columns, code):
    host = RecordingHost(tmp_path)
    host.connections["Cache"] = manager(tmp_path)
    with pytest.raises(DataFlowFailed) as caught:
        fill(host, [], columns=columns)
    assert caught.value.error.code == code


def test_all_index_columns_must_be_joined(tmp_path):
    host = RecordingHost(tmp_path)
    host.connections["Cache"] = manager(tmp_path)
    fill(host, [])
    with pytest.raises(DataFlowFailed) as caught:
        look_up(host, join="v")
    assert caught.value.error.code == 0xC020903F


def test_another_kind_of_connection_is_refused(tmp_path):
    other = create_connection(
        ConnectionManager("F", "{1}", "FILE", "F", {"ConnectionString": "x"}), Environment(folder=tmp_path)
    )
    with pytest.raises(IncorrectConnectionType):
        cache_manager(None, other)


@pytest.mark.parametrize("batch", [1, 2, 1000])
@pytest.mark.parametrize("rows", [[(1, None)], [(at, at * 10) for at in range(3)]])
def test_caches_filled_by_any_number_of_buffers(tmp_path, rows, batch):
    host = RecordingHost(tmp_path)
    host.connections["Cache"] = manager(tmp_path)
    fill(host, rows, batch=batch)
    assert look_up(host)[0] == rows


def test_more_rows_than_half_of_the_memory_fail_the_transform_and_take_nothing(tmp_path):
    limit = 1_234_567
    host = RecordingHost(tmp_path, memory_limit=limit)
    host.connections["Cache"] = manager(tmp_path)
    with pytest.raises(DataFlowFailed) as raised:
        fill(host, [(at, at) for at in range(200_000)], batch=20_000)
    assert raised.value.__cause__.code == CacheMemoryFull.code
    assert 'puts into the cache "Cache" take more than 0 MB' in raised.value.__cause__.message
    assert lease(limit)._budget.cached == 0


def test_a_cache_counts_as_long_as_somebody_may_look_up_in_it(tmp_path):
    limit = 7_654_321
    host = RecordingHost(tmp_path, memory_limit=limit)
    host.connections["Cache"] = manager(tmp_path)
    fill(host, [(at, at) for at in range(20_000)])
    assert lease(limit)._budget.cached == 160_000
    host.connections.clear()
    gc.collect()
    assert lease(limit)._budget.cached == 0


def test_a_file_with_more_rows_than_half_of_the_memory_fails_the_lookup(tmp_path):
    before = RecordingHost(tmp_path)
    before.connections["Cache"] = manager(tmp_path, file=True)
    fill(before, [(at, at) for at in range(20_000)])
    host = RecordingHost(tmp_path, memory_limit=54_321)
    host.connections["Cache"] = manager(tmp_path, file=True)
    with pytest.raises(DataFlowFailed) as raised:
        look_up(host)
    assert raised.value.__cause__.code == LookupMemoryFull.code
