"""Signals from any thread to the event loop."""

import asyncio
import threading

from dtserve.service.watch import Watchers


def test_a_watcher_is_woken_from_another_thread() -> None:
    watchers = Watchers()

    async def wait() -> bool:
        with watchers.watch("a") as changed:
            threading.Timer(0.01, watchers.tell, ("a",)).start()
            await asyncio.wait_for(changed.wait(), 5)
            return changed.is_set()

    assert asyncio.run(wait())


def test_other_topics_stay_asleep_and_leave_nothing() -> None:
    watchers = Watchers()

    async def look() -> bool:
        with watchers.watch("a") as changed:
            watchers.tell("b")
            await asyncio.sleep(0)
            return changed.is_set()

    assert not asyncio.run(look())
    assert not watchers._waiting


def test_closing_wakes_everybody() -> None:
    watchers = Watchers()

    async def wait() -> None:
        with watchers.watch("a") as changed:
            watchers.close()
            await asyncio.wait_for(changed.wait(), 5)

    asyncio.run(wait())
    assert watchers.closed
