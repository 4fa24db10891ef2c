"""An iterator that runs ahead keeps order and errors, stays within its depth, and leaves no thread behind."""

from __future__ import annotations

import gc
import threading
import time
import weakref

import pytest

from dtserve.dataflow.ahead import Ahead


def threads():
    return [thread.name for thread in threading.enumerate() if thread.name.endswith("-ahead")]


def until(condition):
    deadline = time.monotonic() + 5
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.005)
    assert condition()


@pytest.mark.parametrize("depth", [1, 3])
def test_it_begins_at_once_and_stays_within_its_depth(depth):
    made = []

    def items():
        for number in range(10):
            made.append(number)
            yield number

    ahead = Ahead(items(), "test", depth=depth)
    until(lambda: len(made) == depth + 1)
    assert ahead.ready
    time.sleep(0.02)
    assert len(made) == depth + 1
    assert list(ahead) == list(range(10))
    assert list(ahead) == []
    ahead.close()
    assert not threads()


def test_a_smaller_depth_counts_from_then_on():
    made = []

    def items():
        for number in range(10):
            made.append(number)
            yield number

    ahead = Ahead(items(), "test", depth=4)
    until(lambda: len(made) == 5)
    ahead.depth = 1
    assert [next(ahead) for _ in range(3)] == [0, 1, 2]
    time.sleep(0.02)
    assert len(made) == 5
    assert list(ahead) == list(range(3, 10))
    ahead.close()


def test_an_error_comes_once_and_after_the_items_before_it():
    def items():
        yield 1
        raise OSError("gone")

    ahead = Ahead(items(), "test")
    assert next(ahead) == 1
    with pytest.raises(OSError, match="gone"):
        next(ahead)
    assert list(ahead) == []
    ahead.close()
    assert not threads()


def test_closing_early_closes_the_iterator_in_its_thread():
    ended = []

    def items():
        try:
            while True:
                yield 1
        finally:
            ended.append(threading.current_thread().name)

    ahead = Ahead(items(), "test")
    assert next(ahead) == 1
    ahead.close()
    ahead.close()
    assert ended == ["test-ahead"]
    assert not threads()
    assert list(ahead) == []


def test_a_taker_of_several_waits_on_one_condition():
    condition = threading.Condition()
    go = [threading.Event(), threading.Event()]

    def items(number):
        go[number].wait(5)
        yield number

    several = [Ahead(items(number), "test", condition=condition) for number in (0, 1)]
    taken = []
    go[1].set()
    for number in (1, 0):
        with condition:
            while not several[number].ready:
                assert condition.wait(5)
        taken.append(next(several[number]))
        go[0].set()
    assert taken == [1, 0]
    for ahead in several:
        ahead.close()
    assert not threads()


def test_an_item_that_was_taken_is_not_kept():
    class Item:
        pass

    def items():
        yield Item()
        waiting.wait(5)

    waiting = threading.Event()
    ahead = Ahead(items(), "test")
    taken = weakref.ref(next(ahead))
    gc.collect()
    until(lambda: taken() is None)
    waiting.set()
    ahead.close()
