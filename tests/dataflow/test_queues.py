"""Bounded queues and the queue that spills."""

from __future__ import annotations

import threading
import time

import polars as pl
import pytest

from dtserve.dataflow.queues import END, BufferQueue, SpillQueue
from dtserve.dataflow.running import Stopped


def item(rows=1):
    return ("out", pl.DataFrame({"n": list(range(rows))}))


def test_first_in_first_out_and_end():
    queue = BufferQueue(lambda: None)
    queue.put(item(1))
    queue.put(item(2))
    queue.put(END)
    assert [queue.get()[1].height, queue.get()[1].height] == [1, 2]
    assert queue.get() is END


def test_a_full_queue_waits_until_something_is_taken():
    queue = BufferQueue(lambda: None, max_items=2)
    done = threading.Event()

    def fill():
        for _ in range(3):
            queue.put(item())
        done.set()

    thread = threading.Thread(target=fill)
    thread.start()
    assert not done.wait(0.2)
    queue.get()
    assert done.wait(2)
    thread.join()
    assert queue.peak_items == 2


def test_bytes_are_limited_but_one_great_buffer_fits():
    queue = BufferQueue(lambda: None, max_bytes=100)
    queue.put(item(1000))
    assert queue.peak_bytes > 100
    state = {"stop": False}

    def check():
        if state["stop"]:
            raise Stopped

    queue._check = check
    ended = []

    def fill():
        with pytest.raises(Stopped):
            queue.put(item())
        ended.append(True)

    thread = threading.Thread(target=fill)
    thread.start()
    time.sleep(0.15)
    state["stop"] = True
    thread.join(2)
    assert ended == [True]


def test_stop_wakes_a_reader():
    state = {"stop": False}

    def check():
        if state["stop"]:
            raise Stopped

    queue = BufferQueue(check)
    threading.Timer(0.1, lambda: state.update(stop=True)).start()
    started = time.monotonic()
    with pytest.raises(Stopped):
        queue.get()
    assert time.monotonic() - started < 1


def test_spilled_frames_come_back_in_order_and_their_files_go(tmp_path):
    queue = SpillQueue(tmp_path, memory=100)
    frames = [pl.DataFrame({"n": [i] * 20, "t": [f"é{i}"] * 20}) for i in range(6)]
    for i, frame in enumerate(frames):
        queue.put(frame, f"tag{i}")
    assert queue.spilled == 5
    assert len(list(tmp_path.iterdir())) == 5
    assert queue.rows == 120
    for i, frame in enumerate(frames[:4]):
        tag, found = queue.take()
        assert (tag, found.equals(frame)) == (f"tag{i}", True)
    assert queue.rows == 40
    queue.close()
    assert list(tmp_path.iterdir()) == []
    assert len(queue) == 0
