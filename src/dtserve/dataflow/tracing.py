"""The custom log entries of the Data Flow Task and their texts (EVENTS §1.3).

The plan and the trees describe what runs here: a thread per source, one per island for
what stands between, and one per destination.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dtserve.dataflow.base import BlockingTransform, Destination, Source
from dtserve.dataflow.plan import optimised
from dtserve.dataflow.sizes import row_bytes

if TYPE_CHECKING:
    from dtserve.dataflow.host import FlowHost
    from dtserve.dataflow.plan import Plan, PlannedPath
    from dtserve.package.model import Component, DataFlow, Input, Output

__all__ = ["end_of_rowset", "engine_threads", "execution_plan", "execution_trees", "prime_output", "trace_plan"]

_INDENT = "    "


def trace_plan(plan: Plan, host: FlowHost) -> None:
    """Settings, sizes of buffers, trees and plan, before rows flow."""
    properties = {name.lower(): value for name, value in plan.flow.properties.items()}
    for text in _settings(properties, optimised(plan.flow)):
        host.trace("PipelineInitialization", text)
    size, rows = _buffers(properties)
    for kind, path in enumerate(_starts(plan)):
        fitting = max(size // row_bytes(path.schema), 1)
        if fitting < rows and properties.get("autoadjustbuffersize", "").lower() != "true":
            host.trace(
                "BufferSizeTuning",
                f"Rows in buffer type {kind} would cause a buffer size greater than the configured maximum. "
                f"There will be only {fitting} rows in buffers of this type.",
            )
    host.trace("PipelineExecutionTrees", execution_trees(plan))
    host.trace("PipelineExecutionPlan", execution_plan(plan))


def prime_output(host: FlowHost, model: Component, *, done: bool) -> None:
    """A component with outputs of its own is asked for rows, or (``done``) has answered."""
    if done:
        text = "A component has returned from its PrimeOutput call."
    else:
        text = "PrimeOutput will be called on a component."
    entry = "OnPipelinePostPrimeOutput" if done else "OnPipelinePrePrimeOutput"
    host.trace(entry, f"{text} : {model.number} : {model.name}")


def end_of_rowset(host: FlowHost, model: Component, into: Input, *, done: bool) -> None:
    """A component is told that an input has ended, or (``done``) has taken note."""
    if done:
        text = "A component has finished processing all of its rows."
    else:
        text = "A component will be given the end of rowset signal."
    entry = "OnPipelinePostEndOfRowset" if done else "OnPipelinePreEndOfRowset"
    host.trace(entry, f"{text} : {model.number} : {model.name} : {into.number} : {into.name}")


def execution_trees(plan: Plan) -> str:
    """Which outputs and inputs share buffers: a tree per output that begins new ones."""
    lines: list[str] = []
    for number, start in enumerate(_starts(plan)):
        lines.append(f"Begin Path {number}")
        lines.extend(f"{_INDENT}{line}" for line in _tree(plan, start))
        lines.append(f"End Path {number}")
    return "\n".join(lines)


def execution_plan(plan: Plan) -> str:
    """The threads and what each of them does."""
    lines: list[str] = []
    for at, island in enumerate(plan.islands):
        members = [c for c in plan.components if c.ref_id in island]
        sources = [c for c in members if issubclass(plan.classes[c.ref_id], Source)]
        worker = f"WorkThread{at}"
        for number, source in enumerate(sources):
            behind = " ".join(str(c.number) for c in members if c is not source)
            work = _output_work(plan, source, worker)
            lines += _thread(f"SourceThread{number}", [source], behind, work)
        between = [c for c in members if _works(plan, c)]
        work = [line for c in between for line in _input_work(plan, c)]
        work += [line for c in between if _blocks(plan, c) for line in _output_work(plan, c, worker)]
        lines += _thread(worker, between, "", work)
        for target in members:
            if issubclass(plan.classes[target.ref_id], Destination):
                lines += _thread(f"{worker}-{target.name}", [target], "", _input_work(plan, target))
    return "\n".join(lines)


def _settings(properties: dict[str, str], removes: bool) -> Iterator[str]:
    for name, kind in (("blobtempstoragepath", "BLOB"), ("buffertempstoragepath", "buffer")):
        if properties.get(name):
            yield f"The temporary {kind} data storage locations are {properties[name]}; the first that can be used is."
        else:
            yield (
                f"No temporary {kind} data storage locations were provided. The buffer manager will consider the "
                "directories in the TEMP and TMP environment variables."
            )
    size, rows = _buffers(properties)
    yield f"The default buffer size is {size} bytes."
    yield f"Buffers will have {rows} rows by default."
    if not removes:
        yield (
            "The data flow will not remove unused components because its RunInOptimizedMode property is set to false."
        )
    else:
        yield "The data flow will remove unused components because its RunInOptimizedMode property is set to true."


def engine_threads(flow: DataFlow) -> int:
    """EngineThreads: how many sources, and how many other threads, work at the same time; 3 at least."""
    properties = {name.lower(): value for name, value in flow.properties.items()}
    text = properties.get("enginethreads", "").strip()
    return max(int(text), 3) if text.isdigit() else 10


def _buffers(properties: dict[str, str]) -> tuple[int, int]:
    return int(properties.get("defaultbuffersize") or 10_485_760), int(properties.get("defaultbuffermaxrows") or 10_000)


def _starts(plan: Plan) -> Iterator[PlannedPath]:
    """The paths of outputs that begin new buffers."""
    for path in plan.paths:
        if not path.output.synchronous_input:
            yield path


def _tree(plan: Plan, path: PlannedPath) -> Iterator[str]:
    yield f'output "{path.output.name}" ({path.output.number}); component "{path.source.name}" ({path.source.number})'
    yield f'input "{path.input.name}" ({path.input.number}); component "{path.target.name}" ({path.target.number})'
    for output in path.target.outputs:
        following = plan.by_output.get(output.ref_id)
        if following is not None and output.synchronous_input == path.input.ref_id:
            yield from _tree(plan, following)


def _works(plan: Plan, model: Component) -> bool:
    return not issubclass(plan.classes[model.ref_id], Source | Destination)


def _blocks(plan: Plan, model: Component) -> bool:
    return issubclass(plan.classes[model.ref_id], BlockingTransform)


def _thread(name: str, members: list[Component], influences: str, work: list[str]) -> list[str]:
    drives = " ".join(str(c.number) for c in members)
    head = [f"{_INDENT}Drives: {drives}".rstrip(), f"{_INDENT}Influences: {influences}".rstrip()]
    return [name, *head, *(f"{_INDENT}{line}" for line in work), f"End {name}"]


def _output_work(plan: Plan, model: Component, listener: str) -> list[str]:
    lines = ["Output Work List"]
    for output in _connected(plan, model):
        target = plan.by_output[output.ref_id].input
        kind = next(i for i, path in enumerate(_starts(plan)) if path.output.ref_id == output.ref_id)
        lines.append(f"{_INDENT}CreatePrimeBuffer of type {kind} for output ID {output.number}.")
        lines.append(f'{_INDENT}SetBufferListener: "{listener}" for input ID {target.number}')
    lines.append(f'{_INDENT}CallPrimeOutput on component "{model.name}" ({model.number})')
    return [*lines, "End Output Work List"]


def _input_work(plan: Plan, model: Component) -> list[str]:
    lines: list[str] = []
    for into in model.inputs:
        if into.ref_id in plan.by_input:
            call = f'CallProcessInput on input ID {into.number} on component "{model.name}" ({model.number})'
            lines += [
                f"Input Work List, input ID {into.number} (1 EORs Expected)",
                f"{_INDENT}{call}",
                f"End Input Work List for input {into.number}",
            ]
    return lines


def _connected(plan: Plan, model: Component) -> list[Output]:
    return [o for o in model.outputs if o.ref_id in plan.by_output and not o.synchronous_input]
