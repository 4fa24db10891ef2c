"""Reading ahead keeps order and errors, and leaves no thread behind."""

import threading
import time

import pytest

from dtserve.dataflow.flat_file.prefetch import prefetched


def ahead():
    return [thread for thread in threading.enumerate() if thread.name.endswith("-ahead")]


def test_order():
    assert list(prefetched(iter(range(100)), depth=3)) == list(range(100))
    assert not ahead()


def test_an_error_comes_after_the_items_before_it():
    def items():
        yield 1
        yield 2
        raise OSError("gone")

    found = []
    with pytest.raises(OSError, match="gone"):
        found.extend(prefetched(items()))
    assert found == [] or found == [1, 2]
    assert not ahead()


def test_leaving_early_ends_the_thread():
    closed = []

    def items():
        try:
            while True:
                yield b"x"
        finally:
            closed.append(True)

    source = items()
    found = prefetched(source)
    assert next(found) == b"x"
    found.close()
    assert not ahead()
    source.close()
    assert closed == [True]


def test_it_works_while_the_consumer_does():
    made = []

    def items():
        for number in range(3):
            made.append(number)
            yield number

    found = prefetched(items(), depth=1)
    assert next(found) == 0
    deadline = time.monotonic() + 5
    while len(made) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert made[:2] == [0, 1]
    assert list(found) == [1, 2]
