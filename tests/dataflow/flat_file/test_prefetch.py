"""Working ahead keeps order and errors, and leaves no thread behind."""

import threading
import time

import pytest

from dtserve.dataflow.flat_file.prefetch import prefetched, worked


def ahead():
    return [thread for thread in threading.enumerate() if "-ahead" in thread.name or "-work" in thread.name]


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


def test_work_on_several_keeps_their_order():
    def work(number):
        time.sleep(0.002 * (number % 3 == 0))
        return number * number

    assert list(worked(iter(range(40)), work, at_once=3)) == [number * number for number in range(40)]
    assert not ahead()


def test_work_runs_on_several_at_once():
    together = threading.Barrier(2, timeout=10)

    def work(number):
        together.wait()
        return number

    assert list(worked(iter(range(6)), work, at_once=2)) == list(range(6))


@pytest.mark.parametrize("at", ["work", "items"])
def test_what_work_and_items_raise_comes_after_the_results_before_it(at):
    def items():
        yield from range(5)
        if at == "items":
            raise OSError("gone")

    def work(number):
        if at == "work" and number == 3:
            raise OSError("gone")
        return number

    found = []

    def collect():
        for each in worked(items(), work, at_once=2):
            found.append(each)

    with pytest.raises(OSError, match="gone"):
        collect()
    assert found == list(range(3 if at == "work" else 5))
    assert not ahead()


def test_leaving_work_early_ends_its_threads():
    done = []
    found = worked(iter(range(100)), done.append, at_once=2)
    assert next(found) is None
    found.close()
    assert not ahead()
    assert len(done) < 10
