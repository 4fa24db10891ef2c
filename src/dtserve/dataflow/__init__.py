"""The data flow: components, the engine that runs them, the plan of a run.

The heavy modules (engine, components) are imported when a data flow runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dtserve.doors import lazy

if TYPE_CHECKING:
    from dtserve.dataflow.base import BlockingTransform, Destination, PipelineComponent, RowTransform, Source
    from dtserve.dataflow.dispositions import RowErrors
    from dtserve.dataflow.engine import run_data_flow, validate_data_flow
    from dtserve.dataflow.host import FlowHost, FlowSettings
    from dtserve.dataflow.plan import Plan, make_plan
    from dtserve.dataflow.registry import component, component_class, supported_parts

__all__ = [
    "BlockingTransform",
    "Destination",
    "FlowHost",
    "FlowSettings",
    "PipelineComponent",
    "Plan",
    "RowErrors",
    "RowTransform",
    "Source",
    "component",
    "component_class",
    "make_plan",
    "run_data_flow",
    "supported_parts",
    "validate_data_flow",
]

_HOMES = {
    "BlockingTransform": "base",
    "Destination": "base",
    "FlowHost": "host",
    "FlowSettings": "host",
    "PipelineComponent": "base",
    "Plan": "plan",
    "RowErrors": "dispositions",
    "RowTransform": "base",
    "Source": "base",
    "component": "registry",
    "component_class": "registry",
    "make_plan": "plan",
    "run_data_flow": "engine",
    "supported_parts": "registry",
    "validate_data_flow": "engine",
}

__getattr__ = lazy(__name__, _HOMES)
