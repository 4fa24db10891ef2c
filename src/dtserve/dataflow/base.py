"""The four kinds of data flow component and what they exchange.

Data moves as Polars frames (Arrow memory) of up to some tens of thousands of rows. A
frame on a path has one column per column of the output it came from, *named by lineage
id*; for a synchronous output that is every column of the buffer it travels in. The
declared types stand in :class:`Schema`. Columns ``ErrorCode`` and ``ErrorColumn`` of an
error output are ordinary columns with their own lineage ids (DATA_FLOW §2).

One component, one class, one file in ``components/``, registered with
:func:`dtserve.dataflow.registry.component`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, ClassVar

from dtserve.datatypes import TypeSpec

if TYPE_CHECKING:
    import polars as pl

    from dtserve.dataflow.host import FlowHost
    from dtserve.package.model import Component, Input, Output

__all__ = ["BlockingTransform", "Destination", "Emit", "PipelineComponent", "RowTransform", "Schema", "Source"]

Schema = Mapping[str, TypeSpec]
"""Lineage id → declared type, in the order of the columns."""

Emit = tuple[str, "pl.DataFrame"]
"""An output's refId and the rows that leave by it."""


class PipelineComponent:
    """A component of a running data flow.

    Life: ``__init__`` → :meth:`validate` → :meth:`start` → rows → :meth:`finish` →
    :meth:`close` (always, also after an error or cancel).

    ``input_schemas`` gives, per input refId, every column of the buffers that arrive there.
    """

    stateless: ClassVar[bool] = False

    def __init__(self, model: Component, host: FlowHost, input_schemas: Mapping[str, Schema]) -> None:
        self.model = model
        self.host = host
        self.input_schemas = input_schemas

    def validate(self) -> None:
        """Check properties and metadata; raises a coded DataFlowError that names component and property."""

    def start(self) -> None:
        """PreExecute: open connections, load caches."""

    def close(self) -> None:
        """Release everything; never raises."""

    def output(self, *, error: bool = False) -> Output:
        """The first regular output, or the error output."""
        return next(o for o in self.model.outputs if o.is_error_out is error)

    def input_named(self, ref_id: str) -> Input:
        """The input with this refId."""
        return next(i for i in self.model.inputs if i.ref_id == ref_id)


class Source(PipelineComponent):
    """Rows come from outside."""

    def produce(self) -> Iterator[Emit]:
        """PrimeOutput: rows per output, in source order."""
        raise NotImplementedError


class RowTransform(PipelineComponent):
    """Synchronous: the same rows with more columns, each routed to one output (or to all)."""

    stateless = True

    def process(self, input_ref: str, frame: pl.DataFrame) -> Iterable[Emit]:
        """ProcessInput for one buffer."""
        raise NotImplementedError

    def finish(self) -> Iterable[Emit]:
        """After the last row of all inputs."""
        return ()


class BlockingTransform(PipelineComponent):
    """Asynchronous: new rows; may hold rows back until :meth:`finish`."""

    def process(self, input_ref: str, frame: pl.DataFrame) -> Iterable[Emit]:
        """ProcessInput for one buffer."""
        raise NotImplementedError

    def end_of_input(self, input_ref: str) -> Iterable[Emit]:
        """This input has no more rows."""
        return ()

    def finish(self) -> Iterable[Emit]:
        """After the last row of all inputs."""
        return ()


class Destination(PipelineComponent):
    """Rows leave; may have an error output for the rows it could not store."""

    def process(self, input_ref: str, frame: pl.DataFrame) -> Iterable[Emit]:
        """Store one buffer; emits only to the error output."""
        raise NotImplementedError

    def finish(self) -> Iterable[Emit]:
        """After the last row: flush and commit."""
        return ()
