"""Reads of the same key under way at the same time are one read."""

import asyncio
import threading

import pytest

from dtserve.service.live import SharedReads


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
