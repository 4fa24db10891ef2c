"""The data flow of a Data Flow Task, from ``pipeline`` XML of every format (FORMAT §3.8).

Formats 6 and 8 name everything by refId; formats 2, 3 and 5 by integers. The integers are
replaced by the refIds that FORMAT §3.2 prescribes, everywhere: lineage ids, paths,
synchronous inputs, external columns and the references inside properties (``#54`` and a
bare ``54`` become ``#{…}``), so that a data flow looks the same whatever wrote it. The
stored integers stay as ``number``; in formats 6 and 8 numbers are counted in document
order. What an input column does not cache (name, type, sort key) comes from the column
that its lineage id names.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from dtserve.datatypes import DT, TypeSpec
from dtserve.package.model import (
    Column,
    Component,
    ComponentConnection,
    DataFlow,
    Executable,
    ExternalColumn,
    Input,
    Output,
    Path,
    PipelineProperty,
)
from dtserve.package.names import component_part
from dtserve.package.reader.attributes import (
    Attributes,
    attributes,
    column_type,
    disposition,
    flag,
    number,
    pipeline_property,
)
from dtserve.package.reader.elements import child_elements, to_int
from dtserve.package.reader.integer_ids import IntegerIds

__all__ = ["read_data_flow"]

_CACHED_TYPE = ("cachedDataType", "cachedLength", "cachedPrecision", "cachedScale", "cachedCodepage")
_OWN_TYPE = ("dataType", "length", "precision", "scale", "codePage")
_IGNORED = frozenset({"id", "name", "description", "version"})
_OMITTED = {
    "defaultBufferMaxRows": "10000", "defaultBufferSize": "10485760", "engineThreads": "10",
    "runInOptimizedMode": "true", "bufferTempStoragePath": "", "BLOBTempStoragePath": "", "autoAdjustBufferSize": "false",
}  # fmt: skip
_NO_PROPERTIES: Mapping[str, PipelineProperty] = {}


def read_data_flow(executable: Executable) -> DataFlow | None:
    """The data flow of ``executable``; None when it holds none. Raises PersistenceError."""
    pipeline = executable.object_data
    if pipeline is None or pipeline.tag != "pipeline":
        return None
    return _Reader(executable.ref_id).read(pipeline)


_Stored = TypeVar("_Stored", Component, Input)


def _external_used(element: Any) -> bool:
    found = element.find("externalMetadataColumns")
    return found is not None and flag(attributes(found), "isUsed")


class _Reader:
    """State of reading one pipeline: refIds of integer ids and lineage ids, columns by both, the running number."""

    def __init__(self, task_ref: str) -> None:
        self.task_ref = task_ref
        self.ids = IntegerIds()
        self.producers: dict[str, Column] = {}
        self.renamed: dict[str, Column] = {}
        self.types: dict[tuple[str, ...], TypeSpec] = {}
        self.paths: set[str] = set()
        self.count = 0

    def read(self, pipeline: Any) -> DataFlow:
        components = self._members(pipeline, "components")
        numbered = [element for element in components if element.get("id") is not None]
        for element in numbered:
            self._register(element)
        for element in numbered:
            self._register_input_columns(element)
        shells = [self._component(element) for element in components]
        finished = tuple(
            self._resolve_inputs(element, shell) for element, shell in zip(components, shells, strict=True)
        )
        paths = tuple(self._path(element) for element in self._members(pipeline, "paths"))
        values = attributes(pipeline)
        return DataFlow(
            finished, paths, {k: v for k, v in values.items() if k not in _IGNORED and _OMITTED.get(k) != v}
        )

    # --- references -----------------------------------------------------------------------

    def _register(self, component: Any) -> None:
        """The refIds of everything inside a component but its input columns, by integer id and by itself."""
        ref = self._name(component, self.task_ref + "\\", "")
        for kind, collection in (("Inputs", "inputs"), ("Outputs", "outputs")):
            for side in self._members(component, collection):
                side_ref = self._name(side, f"{ref}.{kind}[", "]")
                for column in self._members(side, "outputColumns"):
                    column_ref = self._name(column, f"{side_ref}.Columns[", "]")
                    self.ids.column(
                        column.get("id", ""), column.get("lineageId", ""), column.get("name", ""), column_ref
                    )
                for column in self._members(side, "externalMetadataColumns"):
                    self._name(column, f"{side_ref}.ExternalColumns[", "]")
        for connection in self._members(component, "connections"):
            self._name(connection, f"{ref}.Connections[", "]")

    def _register_input_columns(self, component: Any) -> None:
        """The refIds of a component's input columns, which in formats 2 and 3 have the names of their producers."""
        for side in self._members(component, "inputs"):
            side_ref = self.ids.refs.get(side.get("id", ""), "")
            for column in self._members(side, "inputColumns"):
                values = attributes(column)
                if "id" in values:
                    name = (
                        values.get("name")
                        or values.get("cachedName")
                        or self.ids.names.get(values.get("lineageId", ""), "")
                    )
                    self.ids.refs[values["id"]] = self._ref({**values, "name": name}, f"{side_ref}.Columns[", "]")

    @staticmethod
    def _members(element: Any, collection: str) -> list[Any]:
        found = element.find(collection)
        return [] if found is None else [child for child in found if isinstance(child.tag, str)]

    def _name(self, element: Any, before: str, after: str) -> str:
        """The element's refId, remembered under its integer id."""
        values = attributes(element)
        ref = self._ref(values, before, after)
        if "id" in values:
            self.ids.refs[values["id"]] = ref
        return ref

    def _ref(self, values: Attributes, before: str, after: str) -> str:
        name = values.get("name") or values.get("cachedName") or ""
        return values.get("refId") or f"{before}{name}{after}"

    def _target(self, values: Attributes, name: str) -> str:
        """What an attribute refers to: a refId as it stands, an integer by the map, 0 as nothing."""
        text = values.get(name, "")
        return self.ids.refs.get(text, "" if text == "0" else text)

    def _lineage(self, values: Attributes) -> str:
        """The lineage id: in formats 2 and 3 the refId of the column whose lineage id the number is."""
        return self.ids.lineages.get(values.get("lineageId", "")) or self._target(values, "lineageId")

    def _next(self, values: Attributes) -> int:
        if "id" in values:
            return number(values, "id")
        self.count += 1
        return self.count

    # --- objects --------------------------------------------------------------------------

    def _component(self, element: Any) -> Component:
        values = attributes(element)
        ref = self._ref(values, self.task_ref + "\\", "")
        stored_number = self._next(values)
        properties = self._properties(element)
        user_type = properties["UserComponentTypeName"].value if "UserComponentTypeName" in properties else ""
        class_id = values.get("componentClassID", "")
        contact, description = values.get("contactInfo", ""), values.get("description", "")
        locale = values.get("localeId", "")
        return Component(
            ref_id=ref,
            name=values.get("name", ""),
            class_id=class_id,
            part=component_part(class_id, user_type, contact, description),
            user_type=user_type,
            description=description,
            contact_info=contact,
            version=number(values, "version"),
            locale_id=0 if locale in ("", "-1") else to_int("localeId", locale),
            uses_dispositions=flag(values, "usesDispositions"),
            validate_external_metadata=flag(values, "validateExternalMetadata", True),
            properties=properties,
            connections=tuple(self._connection(child, ref) for child in self._members(element, "connections")),
            inputs=tuple(self._input(child, ref) for child in self._members(element, "inputs")),
            outputs=tuple(self._output(child, ref) for child in self._members(element, "outputs")),
            number=stored_number,
        )

    def _connection(self, element: Any, owner: str) -> ComponentConnection:
        values = attributes(element)
        reference = values.get("connectionManagerRefId") or values.get("connectionManagerID", "")
        ref = self._ref(values, f"{owner}.Connections[", "]")
        return ComponentConnection(values.get("name", ""), reference, ref)

    def _input(self, element: Any, owner: str) -> Input:
        """The input without its columns, which need the outputs of all components first."""
        values = attributes(element)
        ref = self._ref(values, f"{owner}.Inputs[", "]")
        return Input(
            ref_id=ref,
            name=values.get("name", ""),
            external_columns=self._external(element, ref),
            error_disposition=disposition(values, "errorRowDisposition"),
            truncation_disposition=disposition(values, "truncationRowDisposition"),
            has_side_effects=flag(values, "hasSideEffects"),
            is_sorted=flag(values, "isSorted"),
            external_used=_external_used(element),
            properties=self._properties(element),
            number=self._next(values),
        )

    def _output(self, element: Any, owner: str) -> Output:
        values = attributes(element)
        ref = self._ref(values, f"{owner}.Outputs[", "]")
        stored_number = self._next(values)
        return Output(
            ref_id=ref,
            name=values.get("name", ""),
            columns=tuple(self._output_column(child, ref) for child in self._members(element, "outputColumns")),
            external_columns=self._external(element, ref),
            exclusion_group=number(values, "exclusionGroup"),
            synchronous_input=self._target(values, "synchronousInputId"),
            is_error_out=flag(values, "isErrorOut"),
            is_sorted=flag(values, "isSorted"),
            error_disposition=disposition(values, "errorRowDisposition"),
            truncation_disposition=disposition(values, "truncationRowDisposition"),
            description=values.get("description", ""),
            properties=self._properties(element),
            number=stored_number,
        )

    def _output_column(self, element: Any, owner: str) -> Column:
        values = attributes(element)
        ref = self._ref(values, f"{owner}.Columns[", "]")
        column = Column(
            ref_id=ref,
            lineage_id=self._lineage(values) or ref,
            name=values.get("name", ""),
            type=self._type(values, *_OWN_TYPE),
            sort_key_position=number(values, "sortKeyPosition"),
            comparison_flags=number(values, "comparisonFlags"),
            special_flags=number(values, "specialFlags"),
            error_disposition=disposition(values, "errorRowDisposition"),
            truncation_disposition=disposition(values, "truncationRowDisposition"),
            external_ref=self._target(values, "externalMetadataColumnId"),
            description=values.get("description", ""),
            number=self._next(values),
            properties=self._properties(element),
        )
        self.producers.setdefault(column.lineage_id, column)
        self.renamed.setdefault(column.ref_id, column)
        return column

    def _resolve_inputs(self, element: Any, component: Component) -> Component:
        """The component with the columns of its inputs."""
        if not component.inputs:
            return component
        members = self._members(element, "inputs")
        inputs = tuple(
            _replace(
                stored, columns=tuple(self._input_column(c, stored.ref_id) for c in self._members(side, "inputColumns"))
            )
            for side, stored in zip(members, component.inputs, strict=True)
        )
        return _replace(component, inputs=inputs)

    def _input_column(self, element: Any, owner: str) -> Column:
        """An input column: its own name, else the name that its producer has now, else the one it had (``cachedName``)."""
        values = attributes(element)
        lineage = self._lineage(values)
        producer = self.producers.get(lineage) or self.renamed.get(lineage)
        spec = self._type(values, *_CACHED_TYPE) if values.get("cachedDataType") else None
        name = values.get("name") or values.get("cachedName") or (producer.name if producer else "")
        current = values.get("name") or (producer.name if producer else name)
        own = values if "cachedSortKeyPosition" in values or producer is None else None
        return Column(
            ref_id=self._ref({"name": name, **values}, f"{owner}.Columns[", "]"),
            lineage_id=lineage,
            name=current,
            type=spec or (producer.type if producer else TypeSpec(DT.EMPTY)),
            usage=values.get("usageType") or "readOnly",
            sort_key_position=producer.sort_key_position
            if own is None and producer
            else number(values, "cachedSortKeyPosition"),
            comparison_flags=producer.comparison_flags
            if own is None and producer
            else number(values, "cachedComparisonFlags"),
            error_disposition=disposition(values, "errorRowDisposition"),
            truncation_disposition=disposition(values, "truncationRowDisposition"),
            external_ref=self._target(values, "externalMetadataColumnId"),
            description=values.get("description", ""),
            number=self._next(values),
            properties=self._properties(element),
        )

    def _external(self, element: Any, owner: str) -> tuple[ExternalColumn, ...]:
        return tuple(
            ExternalColumn(
                self._ref(values, f"{owner}.ExternalColumns[", "]"),
                values.get("name", ""),
                self._type(values, *_OWN_TYPE),
                self._properties(child),
            )
            for child in self._members(element, "externalMetadataColumns")
            for values in (attributes(child),)
        )

    def _type(self, values: Attributes, *names: str) -> TypeSpec:
        key = tuple(values.get(name, "") for name in names)
        spec = self.types.get(key)
        if spec is None:
            spec = self.types[key] = column_type(names, key)
        return spec

    def _properties(self, element: Any) -> Mapping[str, PipelineProperty]:
        found = element.find("properties")
        if found is None or not len(found):
            return _NO_PROPERTIES
        renumber = self.ids.renumber if self.ids.refs else None
        return {each.name: each for each in (pipeline_property(child, renumber) for child in child_elements(found))}

    def _path(self, element: Any) -> Path:
        values = attributes(element)
        name = values.get("name", "")
        ref = values.get("refId", "")
        if not ref:
            name = self._free_path_name(name)
            ref = f"{self.task_ref}.Paths[{name}]"
        start, end = self._target(values, "startId"), self._target(values, "endId")
        return Path(ref, name, start, end, self._next(values))

    def _free_path_name(self, name: str) -> str:
        """Paths leaving equally named outputs get a number, as the upgrade to refIds gives them (FORMAT §3.2)."""
        free, suffix = name, 0
        while free in self.paths:
            suffix += 1
            free = f"{name}{suffix}"
        self.paths.add(free)
        return free


def _replace(stored: _Stored, **changes: Any) -> _Stored:
    """``dataclasses.replace`` for classes without special fields: a copy of the fields with some changed."""
    return type(stored)(**{**stored.__dict__, **changes})
