"""The model of a data flow: components, columns and paths (FORMAT §3.8); handed out by :mod:`dtserve.package.model`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dtserve.datatypes import TypeSpec

__all__ = [
    "Column",
    "Component",
    "ComponentConnection",
    "DataFlow",
    "ExternalColumn",
    "Input",
    "Output",
    "Path",
    "PipelineProperty",
]


@dataclass(frozen=True)
class PipelineProperty:
    """A property of a component, input, output or column; ``items`` for string arrays."""

    name: str
    value: str = ""
    data_type: str = ""
    items: tuple[str, ...] | None = None
    type_converter: str = ""
    contains_id: bool = False


@dataclass(frozen=True)
class ExternalColumn:
    """A column of external metadata: what the component saw in the database or file."""

    ref_id: str
    name: str
    type: TypeSpec
    properties: Mapping[str, PipelineProperty] = field(default_factory=dict)


@dataclass(frozen=True)
class Column:
    """An input or output column.

    ``type`` is the declared type (input columns: the cached type of the upstream column).
    ``usage`` is ``readOnly``, ``readWrite`` or ``ignored`` (inputs). ``error_disposition``
    and ``truncation_disposition`` are ``FailComponent``, ``IgnoreFailure``, ``RedirectRow``
    or ``NotUsed``. ``number`` is the integer that ErrorColumn shows: the stored id in
    formats 2 and 3, counted in document order in 6 and 8.
    """

    ref_id: str
    lineage_id: str
    name: str
    type: TypeSpec
    usage: str = "readOnly"
    sort_key_position: int = 0
    comparison_flags: int = 0
    special_flags: int = 0
    error_disposition: str = "NotUsed"
    truncation_disposition: str = "NotUsed"
    external_ref: str = ""
    description: str = ""
    number: int = 0
    properties: Mapping[str, PipelineProperty] = field(default_factory=dict)


@dataclass(frozen=True)
class Input:
    """An input of a component."""

    ref_id: str
    name: str
    columns: tuple[Column, ...] = ()
    external_columns: tuple[ExternalColumn, ...] = ()
    error_disposition: str = "NotUsed"
    truncation_disposition: str = "NotUsed"
    has_side_effects: bool = False
    is_sorted: bool = False
    external_used: bool = True
    properties: Mapping[str, PipelineProperty] = field(default_factory=dict)
    number: int = 0


@dataclass(frozen=True)
class Output:
    """An output of a component; ``synchronous_input`` is an input's refId or empty (asynchronous)."""

    ref_id: str
    name: str
    columns: tuple[Column, ...] = ()
    external_columns: tuple[ExternalColumn, ...] = ()
    exclusion_group: int = 0
    synchronous_input: str = ""
    is_error_out: bool = False
    is_sorted: bool = False
    error_disposition: str = "NotUsed"
    truncation_disposition: str = "NotUsed"
    description: str = ""
    properties: Mapping[str, PipelineProperty] = field(default_factory=dict)
    number: int = 0


@dataclass(frozen=True)
class ComponentConnection:
    """``reference`` resolves by refId, then GUID, then name (FORMAT §3.4)."""

    name: str
    reference: str
    ref_id: str = ""


@dataclass(frozen=True)
class Component:
    """A data flow component.

    ``class_id`` as stored; for managed components ``user_type`` is UserComponentTypeName.
    ``part`` is the registry's name, empty when unknown. ``number`` (here, on inputs, outputs
    and paths) is the integer that messages show: the stored id in formats 2 and 3, counted in
    document order in 6 and 8, 0 where not known.
    """

    ref_id: str
    name: str
    class_id: str
    part: str = ""
    user_type: str = ""
    description: str = ""
    contact_info: str = ""
    version: int = 0
    locale_id: int = 0
    uses_dispositions: bool = False
    validate_external_metadata: bool = True
    properties: Mapping[str, PipelineProperty] = field(default_factory=dict)
    connections: tuple[ComponentConnection, ...] = ()
    inputs: tuple[Input, ...] = ()
    outputs: tuple[Output, ...] = ()
    number: int = 0


@dataclass(frozen=True)
class Path:
    """From an output's refId to an input's refId."""

    ref_id: str
    name: str
    start: str
    end: str
    number: int = 0


@dataclass(frozen=True)
class DataFlow:
    """The content of a Data Flow Task; ``properties`` are attributes of ``pipeline`` by name, without defaults."""

    components: tuple[Component, ...]
    paths: tuple[Path, ...]
    properties: Mapping[str, str] = field(default_factory=dict)
