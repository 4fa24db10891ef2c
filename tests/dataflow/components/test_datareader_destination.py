"""DataReader Destination: rows that a reader finds, complete or not at all."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest

from dtserve.dataflow import engine
from dtserve.dataflow.errors import DataFlowFailed
from dtserve.package.model import Component, Input
from support.flow_cases import type_of
from support.flows import I4, RecordingHost, flow, numbers, props, source, used

TYPES = {
    "n": ("i4", 1),
    "t": ("wstr(10)", "é"),
    "m": ("numeric(18,4)", Decimal("1.5000")),
    "d": ("dbTimeStamp", dt.datetime(2024, 1, 2, 3, 4, 5)),
    "o": ("dbTimeStampoffset(7)", {"utc": dt.datetime(2024, 1, 2, 1, 4, 5), "offset": 120}),
    "b": ("bytes(4)", b"\1\2"),
    "x": ("bool", True),
}


def reader(columns, name="Reader", **properties):
    into = tuple(used(f"Src.{c}", spec, name=c) for c, spec in columns.items())
    return Component(
        name,
        name,
        "",
        "DataReaderDestinationAdapter",
        properties=props(properties),
        inputs=(Input("R.In", "In", into),),
    )


def run(host, component, columns, frames):
    host.frames["Src"] = frames
    engine.run_data_flow(flow(source("Src", columns), component, paths=[("Src.Out", "R.In")]), host)


def test_every_type(tmp_path):
    specs = {name: type_of(text) for name, (text, _) in TYPES.items()}
    made = {name: pl.Series([value, None], dtype=specs[name].polars()) for name, (_, value) in TYPES.items()}
    host = RecordingHost(tmp_path, results=tmp_path / "out" / "results")
    run(host, reader(specs, "My/Reader"), specs, [pl.DataFrame(made)])
    found = pl.read_ipc_stream(tmp_path / "out" / "results" / "My_Reader.arrow")
    assert found.columns == list(TYPES)
    first, second = found.rows()
    assert first[:4] == (1, "é", Decimal("1.5000"), dt.datetime(2024, 1, 2, 3, 4, 5))
    assert first[4:] == ("2024-01-02 03:04:05.0000000 +02:00", b"\1\2", True)
    assert set(second) == {None}
    assert ("OnInformation", 0x4004300B, "SSIS.Pipeline", '"My/Reader" wrote 2 rows.') in host.events


@pytest.mark.parametrize("rows", [0, 1, 2500])
def test_any_length(tmp_path, rows):
    host = RecordingHost(tmp_path, results=tmp_path)
    run(host, reader({"n": I4}), {"n": I4}, numbers(rows))
    assert pl.read_ipc_stream(tmp_path / "Reader.arrow")["n"].to_list() == list(range(rows))


def test_a_failing_flow_leaves_what_was_there(tmp_path):
    host = RecordingHost(tmp_path, results=tmp_path)
    run(host, reader({"n": I4}), {"n": I4}, numbers(3))
    before = (tmp_path / "Reader.arrow").read_bytes()
    with pytest.raises(DataFlowFailed):
        run(host, reader({"n": I4}), {"n": I4}, iter([numbers(1)[0], 5]))
    assert (tmp_path / "Reader.arrow").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir() if path.name.endswith("partial")] == []


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("")
    host = RecordingHost(tmp_path, results=tmp_path / "file")
    with pytest.raises(DataFlowFailed) as caught:
        run(host, reader({"n": I4}), {"n": I4}, numbers(1))
    assert "Reader.arrow" in str(caught.value.error)
