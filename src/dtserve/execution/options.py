"""Everything that can be asked of one run: what dtexec's options, the service and Execute Package say (DTEXEC §4).

:class:`ExecutionOptions` is immutable and has a JSON form, which is how a child process gets it
on its standard input; secrets are in it, so that it is never printed (``repr`` hides them).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from dtserve.doors import lazy

if TYPE_CHECKING:
    from dtserve.connections.environment import ConnectionTarget
    from dtserve.execution.option_codec import decode, encode, options_from
    from dtserve.execution.option_values import Logger, Setting

__all__ = ["ExecutionOptions", "Logger", "PackageSource", "Setting", "decode", "encode", "options_from"]

__getattr__ = lazy(
    "dtserve.execution",
    {
        **dict.fromkeys(("Logger", "Setting"), "option_values"),
        **dict.fromkeys(("decode", "encode", "options_from"), "option_codec"),
    },
)


@dataclass(frozen=True)
class PackageSource:
    """Which package: a file, a package of a project file, or its bytes.

    ``display_path`` is what messages call it; ``folder`` the package's own folder.
    """

    path: str = ""
    project_path: str = ""
    package_name: str = ""
    data: bytes = field(default=b"", repr=False)
    project_data: bytes = field(default=b"", repr=False)
    display_path: str = ""
    folder: str = ""


@dataclass(frozen=True)
class ExecutionOptions:
    """What one run is asked to do; the defaults run a package as it stands.

    ``msdb`` tells where the msdb of each server is, for Execute Package tasks that name a server;
    a package that itself comes from msdb has ``store_server`` and ``store_folder``, where child packages named
    without a server stand beside it.
    """

    settings: tuple[Setting, ...] = ()
    password: str | None = field(default=None, repr=False)
    validate_only: bool = False
    warnings_as_errors: bool = False
    max_concurrent: int | None = None
    checkpoint_file: str | None = None
    checkpointing: bool | None = None
    restart: str = ""
    loggers: tuple[Logger, ...] = ()
    verbose_log: bool = False
    verbose_log_file: str = ""
    verify_build: tuple[int, ...] = ()
    verify_package_id: str = ""
    verify_version_id: str = ""
    verify_signed: bool = False
    folder: str = ""
    connection_map: tuple[ConnectionTarget, ...] = ()
    path_map: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    registry_file: str = ""
    msdb: Mapping[str, str] = field(default_factory=dict, repr=False)
    store_server: str = ""
    store_folder: str = ""
    memory_limit: int = 0
    temp: str = ""
    results: str = ""
    buffer_rows: int = 0
    debug: bool = False
    execution_id: str = ""
    parent_variables: Mapping[str, tuple[int, Any]] = field(default_factory=dict, repr=False)
    depth: int = 0

    @property
    def keeps_package(self) -> bool:
        """Whether nothing asked for changes the package itself."""
        changes = (self.settings, self.max_concurrent, self.checkpoint_file, self.checkpointing, self.restart)
        return all(each in (None, (), "") for each in changes)

    @property
    def verifies(self) -> bool:
        """Whether the package is compared with what was asked for before it runs."""
        return bool(self.verify_build or self.verify_package_id or self.verify_version_id or self.verify_signed)

    def to_json(self) -> str:
        """The JSON form, secrets included: for a pipe, never for a file or a log."""
        import json

        from dtserve.execution.option_codec import encode

        return json.dumps(encode(asdict(self)))

    @classmethod
    def from_json(cls, text: str) -> ExecutionOptions:
        """Read :meth:`to_json`; unknown names are a ValueError."""
        import json

        from dtserve.execution.option_codec import options_from

        return options_from(json.loads(text))
