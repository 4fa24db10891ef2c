"""The validation of a data flow's components: their own, and that of external metadata (EVENTS §4.6).

Every component is asked, so that one validation shows all that is wrong. The first pass of
a run (``progress``) looks at the databases, too, and posts warnings; the engine's own pass
before it executes repeats neither.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, cast

from dtserve.connections.errors import CannotAcquireConnection
from dtserve.dataflow.errors import (
    ComponentBroken,
    DataFlowFailed,
    InputNotConnected,
    MissingColumn,
    ValidationFailed,
    ValidationFailedOnComponents,
)
from dtserve.dataflow.external_metadata import ExternalCheck
from dtserve.dataflow.property_rules import check_properties
from dtserve.dataflow.running import PIPELINE, coded, post
from dtserve.errors import Canceled, DtserveError, hresult

if TYPE_CHECKING:
    from dtserve.dataflow.base import PipelineComponent
    from dtserve.dataflow.host import FlowHost
    from dtserve.dataflow.plan import Plan
    from dtserve.package.model import Component

__all__ = ["validate_components"]


def validate_components(
    plan: Plan, components: dict[str, PipelineComponent], host: FlowHost, *, progress: bool = False
) -> None:
    """Validate every component, in the order of the plan; raises DataFlowFailed when one is not valid."""
    first: tuple[DtserveError, str] | None = None
    check = ExternalCheck() if progress else None
    try:
        for index, component in enumerate(components.values(), start=1):
            if host.cancel.is_set():
                raise Canceled
            started = time.perf_counter()
            found = _validate(plan, component, host, check)
            if found is not None:
                first = first or (found, component.model.name)
            if progress:
                host.phase(component.model.name, "Validate", time.perf_counter() - started)
                host.fire_progress("Validating", 100 * index // (len(components) + 1), PIPELINE)
    finally:
        if check is not None:
            check.close()
    if first is not None:
        post(host, ValidationFailedOnComponents(), PIPELINE)
        raise DataFlowFailed(*first) from first[0]


def _validate(
    plan: Plan, component: PipelineComponent, host: FlowHost, check: ExternalCheck | None
) -> DtserveError | None:
    """Validate one component; its error has been posted."""
    name = component.model.name
    if check is None:  # the task's validation has posted the warnings
        component.host = cast(Any, _WithoutWarnings(host))
    try:
        check_properties(component.model)
        _check_metadata(plan, component.model)
        component.validate()
        if check is not None and component.model.validate_external_metadata:
            component.validate_external(check)
    except Canceled:
        raise
    except ComponentBroken as error:
        post(host, error, PIPELINE)
        return error
    except Exception as error:
        found = coded(error, name)
        post(host, found, component.label)
        if isinstance(found, CannotAcquireConnection):
            post(host, ValidationFailed(component=name, error_code=hresult(found.code)), PIPELINE)
        else:
            post(host, ComponentBroken(component=name), PIPELINE)
        return found
    finally:
        component.host = host
    return None


class _WithoutWarnings:
    """A host that drops warnings and hands everything else on."""

    def __init__(self, host: FlowHost) -> None:
        self._host = host

    def fire_warning(self, code: int, component: str, message: str) -> None:
        """Nothing."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._host, name)


def _check_metadata(plan: Plan, model: Component) -> None:
    """What must be right in any component: connected inputs and lineage ids."""
    connected = [i for i in model.inputs if i.ref_id in plan.by_input]
    if model.inputs and not connected:
        raise InputNotConnected(input=model.inputs[0].name, component=model.name)
    for one in connected:
        arriving = plan.by_input[one.ref_id].available
        for column in one.columns:
            if column.usage != "ignored" and column.lineage_id not in arriving:
                raise MissingColumn(column=column.name, component=model.name, lineage=column.lineage_id)
