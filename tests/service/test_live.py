"""Reads of the same key under way at the same time are one read; streams have places, feeds and pings."""

import asyncio
import threading

import pytest

from dtserve.service.errors import TooManyWatchers
from dtserve.service.history import History
from dtserve.service.live import PING, Live, SharedReads
from dtserve.service.state import open_state
from dtserve.service.watch import Watchers


def test_a_hundred_readers_read_once_and_later_ones_again() -> None:
    reads, calls, gate = SharedReads(), [], threading.Event()

    def query() -> int:
        calls.append(1)
        assert gate.wait(10)
        return len(calls)

    async def run() -> None:
        waiting = [asyncio.ensure_future(reads.read("a", query)) for _ in range(100)]
        await asyncio.sleep(0.05)
        waiting[0].cancel()
        gate.set()
        assert await asyncio.gather(*waiting[1:]) == [1] * 99
        assert await reads.read("a", query) == 2
        assert waiting[0].cancelled()

    asyncio.run(run())
    assert len(calls) == 2


def test_what_a_read_raises_all_get() -> None:
    reads = SharedReads()

    def query() -> int:
        raise ValueError("broken")

    async def run() -> None:
        found = await asyncio.gather(*(reads.read("a", query) for _ in range(3)), return_exceptions=True)
        assert [str(each) for each in found] == ["broken"] * 3
        with pytest.raises(ValueError, match="broken"):
            await reads.read("a", query)

    asyncio.run(run())


@pytest.fixture
def history(tmp_path):
    state = open_state(tmp_path / "state.sqlite")
    yield History(state)
    state.close()


def test_no_more_watchers_than_the_settings_say(history) -> None:
    live = Live(history, Watchers(), 2)
    with live.place(), live.place():
        assert live.watching == 2
        with pytest.raises(TooManyWatchers, match="2 live streams are open"):
            live.admit()
    assert live.watching == 0
    live.admit()


def test_a_feed_lasts_as_long_as_somebody_watches(history) -> None:
    history.add(id="x", user="me", package_path="p", package_name="p", state="running")

    async def run() -> None:
        live = Live(history, Watchers(), 9)
        streams = [live.run(history.get("x"), 0) for _ in range(2)]
        assert [b"event: execution" in await anext(stream) for stream in streams] == [True, True]
        assert len(live._feeds) == 1
        for stream in streams:
            await stream.aclose()
        assert live._feeds == {}

    asyncio.run(run())


def test_the_list_of_running_packages_is_read_once_and_kept_alive_by_pings(history, monkeypatch) -> None:
    monkeypatch.setattr("dtserve.service.live.PING_SECONDS", 0.02)
    history.add(id="x", user="alice", package_path="p", package_name="p", state="running")

    async def run() -> None:
        watchers = Watchers()
        live = Live(history, watchers, 9)
        mine, others = live.running("alice"), live.running("bob")
        assert b'"id": "x"' in await anext(mine)
        assert await anext(others) == b"event: running\r\ndata: []\r\n\r\n"
        assert await anext(mine) == PING
        watchers.tell("executions")
        frames = [await anext(mine) for _ in range(2)]
        assert any(frame.startswith(b"event: running") for frame in frames)
        watchers.close()
        assert [frame async for frame in mine if frame != PING] == []
        await others.aclose()

    asyncio.run(run())
