"""Data flows of the formats 2, 3 and 5 in the shape of format 8: refIds for integers, defaults dropped (FORMAT §3.8)."""

from __future__ import annotations

import re
from typing import Any

from dtserve.package.model import Column, DataFlow
from dtserve.package.reader.elements import child_elements, text_of

__all__ = ["rewrite_pipeline"]

_REFERENCE = re.compile(r"#(\d+)")
_DEFAULTS: dict[str, dict[str, str]] = {
    "pipeline": {
        "defaultBufferMaxRows": "10000", "defaultBufferSize": "10485760", "engineThreads": "10",
        "runInOptimizedMode": "true", "bufferTempStoragePath": "", "BLOBTempStoragePath": "",
    },
    "component": {"localeId": "-1", "usesDispositions": "false", "validateExternalMetadata": "True", "version": "0"},
    "property": {
        "description": "", "typeConverter": "", "UITypeEditor": "", "containsID": "false", "expressionType": "None",
        "isArray": "false", "state": "default",
    },
    "input": {"description": "", "hasSideEffects": "false", "dangling": "false"},
    "output": {
        "description": "", "exclusionGroup": "0", "synchronousInputId": "0", "hasSideEffects": "false",
        "deleteOutputOnPathDetached": "false", "dangling": "false", "isErrorOut": "false", "isSorted": "false",
    },
    "inputColumn": {"description": "", "externalMetadataColumnId": "0", "usageType": "readOnly"},
    "outputColumn": {
        "description": "", "length": "0", "precision": "0", "scale": "0", "codePage": "0", "sortKeyPosition": "0",
        "comparisonFlags": "0", "specialFlags": "0", "externalMetadataColumnId": "0",
    },
    "externalMetadataColumn": {"description": "", "length": "0", "precision": "0", "scale": "0", "codePage": "0"},
    "externalMetadataColumns": {"isUsed": "False"},
}  # fmt: skip
_DISPOSITIONS = {
    "errorOrTruncationOperation": "",
    "errorRowDisposition": "NotUsed",
    "truncationRowDisposition": "NotUsed",
}
_DROPPED = ("id", "pipelineVersion", "mappedColumnId")
_REFERENCES = ("lineageId", "synchronousInputId", "externalMetadataColumnId", "startId", "endId")


def rewrite_pipeline(pipeline: Any, flow: DataFlow, task_ref: str) -> None:
    """Rewrite a ``pipeline`` element in place; ``flow`` is its model, which knows every refId."""
    refs = _references(pipeline, flow)
    known = refs | {e.get("lineageId") or e.get("id"): refs[e.get("id")] for e in pipeline.iter("outputColumn")}
    producers = {
        column.lineage_id: column for each in flow.components for out in each.outputs for column in out.columns
    }
    for element in list(pipeline.iter("*")):
        name = element.tag
        if name == "property" and element.get("containsID") == "true" and not len(element):
            element.text = _renumber(text_of(element), known)
        if name == "inputColumn":
            _cache(element, producers.get(known.get(element.get("lineageId") or "", "")))
        _rewrite(element, refs, known)
    pipeline.set("version", "1")
    for name in ("id", "name", "description"):
        pipeline.attrib.pop(name, None)
    for name in ("components", "paths"):
        for wrapper in list(pipeline.iterchildren(name)):
            if not len(wrapper):
                pipeline.remove(wrapper)
    for path in pipeline.iterfind("paths/path"):
        model = next(p for p in flow.paths if p.ref_id == path.get("refId"))
        path.set("name", model.name)
        path.attrib.pop("description", None)


def _references(pipeline: Any, flow: DataFlow) -> dict[str, str]:
    """Integer id → refId of every object, by walking element and model side by side."""
    refs: dict[str, str] = {}
    for element, component in zip(pipeline.iterfind("components/component"), flow.components, strict=True):
        refs[element.get("id")] = component.ref_id
        pairs = [*zip(_all(element, "inputs"), component.inputs, strict=True)]
        for side, model in pairs:
            refs[side.get("id")] = model.ref_id
            _columns(side, "inputColumns", model.columns, refs)
            _columns(side, "externalMetadataColumns", model.external_columns, refs)
        for out, output in zip(_all(element, "outputs"), component.outputs, strict=True):
            refs[out.get("id")] = output.ref_id
            _columns(out, "outputColumns", output.columns, refs)
            _columns(out, "externalMetadataColumns", output.external_columns, refs)
        for link, connection in zip(_all(element, "connections"), component.connections, strict=True):
            refs[link.get("id")] = connection.ref_id
    for path, line in zip(pipeline.iterfind("paths/path"), flow.paths, strict=True):
        refs[path.get("id")] = line.ref_id
    return refs


def _all(element: Any, name: str) -> list[Any]:
    found = element.find(name)
    return [] if found is None else list(child_elements(found))


def _columns(element: Any, name: str, columns: Any, refs: dict[str, str]) -> None:
    for stored, column in zip(_all(element, name), columns, strict=True):
        refs[stored.get("id")] = column.ref_id


def _rewrite(element: Any, refs: dict[str, str], known: dict[str, str]) -> None:
    """refIds for the integers of one element (``known``: also for lineage ids), and its defaults gone."""
    own = element.get("id")
    for name in _REFERENCES:
        value, named = element.get(name), known if name == "lineageId" else refs
        if value is not None and value in named:
            element.set(name, named[value])
    if own in refs and element.tag != "property":
        element.set("refId", refs[own])
    defaults = _DEFAULTS.get(element.tag, {})
    if element.tag in ("input", "output", "inputColumn", "outputColumn"):
        defaults = defaults | _DISPOSITIONS
    for name, value in list(element.attrib.items()):
        if name in _DROPPED or defaults.get(name) == value:
            del element.attrib[name]
    if element.tag == "connection":
        element.set("connectionManagerRefId", element.get("connectionManagerID") or "")


def _renumber(text: str, refs: dict[str, str]) -> str:
    if text in refs:
        return f"#{{{refs[text]}}}"
    return _REFERENCE.sub(lambda found: f"#{{{refs[found[1]]}}}" if found[1] in refs else found[0], text)


def _cache(element: Any, producer: Column | None) -> None:
    """What format 8 caches of the upstream column, so that it loads without it; ``name`` stays only where it is another."""
    name = element.attrib.pop("name", "")
    element.set("cachedName", producer.name if producer else name)
    if producer is None:
        return
    if name not in ("", producer.name):
        element.set("name", name)
    spec = producer.type
    element.set("cachedDataType", spec.info.token)
    for attribute, number in (
        ("cachedLength", spec.length), ("cachedPrecision", spec.precision), ("cachedScale", spec.scale),
        ("cachedCodepage", spec.code_page), ("cachedSortKeyPosition", producer.sort_key_position),
        ("cachedComparisonFlags", producer.comparison_flags),
    ):  # fmt: skip
        if number:
            element.set(attribute, str(number))
