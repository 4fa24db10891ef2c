"""The one model of a package, the same for formats 2, 3, 6 and 8.

Frozen dataclasses, made by ``reader/`` from the parsed document. Every value that a
format omits is present here with its right default (FORMAT §3.3). ``xml`` members hold
the lxml element the object came from, for task-specific data that only the task's own
class understands; treat them as read-only.

References between objects are resolved by the reader: constraints name executables by
``ref_id``, paths name inputs and outputs by ``ref_id``, columns are found by
``lineage_id``: a refId path in every format, because the reader replaces the integers of
formats 2 and 3 (also inside properties, ``#54`` → ``#{refId}``).
``ref_id`` is computed by the rules of FORMAT §3.2 where the format has none.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from dtserve.doors import lazy

if TYPE_CHECKING:
    from dtserve.package.member_model import (
        Configuration,
        ConnectionManager,
        ConstraintValue,
        EvalOp,
        EventHandler,
        ForEachMapping,
        LogProvider,
        Parameter,
        PrecedenceConstraint,
        PropertyExpression,
        Variable,
    )
    from dtserve.package.pipeline_model import (
        Column,
        Component,
        ComponentConnection,
        DataFlow,
        ExternalColumn,
        Input,
        Output,
        Path,
        PipelineProperty,
    )

__all__ = [
    "Column", "Component", "ComponentConnection", "Configuration", "ConnectionManager", "ConstraintValue",
    "DataFlow", "EvalOp", "EventHandler", "Executable", "ExternalColumn", "ForEachMapping", "Input",
    "LogProvider", "LoggingOptions", "Output", "Package", "Parameter", "Path", "PipelineProperty",
    "PrecedenceConstraint", "PropertyExpression", "ProtectionLevel", "Variable",
]  # fmt: skip

_PIPELINE = (
    "Column", "Component", "ComponentConnection", "DataFlow", "ExternalColumn", "Input", "Output", "Path",
    "PipelineProperty",
)  # fmt: skip
_MEMBERS = (
    "Configuration", "ConnectionManager", "ConstraintValue", "EvalOp", "EventHandler", "ForEachMapping", "LogProvider",
    "Parameter", "PrecedenceConstraint", "PropertyExpression", "Variable",
)  # fmt: skip
__getattr__ = lazy(
    "dtserve.package", dict.fromkeys(_PIPELINE, "pipeline_model") | dict.fromkeys(_MEMBERS, "member_model")
)


class ProtectionLevel(enum.IntEnum):
    """How sensitive values are kept (FORMAT §1.1)."""

    DONT_SAVE_SENSITIVE = 0
    ENCRYPT_SENSITIVE_WITH_USER_KEY = 1
    ENCRYPT_SENSITIVE_WITH_PASSWORD = 2
    ENCRYPT_ALL_WITH_PASSWORD = 3
    ENCRYPT_ALL_WITH_USER_KEY = 4
    SERVER_STORAGE = 5


@dataclass(frozen=True)
class LoggingOptions:
    """``mode`` 0 use parent setting, 1 enabled, 2 disabled; ``events`` as filtered by ``filter_kind``."""

    mode: int = 0
    filter_kind: int = 1
    events: tuple[str, ...] = ()
    column_filters: Mapping[str, Mapping[str, bool]] = field(default_factory=dict)
    providers: tuple[str, ...] = ()


@dataclass(frozen=True, repr=False)
class Executable:
    """A container or task (``Package`` and ``EventHandler`` are executables too).

    ``type_id`` is ``DTS:ExecutableType`` as stored; ``part`` the name under which the
    registry knows it (``ExecuteSQLTask``, ``Sequence``, ``ForEachLoop``, ``Pipeline``),
    empty when unknown. ``properties`` holds further stored properties by SSIS name (loop
    expressions, TaskContact …). ``xml`` is the whole ``DTS:Executable``, ``object_data``
    the task's own element inside ``DTS:ObjectData`` (None for containers). ``overrides`` and
    ``enumerator_overrides`` are values that configurations and ``/SET`` gave to properties of
    the task or enumerator itself (``SqlStatementSource``, ``[Component].[Property]``): whoever
    makes the object sets them by name, before property expressions.
    """

    name: str
    dtsid: str
    ref_id: str
    type_id: str
    part: str = ""
    creation_name: str = ""
    description: str = ""
    disabled: bool = False
    delay_validation: bool = False
    disable_event_handlers: bool = False
    fail_package_on_failure: bool = False
    fail_parent_on_failure: bool = False
    max_error_count: int = 1
    force_execution_result: int = -1
    force_exec_value: bool = False
    exec_value: str = "0"
    exec_value_type: int = 3
    exec_value_variable: str = ""
    isolation_level: int = 1048576
    transaction_option: int = 1
    locale_id: int = -1
    logging: LoggingOptions = LoggingOptions()
    properties: Mapping[str, str] = field(default_factory=dict)
    variables: tuple[Variable, ...] = ()
    property_expressions: tuple[PropertyExpression, ...] = ()
    executables: tuple[Executable, ...] = ()
    constraints: tuple[PrecedenceConstraint, ...] = ()
    event_handlers: tuple[EventHandler, ...] = ()
    enumerator_xml: Any = field(default=None, compare=False, repr=False)
    enumerator_id: str = ""
    enumerator_expressions: tuple[PropertyExpression, ...] = ()
    enumerator_overrides: Mapping[str, str] = field(default_factory=dict)
    mappings: tuple[ForEachMapping, ...] = ()
    overrides: Mapping[str, str] = field(default_factory=dict)
    xml: Any = field(default=None, compare=False, repr=False)
    object_data: Any = field(default=None, compare=False, repr=False)

    def walk(self) -> Iterator[Executable]:
        """This executable and everything below it, event handlers included, in document order."""
        todo: list[Executable] = [self]
        while todo:
            here = todo.pop()
            yield here
            todo.extend(reversed((*here.executables, *here.event_handlers)))

    @cached_property
    def data_flow(self) -> DataFlow | None:
        """The data flow of a Data Flow Task, read on first use; None for anything else."""
        from dtserve.package.reader.pipeline import read_data_flow

        return read_data_flow(self)


@dataclass(frozen=True, repr=False)
class Package(Executable):
    """A whole package. ``package_properties`` are package-only properties by SSIS name."""

    format_version: int = 0
    protection_level: ProtectionLevel = ProtectionLevel.ENCRYPT_SENSITIVE_WITH_USER_KEY
    max_concurrent_executables: int = -1
    checkpoint_file_name: str = ""
    checkpoint_usage: int = 0
    save_checkpoints: bool = False
    enable_configurations: bool = False
    suppress_configuration_warnings: bool = False
    creator_name: str = ""
    creator_computer_name: str = ""
    creation_date: str = ""
    version_major: int = 1
    version_minor: int = 0
    version_build: int = 0
    version_guid: str = ""
    version_comments: str = ""
    last_modified_product_version: str = ""
    parameters: tuple[Parameter, ...] = ()
    connections: tuple[ConnectionManager, ...] = ()
    configurations: tuple[Configuration, ...] = ()
    log_providers: tuple[LogProvider, ...] = ()
