"""Where rows that do not fit into memory go, and that nothing stays there."""

from __future__ import annotations

import polars as pl
import pytest

from dtserve.dataflow import engine
from dtserve.dataflow.temporary import NOT_USABLE, temporary_place
from dtserve.package.model import Column
from support.flows import I4, RecordingHost, flow, one_output, props, sink, source, used


class PlacedHost(RecordingHost):
    """Maps paths as they are."""

    def map_path(self, text):
        return self.settings.temp.parent / text


def named(**places):
    return flow(source("Src", {"n": I4}), sink("A", {"n": "Src.n"}), paths=[("Src.Out", "A.In")], **places)


@pytest.fixture
def host(tmp_path):
    for name in ("run", "buffers", "blobs"):
        (tmp_path / name).mkdir()
    return PlacedHost(tmp_path / "run")


@pytest.mark.parametrize(
    ("places", "chosen"),
    [
        ({}, "run"),
        ({"bufferTempStoragePath": ""}, "run"),
        ({"bufferTempStoragePath": "buffers"}, "buffers"),
        ({"BufferTempStoragePath": "nowhere; buffers"}, "buffers"),
        ({"BLOBTempStoragePath": "blobs"}, "blobs"),
        ({"bufferTempStoragePath": "buffers", "BLOBTempStoragePath": "blobs"}, "buffers"),
    ],
)
def test_the_first_usable_folder_is_taken(host, tmp_path, places, chosen):
    before = host.settings
    with temporary_place(named(**places), host) as folder:
        assert host.settings.temp == folder
        assert (folder if chosen == "run" else folder.parent) == tmp_path / chosen
        (folder / "rows").write_text("rows")
        (folder / "rows").unlink() if chosen == "run" else None
    assert host.settings is before
    assert [list((tmp_path / name).iterdir()) for name in ("run", "buffers", "blobs")] == [[], [], []]
    assert host.codes("OnWarning") == []


def test_folders_that_are_not_there_are_told(host, tmp_path):
    with temporary_place(named(bufferTempStoragePath="nowhere;neither"), host) as folder:
        assert folder == tmp_path / "run"
    assert host.codes("OnWarning") == [NOT_USABLE]
    assert "nowhere; neither" in host.events[0][3]


def test_a_sort_spills_into_the_folder_of_the_data_flow(host, tmp_path, monkeypatch):
    monkeypatch.setattr("dtserve.dataflow.budget.Lease.__int__", lambda lease: 10_000)
    seen = set()
    rows = pl.DataFrame(
        {"n": pl.Series(range(5000, 0, -1), dtype=pl.Int32), "at": pl.Series(range(5000), dtype=pl.Int32)}
    )

    def frames():
        for at in range(0, 5000, 500):
            seen.update(path.parent.parent for path in (tmp_path / "buffers").rglob("run-*.arrow"))
            yield rows.slice(at, 500)

    host.frames["Src"] = frames()
    columns = [
        Column(f"S.{c}", f"S.{c}", c, I4, properties=props({"SortColumnId": f"#{{Src.{c}}}"})) for c in ("n", "at")
    ]
    keys = [used("Src.n", properties=props({"NewSortKeyPosition": 1})), used("Src.at")]
    made = one_output("Sort", "S", columns, keys)
    made = type(made)(made.components, made.paths, {**made.properties, "bufferTempStoragePath": "buffers"})
    engine.run_data_flow(made, host)
    assert host.table("A")["n"].to_list() == list(range(1, 5001))
    assert seen == {tmp_path / "buffers"}
    assert list((tmp_path / "buffers").iterdir()) == []
