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

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, ClassVar

from dtserve.dataflow.properties import references
from dtserve.datatypes import TypeSpec

if TYPE_CHECKING:
    import polars as pl

    from dtserve.dataflow.external_metadata import ExternalCheck
    from dtserve.dataflow.host import FlowHost
    from dtserve.package.model import Column, Component, Input, Output

__all__ = [
    "BlockingTransform",
    "Destination",
    "Emit",
    "PipelineComponent",
    "RowTransform",
    "Schema",
    "Source",
    "listed_columns",
]

Schema = Mapping[str, TypeSpec]
"""Lineage id → declared type, in the order of the columns."""

Emit = tuple[str, "pl.DataFrame"]
"""An output's refId and the rows that leave by it."""


def listed_columns(model: Component, input_ref: str) -> frozenset[str]:
    """The lineage ids of the columns an input lists and does not ignore, and of those its properties refer to."""
    found = next(i for i in model.inputs if i.ref_id == input_ref)
    owners: list[Component | Input | Output | Column] = [model, *model.inputs, *model.outputs, *found.columns]
    for output in model.outputs:
        owners.extend(output.columns)
    mentioned = {
        ref for owner in owners for p in owner.properties.values() if "#" in p.value for ref in references(p.value)
    }
    return frozenset(c.lineage_id for c in found.columns if c.usage != "ignored") | mentioned


class PipelineComponent:
    """A component of a running data flow.

    Life: ``__init__`` → :meth:`validate` (→ :meth:`validate_external`) → :meth:`start` → rows → ``finish`` (after the last
    row) → :meth:`post_execute` → :meth:`close` (always, also after an error or cancel).

    ``input_schemas`` gives, per input refId, every column of the buffers that arrive there;
    ``output_schemas``, per output refId with a path, the columns that somebody behind it wants.
    ``buffer_rows`` is how many rows a buffer of SSIS would have here (DATA_FLOW §1.1), for the
    components whose results depend on it.
    ``concurrent`` ones allow ``process`` on several buffers at the same time, each in a thread of its own.
    ``stateless`` components may run anywhere, ``side_effects`` ones run although nothing
    reads their outputs, ``writes`` ones report "wrote N rows"; a component that knows
    better than the engine how many rows it stored sets ``rows_written``.
    """

    concurrent: bool = False
    stateless: ClassVar[bool] = False
    side_effects: ClassVar[bool] = False
    writes: ClassVar[bool] = False
    rows_written: int | None = None

    def __init__(self, model: Component, host: FlowHost, input_schemas: Mapping[str, Schema]) -> None:
        self.model = model
        self.host = host
        self.input_schemas = input_schemas
        self.output_schemas: Mapping[str, Schema] = {}
        self.buffer_rows = 10_000

    def validate(self) -> None:
        """Check properties and metadata; raises a coded DataFlowError that names component and property."""

    def validate_external(self, check: ExternalCheck) -> None:
        """Compare external metadata with the data source; only where ``validateExternalMetadata`` is true."""

    def start(self) -> None:
        """PreExecute: open connections, load caches."""

    def post_execute(self, completed: bool) -> None:
        """PostExecute: after the last row of the whole data flow, also of one that failed (``completed`` False)."""

    def close(self) -> None:
        """Release everything; never raises."""

    def interrupt(self) -> None:
        """Called from another thread when the data flow stops early: end what blocks (a query). Never raises."""

    @classmethod
    def uses(cls, model: Component, input_ref: str) -> frozenset[str]:
        """Lineage ids this component reads of the buffers of an input; others may be dropped before it."""
        return listed_columns(model, input_ref)

    @property
    def redirects(self) -> bool:
        """Whether rows on the error output go anywhere."""
        return any(o.is_error_out and o.ref_id in self.output_schemas for o in self.model.outputs)

    @property
    def locale(self) -> int:
        """The component's LocaleID, else the package's."""
        return self.model.locale_id if self.model.locale_id > 0 else self.host.settings.locale_id

    @property
    def label(self) -> str:
        """How events name the component: ``OLE DB Source [12]``."""
        return f"{self.model.name} [{self.model.number}]" if self.model.number else self.model.name

    def output(self, *, error: bool = False) -> Output:
        """The first regular output, or the error output."""
        return next(o for o in self.model.outputs if o.is_error_out is error)

    def input_named(self, ref_id: str) -> Input:
        """The input with this refId."""
        return next(i for i in self.model.inputs if i.ref_id == ref_id)


class Source(PipelineComponent, ABC):
    """Rows come from outside."""

    @abstractmethod
    def produce(self) -> Iterator[Emit]:
        """PrimeOutput: rows per output, in source order."""


class RowTransform(PipelineComponent, ABC):
    """Synchronous: the same rows with more columns, each routed to one output (or to all)."""

    stateless = True

    @abstractmethod
    def process(self, input_ref: str, frame: pl.DataFrame) -> Iterable[Emit]:
        """ProcessInput for one buffer."""

    def finish(self) -> Iterable[Emit]:
        """After the last row of all inputs."""
        return ()


class BlockingTransform(PipelineComponent, ABC):
    """Asynchronous: new rows; may hold rows back until :meth:`finish`.

    ``finish`` may be a generator; the engine takes buffers from it as the rest of the
    flow wants them.
    """

    @abstractmethod
    def process(self, input_ref: str, frame: pl.DataFrame) -> Iterable[Emit]:
        """ProcessInput for one buffer."""

    def hungry(self, input_ref: str) -> bool:
        """False while enough rows of this input wait for rows of another one (back-pressure)."""
        return True

    def end_of_input(self, input_ref: str) -> Iterable[Emit]:
        """This input has no more rows."""
        return ()

    def finish(self) -> Iterable[Emit]:
        """After the last row of all inputs."""
        return ()


class Destination(PipelineComponent, ABC):
    """Rows leave; may have an error output for the rows it could not store."""

    side_effects = True
    writes = True

    @abstractmethod
    def process(self, input_ref: str, frame: pl.DataFrame) -> Iterable[Emit]:
        """Store one buffer; emits only to the error output."""

    def finish(self) -> Iterable[Emit]:
        """After the last row: flush and commit."""
        return ()
