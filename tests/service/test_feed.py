"""One reading for all who watch a run: shared bytes, nothing left out, nothing twice."""

import asyncio
import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dtserve.controlflow.events import Event
from dtserve.service import feed as feed_module
from dtserve.service.errors import StateUnavailable
from dtserve.service.feed import Feed, read_frame
from dtserve.service.history import History
from dtserve.service.state import open_state
from dtserve.service.watch import Watchers


@pytest.fixture
def history(tmp_path):
    state = open_state(tmp_path / "state.sqlite")
    yield History(state)
    state.close()


def begin(history, name: str) -> dict:
    history.add(id=name, user="me", package_path="p", package_name="p", state="running")
    return history.get(name)


def add(history, number: int, first: int, last: int) -> None:
    history.append(number, [Event("OnInformation", "T", message="m" * 50, sequence=n) for n in range(first, last + 1)])


def sequences(data: bytes) -> list[int]:
    lines = [line for line in data.decode().split("\r\n") if line.startswith("data: [")]
    return [event["sequence"] for line in lines for event in json.loads(line.removeprefix("data: "))]


def test_a_frame_is_one_event_of_the_stream_whose_id_is_where_to_go_on(history) -> None:
    number = begin(history, "x")["number"]
    add(history, number, 1, 5)
    frame = read_frame(history, number, 1, 3)
    assert (frame.after, frame.last) == (1, 4)
    head, kind, data, *rest = frame.data.decode().split("\r\n")
    assert (head, kind, rest) == ("id: 4", "event: events", ["", ""])
    assert [each["sequence"] for each in json.loads(data.removeprefix("data: "))] == [2, 3, 4]
    assert sequences(read_frame(history, number, 1, 3, upto=2).data) == [2]
    assert read_frame(history, number, 5, 3) is None


def test_all_who_have_come_as_far_get_the_same_bytes(history) -> None:
    row = begin(history, "x")

    async def run() -> None:
        watchers = Watchers()
        feed = Feed(history, watchers, row)
        await feed.news()
        assert feed.chunk(0)[0].startswith(b"event: execution")
        add(history, row["number"], 1, 700)
        watchers.tell("x")
        await feed.news()
        data, cursor, complete = feed.chunk(0)
        assert feed.chunk(0)[0] is data
        assert (sequences(data), cursor, complete) == (list(range(1, 701)), 700, True)
        assert b"event: execution" in data
        assert (feed.behind(0), feed.behind(3), feed.behind(500), feed.behind(700)) == (None, 500, None, None)
        feed.close()

    asyncio.run(run())


def test_a_database_that_cannot_be_read_is_asked_again_and_a_removed_run_ends(history, monkeypatch) -> None:
    row, get, failures = begin(history, "x"), history.get, [1, 2]
    monkeypatch.setattr(feed_module, "RETRY_SECONDS", 0.01)

    def failing(execution_id: str) -> dict:
        if failures:
            failures.pop()
            raise StateUnavailable(detail="locked")
        return get(execution_id)

    monkeypatch.setattr(history, "get", failing)

    async def run() -> None:
        watchers = Watchers()
        feed = Feed(history, watchers, row)
        await feed.news()
        assert (failures, feed.ended) == ([], False)
        history.update(row["number"], state="succeeded", ended=time.time())
        history.remove(older_than=time.time() + 9, keep=0, limit=9)
        watchers.tell("x")
        await feed.news()
        assert feed.ended

    asyncio.run(run())


@settings(max_examples=25, deadline=None)
@given(batches=st.lists(st.integers(1, 40), min_size=1, max_size=6), cursors=st.lists(st.integers(0, 250), max_size=5))
def test_every_watcher_sees_each_event_once_wherever_it_begins(tmp_path_factory, batches, cursors) -> None:
    from dtserve.service.live import Live

    state = open_state(tmp_path_factory.mktemp("feed") / "state.sqlite")
    history, watchers = History(state), Watchers()
    row, seen = begin(history, "x"), [(cursor, []) for cursor in cursors]

    async def watch(live: Live, cursor: int, found: list[int]) -> None:
        async for data in live.run(row, cursor):
            found += sequences(data)

    async def run() -> None:
        live, last = Live(history, watchers, 10), 0
        tasks = []
        for position, size in enumerate(batches):
            add(history, row["number"], last + 1, last + size)
            last += size
            watchers.tell("x")
            tasks += [asyncio.ensure_future(watch(live, *each)) for each in seen[position :: len(batches)]]
            await asyncio.sleep(0.002)
        history.update(row["number"], state="succeeded", ended=time.time())
        watchers.tell("x")
        await asyncio.wait_for(asyncio.gather(*tasks), 20)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(feed_module, "FRAME_EVENTS", 7)
        patch.setattr(feed_module, "READ_FRAMES", 2)
        patch.setattr(feed_module, "KEPT_BYTES", 4000)
        patch.setattr(feed_module, "CHUNK_BYTES", 3000)
        asyncio.run(run())
    state.close()
    assert all(found == list(range(cursor + 1, sum(batches) + 1)) for cursor, found in seen)
