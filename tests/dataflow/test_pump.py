"""When a pump has a buffer for the row stage."""

import threading

from dtserve.dataflow.ahead import Ahead
from dtserve.dataflow.base import BlockingTransform
from dtserve.dataflow.pump import Pump
from dtserve.dataflow.queues import BufferQueue, SpillQueue
from support.flows import RecordingHost, numbers


class Nothing(BlockingTransform):
    """Gives no rows."""

    def process(self, input_ref, frame):
        return ()


def pump(tmp_path):
    return Pump(Nothing(None, RecordingHost(tmp_path), {}), frozenset())


def test_a_source_is_ready_with_a_buffer_in_its_queue(tmp_path):
    made = pump(tmp_path)
    made.queue = BufferQueue(lambda: None, threading.Condition())
    assert not made.ready()
    made.queue.put(("Out", next(iter(numbers(3)))))
    assert made.ready()


def test_an_error_output_is_ready_with_rows_or_at_its_end(tmp_path):
    made = pump(tmp_path)
    made.spill = SpillQueue(tmp_path)
    assert not made.ready()
    made.spill.put(next(iter(numbers(3))), "Err")
    assert made.ready()
    made.spill.take()
    assert not made.ready()
    made.closed = True
    assert made.ready()


def test_what_a_component_gives_at_its_end_is_always_ready(tmp_path):
    assert pump(tmp_path).ready()
    assert not pump(tmp_path).fed


def test_what_is_made_ahead_is_ready_when_it_is_made(tmp_path):
    go = threading.Event()

    def emits():
        go.wait(5)
        yield "Out", numbers(3)[0]

    made = pump(tmp_path)
    condition = threading.Condition()
    made.emits = Ahead(emits(), "test", condition=condition)
    assert made.fed
    assert not made.ready()
    go.set()
    with condition:
        while not made.ready():
            assert condition.wait(5)
    assert next(made.emits)[1].height == 3
    assert list(made.emits) == []
    assert made.ready()
    made.emits.close()
