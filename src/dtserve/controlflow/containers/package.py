"""The package: the outermost container, with parameters, connections and package-only properties."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from dtserve.controlflow.containers.parent import ParentContainer
from dtserve.controlflow.properties import Property
from dtserve.controlflow.registry import container
from dtserve.controlflow.scope import RuntimeVariable
from dtserve.controlflow.stored_values import ZERO_DATE, parse_variant
from dtserve.controlflow.system_variables import add_package_variables
from dtserve.errors import DtserveError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dtserve.controlflow.checkpoints import Checkpoint
    from dtserve.controlflow.logging import PackageLogging
    from dtserve.controlflow.runtime import PackageRun
    from dtserve.package.model import Package, Parameter

__all__ = ["PackageContainer"]


@container("Package")
class PackageContainer(ParentContainer):
    """A package in execution."""

    kind: ClassVar[str] = "Package"

    max_concurrent_executables = Property(
        "MaxConcurrentExecutables",
        int,
        -1,
        text="Tasks that run at once; -1 = logical processors + 2.",
        valid=lambda number: number >= 1 or number == -1,
    )
    checkpoint_file_name = Property("CheckpointFileName", str, "", text="The checkpoint file.")
    checkpoint_usage = Property("CheckpointUsage", int, 0, text="0 Never, 1 IfExists, 2 Always.")
    save_checkpoints = Property("SaveCheckpoints", bool, False, text="Checkpoints are written.")
    enable_configurations = Property(
        "EnableConfigurations", bool, False, aliases=("EnableConfig",), text="Configurations are applied."
    )
    suppress_configuration_warnings = Property(
        "SuppressConfigurationWarnings", bool, False, text="Warnings of configurations are not raised."
    )
    package_priority_class = Property("PackagePriorityClass", int, 0, text="Kept, without effect.")
    protection_level = Property("ProtectionLevel", int, 1, read_only=True, text="How sensitive values are kept.")
    offline_mode = Property("OfflineMode", bool, False, text="Connections are not acquired in validation.")
    package_password = Property("PackagePassword", str, "", text="Kept, without effect at run time.")
    update_objects = Property("UpdateObjects", bool, False, text="Kept, without effect.")
    interactive_mode = Property("InteractiveMode", bool, False, read_only=True, text="False.")
    encrypt_checkpoints = Property("EncryptCheckpoints", bool, False, text="Kept, without effect.")

    def __init__(
        self,
        model: Package,
        run: PackageRun,
        project_parameters: Sequence[Parameter] = (),
    ) -> None:
        run.package = self
        self.package_model = model
        self.project_parameters = project_parameters
        self.logging: PackageLogging | None = None
        self.checkpoint: Checkpoint | None = None
        self.events_handled: set[str] = set()
        super().__init__(model, None, run)

    def _copy_properties(self) -> None:
        super()._copy_properties()
        model, values = self.package_model, self.property_values
        self.set_property("MaxConcurrentExecutables", model.max_concurrent_executables)
        values["CheckpointFileName"] = model.checkpoint_file_name
        values["CheckpointUsage"] = model.checkpoint_usage
        values["SaveCheckpoints"] = model.save_checkpoints
        values["EnableConfigurations"] = model.enable_configurations
        values["SuppressConfigurationWarnings"] = model.suppress_configuration_warnings
        values["ProtectionLevel"] = int(model.protection_level)
        self.read_properties({name: text for name, text in model.properties.items() if name not in values})

    def prepare(self) -> None:
        """Parameters and system variables."""
        for parameter in self.project_parameters:
            self.scope.add(RuntimeVariable.from_parameter(parameter, "$Project"))
        for parameter in self.package_model.parameters:
            self.scope.add(RuntimeVariable.from_parameter(parameter, "$Package"))
        add_package_variables(self)

    def announce(self, kind: str, **facts: Any) -> None:
        """An event of loading: it reaches the sink and the logs, but no event handler and no error count."""
        model = self.package_model
        event = self.run.shared.emit(kind, self.name, model.dtsid, model.ref_id, **facts)
        if self.logging is not None:
            self.logging.write(self, event)

    def note_handler(self, event_name: str) -> None:
        """Some container of this package handles ``event_name``."""
        self.events_handled.add(event_name)

    def has_handler(self, event_name: str) -> bool:
        """Whether any container of this package or of those above it handles the event."""
        if event_name in self.events_handled:
            return True
        host = self.run.parent
        return host is not None and host.run.package.has_handler(event_name)

    @property
    def logs_events(self) -> bool:
        """Whether log providers of this package or of those above it are open."""
        if self.logging is not None:
            return True
        host = self.run.parent
        return host is not None and host.run.package.logs_events

    @property
    def creation_date(self) -> datetime:
        """The stored creation date, 1899-12-30 when it cannot be read."""
        try:
            found: Any = parse_variant(self.package_model.creation_date, 7, "CreationDate")
        except DtserveError:
            return ZERO_DATE
        return found if isinstance(found, datetime) else ZERO_DATE
