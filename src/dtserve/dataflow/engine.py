"""Runs a data flow: validation, the phases, the threads, the end (ENGINE §9, EVENTS §1.3).

One call of :func:`run_data_flow` is one execution of a Data Flow Task. Everything that
happens is posted to the :class:`~dtserve.dataflow.host.FlowHost`; the exception at the
end only says that it failed (:class:`DataFlowFailed`, already posted) or was cancelled.
No thread outlives the call, and every component that was made is closed.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from dtserve.dataflow.base import PipelineComponent
from dtserve.dataflow.errors import (
    DataFlowFailed,
    PostExecuteFailed,
    PreExecuteFailed,
)
from dtserve.dataflow.memory import calm_collector, hold_pages
from dtserve.dataflow.plan import Plan, make_plan
from dtserve.dataflow.running import PIPELINE, Running, coded, post
from dtserve.dataflow.sizes import row_bytes
from dtserve.dataflow.stage import Stage
from dtserve.dataflow.temporary import temporary_place
from dtserve.dataflow.tracing import engine_threads, trace_plan
from dtserve.dataflow.validation import validate_components
from dtserve.errors import Canceled, DtserveError, hresult

if TYPE_CHECKING:
    from dtserve.dataflow.host import FlowHost
    from dtserve.package.model import Column, Component, DataFlow, Input, Output

__all__ = ["run_data_flow", "validate_data_flow"]

_VALIDATING = (0x4004300A, "Validation phase is beginning.")
_PREPARING = (0x40043006, "Prepare for Execute phase is beginning.")
_STARTING = (0x40043007, "Pre-Execute phase is beginning.")
_EXECUTING = (0x4004300C, "Execute phase is beginning.")
_ENDING = (0x40043008, "Post Execute phase is beginning.")
_CLEANING = (0x40043009, "Cleanup phase is beginning.")
_ROWS_WRITTEN = 0x4004300B
_EMPTY = 0x80047034
_SOURCE_REMOVED = 0x8004706F
_COMPONENT_REMOVED = 0x800470AE
_UNUSED_COLUMN = 0x80047076
_REDIRECT_LOST = 0x80208386


def validate_data_flow(flow: DataFlow, host: FlowHost) -> None:
    """Validate as SSIS does before a run, posting phase, progress, warnings and errors.

    Raises :class:`DataFlowFailed` when a component is not valid.
    """
    hold_pages(host.settings.memory_limit)
    with calm_collector():
        _validate(flow, host)


def _validate(flow: DataFlow, host: FlowHost) -> None:
    host.fire_information(_VALIDATING[0], PIPELINE, _VALIDATING[1])
    host.fire_progress("Validating", 0, PIPELINE)
    if not flow.components:
        host.fire_warning(_EMPTY, PIPELINE, "The DataFlow task has no components. Add components or remove the task.")
    plan = _plan(flow, host)
    _warn(plan, host)
    components = _make(plan, host)
    try:
        validate_components(plan, components, host, progress=True)
    finally:
        _close(components)
    host.fire_progress("Validating", 100, PIPELINE)


def run_data_flow(flow: DataFlow, host: FlowHost) -> None:
    """Run a data flow to its end.

    Raises :class:`DataFlowFailed` after an error (all errors have been posted by then) and
    :class:`~dtserve.errors.Canceled` after ``host.cancel`` was set.
    """
    hold_pages(host.settings.memory_limit)
    with temporary_place(flow, host), calm_collector():
        _run(flow, host)


def _run(flow: DataFlow, host: FlowHost) -> None:
    _begin(host, _PREPARING, "Prepare for Execute")
    plan = _plan(flow, host)
    components = _make(plan, host)
    running = Running(host, components, engine_threads(plan.flow))
    try:
        validate_components(plan, components, host)
        host.fire_progress("Prepare for Execute", 100, PIPELINE)
        started = _start(plan, running)
        if started:
            trace_plan(plan, host)
            host.fire_information(_EXECUTING[0], PIPELINE, _EXECUTING[1])
            _execute(plan, running)
        _finish(plan, running)
    finally:
        _begin(host, _CLEANING, "Cleanup")
        _close(components)
        host.fire_progress("Cleanup", 100, PIPELINE)
    if running.error is not None:
        raise DataFlowFailed(running.error, running.failed_component) from running.error
    if host.cancel.is_set():
        raise Canceled


# --- phases ------------------------------------------------------------------------------


def _begin(host: FlowHost, phase: tuple[int, str], progress: str) -> None:
    host.fire_information(phase[0], PIPELINE, phase[1])
    host.fire_progress(progress, 0, PIPELINE)


def _plan(flow: DataFlow, host: FlowHost) -> Plan:
    try:
        return make_plan(flow)
    except DtserveError as error:
        post(host, error, PIPELINE)
        raise DataFlowFailed(error, PIPELINE) from error


def _make(plan: Plan, host: FlowHost) -> dict[str, PipelineComponent]:
    made = {}
    for model in plan.components:
        component = plan.classes[model.ref_id](model, host, plan.input_schemas(model))
        component.output_schemas = {
            o.ref_id: plan.by_output[o.ref_id].schema for o in model.outputs if o.ref_id in plan.by_output
        }
        component.buffer_rows = _ssis_buffer_rows(plan, model)
        made[model.ref_id] = component
    return made


def _ssis_buffer_rows(plan: Plan, model: Component) -> int:
    """Rows of SSIS's buffers at a component's first input: DefaultBufferMaxRows within DefaultBufferSize."""
    properties = {name.lower(): value for name, value in plan.flow.properties.items()}
    rows = int(properties.get("defaultbuffermaxrows") or 10_000)
    size = int(properties.get("defaultbuffersize") or 10_485_760)
    if properties.get("autoadjustbuffersize", "").lower() == "true":
        return rows
    schemas = list(plan.input_schemas(model).values())
    return max(min(rows, size // row_bytes(schemas[0])), 1) if schemas else rows


def _start(plan: Plan, running: Running) -> bool:
    host = running.host
    _begin(host, _STARTING, "Pre-Execute")
    count = len(plan.components)
    for index, component in enumerate(running.components.values(), start=1):
        if running.stopping:
            return False
        started = time.perf_counter()
        try:
            component.start()
        except Exception as error:
            if isinstance(error, Canceled) and host.cancel.is_set():
                running.stop()
                return False
            found = coded(error, component.model.name)
            post(host, found, component.label)
            after = PreExecuteFailed(component=component.model.name, error_code=hresult(found.code))
            post(host, after, PIPELINE)
            running.error, running.failed_component = found, component.model.name
            running.stop()
            return False
        finally:
            running.spent(component, "PreExecute", time.perf_counter() - started)
        host.fire_progress("Pre-Execute", 100 * index // count, PIPELINE)
    return True


def _execute(plan: Plan, running: Running) -> None:
    stages = [Stage(number, plan, island, running) for number, island in enumerate(plan.islands)]
    threads = [thread for stage in stages for thread in stage.threads()]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            while thread.is_alive():
                thread.join(0.1)
                if running.host.cancel.is_set():
                    running.stop()
                running.report(due=True)
    except BaseException:
        running.stop()
        for thread in threads:
            if thread.is_alive():
                thread.join()
        raise
    finally:
        for stage in stages:
            stage.close()
        running.report()


def _finish(plan: Plan, running: Running) -> None:
    host = running.host
    _begin(host, _ENDING, "Post Execute")
    completed = running.error is None and not host.cancel.is_set()
    for component in running.components.values():
        started = time.perf_counter()
        try:
            component.post_execute(completed)
        except Exception as error:
            if running.error is None:
                found = coded(error, component.model.name)
                post(host, found, component.label)
                after = PostExecuteFailed(component=component.model.name, error_code=hresult(found.code))
                post(host, after, PIPELINE)
                running.error, running.failed_component = found, component.model.name
        running.spent(component, "PostExecute", time.perf_counter() - started)
    host.fire_progress("Post Execute", 100, PIPELINE)
    for component in running.components.values():
        if component.writes:
            rows = component.rows_written
            if rows is None:
                rows = _rows_stored(plan, running, component.model)
            host.fire_information(_ROWS_WRITTEN, PIPELINE, f'"{component.model.name}" wrote {rows} rows.')
    for (ref, phase), seconds in running.times.items():
        host.phase(running.components[ref].model.name, phase, seconds)


def _rows_stored(plan: Plan, running: Running, model: Component) -> int:
    """Rows that reached a destination less those it sent to its error output."""
    came = sum(running.rows.get(p.path.ref_id, 0) for p in plan.paths if p.target.ref_id == model.ref_id)
    left = sum(running.rows.get(p.path.ref_id, 0) for p in plan.paths if p.source.ref_id == model.ref_id)
    return came - left


def _close(components: dict[str, PipelineComponent]) -> None:
    for component in components.values():
        try:
            component.close()
        except Exception as error:
            component.host.fire_warning(0x80010015, component.label, f"Closing failed: {error}")


# --- warnings ----------------------------------------------------------------------------


def _warn(plan: Plan, host: FlowHost) -> None:
    for component in plan.removed:
        if component.inputs:
            host.fire_warning(
                _COMPONENT_REMOVED,
                PIPELINE,
                f'Component "{component.name}" ({component.number}) has been removed from the Data Flow task because '
                "its output is not used and its inputs either have no side effects or are not connected to outputs of "
                "other components. If the component is required, then the HasSideEffects property on at least one of "
                "its inputs should be set to true, or its output should be connected to something.",
            )
        else:
            host.fire_warning(
                _SOURCE_REMOVED,
                PIPELINE,
                f'Source "{component.name}" ({component.number}) will not be read because none of its data ever '
                "becomes visible outside the Data Flow Task.",
            )
    for unused in plan.unused:
        host.fire_warning(
            _UNUSED_COLUMN,
            PIPELINE,
            f'The output column "{unused.column.name}" ({unused.column.number}) on output "{unused.output.name}" '
            f'({unused.output.number}) and component "{unused.component.name}" ({unused.component.number}) is not '
            "subsequently used in the Data Flow task. Removing this unused output column can increase Data Flow task "
            "performance.",
        )
    for component in plan.components:
        if _loses_rows(plan, component):
            host.fire_warning(
                _REDIRECT_LOST,
                f"{component.name} [{component.number}]",
                "Rows sent to the error output(s) will be lost. Add new data flow transformations or destinations to "
                "receive error rows, or reconfigure the component to stop redirecting rows to the error output(s).",
            )


def _loses_rows(plan: Plan, component: Component) -> bool:
    """Whether something redirects while the error output leads nowhere."""
    if any(o.is_error_out and o.ref_id in plan.by_output for o in component.outputs):
        return False
    owners: list[Input | Output | Column] = [*component.inputs, *component.outputs]
    for into in component.inputs:
        owners.extend(into.columns)
    for output in component.outputs:
        owners.extend(output.columns)
    return any("RedirectRow" in (o.error_disposition, o.truncation_disposition) for o in owners)
