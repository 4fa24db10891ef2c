"""Where the row stage of an island gets buffers from (see :mod:`stage`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from dtserve.dataflow.ahead import Ahead
from dtserve.dataflow.base import BlockingTransform, Destination

if TYPE_CHECKING:
    from dtserve.dataflow.base import Emit, PipelineComponent
    from dtserve.dataflow.plan import Plan
    from dtserve.dataflow.queues import BufferQueue, SpillQueue

__all__ = ["Pump", "waiting_inputs"]


class Pump:
    """The buffers of one component; ``feeds`` are the waiting inputs its rows can reach.

    They come from the ``queue`` of a source, from the ``spill`` of a destination's error
    output, or from ``emits``, what an asynchronous component gives at its end, perhaps made
    ahead in a thread of its own.
    """

    def __init__(self, component: PipelineComponent, feeds: frozenset[tuple[str, str]]) -> None:
        self.component = component
        self.feeds = feeds
        self.queue: BufferQueue | None = None
        self.spill: SpillQueue | None = None
        self.closed = False
        self.emits: Iterator[Emit] | Ahead[Emit] | None = None

    @property
    def fed(self) -> bool:
        """Whether another thread makes its buffers, so that there will be one by and by."""
        return self.queue is not None or isinstance(self.emits, Ahead)

    def ready(self) -> bool:
        """Whether :meth:`take` gives something at once."""
        if self.queue is not None:
            return self.queue.ready()
        if self.spill is not None:
            return len(self.spill) > 0 or self.closed
        return self.emits.ready if isinstance(self.emits, Ahead) else True


def waiting_inputs(
    component: PipelineComponent, plan: Plan, components: Mapping[str, PipelineComponent]
) -> frozenset[tuple[str, str]]:
    """Inputs (component and input refId) of asynchronous components that rows of ``component`` reach before they are held back."""
    found: set[tuple[str, str]] = set()
    todo = [component]
    while todo:
        here = todo.pop()
        for output in here.model.outputs:
            path = plan.by_output.get(output.ref_id)
            if path is None:
                continue
            target = components[path.target.ref_id]
            if isinstance(target, BlockingTransform):
                found.add((path.target.ref_id, path.input.ref_id))
            if not isinstance(target, Destination):
                todo.append(target)
    return frozenset(found)
