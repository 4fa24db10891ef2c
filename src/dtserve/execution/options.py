"""Everything that can be asked of one run: what dtexec's options, the service and Execute Package say (DTEXEC §4).

:class:`ExecutionOptions` is immutable and has a JSON form, which is how a child process gets it
on its standard input; secrets are in it, so that it is never printed (``repr`` hides them).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dtserve.connections.environment import ConnectionTarget

__all__ = ["ExecutionOptions", "Logger", "PackageSource", "Setting"]


@dataclass(frozen=True)
class Setting:
    """One ``/SET``, ``/CONNECTION`` or ``/CONFIGFILE``, in the order met.

    ``kind`` is ``set`` (``target`` a property path), ``connection`` (``target`` a name or GUID, ``value`` its
    connection string), ``configuration`` (``target`` a file) or ``parameter`` (``target``
    ``$Package::Name`` or ``$Project::Name``).
    """

    kind: str
    target: str
    value: Any = field(default="", repr=False)
    sensitive: bool = False


@dataclass(frozen=True)
class Logger:
    """One ``/LOGGER``: provider by ProgID or class id, and a connection manager's name or a path."""

    provider: str
    config_string: str = ""


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

        return json.dumps(encode(asdict(self)))

    @classmethod
    def from_json(cls, text: str) -> ExecutionOptions:
        """Read :meth:`to_json`; unknown names are a ValueError."""
        import json

        return options_from(json.loads(text))


def encode(value: Any) -> Any:
    """A value as JSON can carry it: bytes in base64, dates as text with a mark."""
    if isinstance(value, bytes):
        import base64

        return {"$bytes": base64.b64encode(value).decode()}
    if isinstance(value, Mapping):
        return {key: encode(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [encode(each) for each in value]
    if value is None or isinstance(value, str | int | float | bool):
        return value
    from datetime import date, datetime
    from decimal import Decimal

    if isinstance(value, datetime):
        return {"$datetime": value.isoformat()}
    if isinstance(value, date):
        return {"$date": value.isoformat()}
    if isinstance(value, Decimal):
        return {"$decimal": str(value)}
    return str(value)


def decode(value: Any) -> Any:
    """The inverse of :func:`encode`."""
    if isinstance(value, list):
        return [decode(each) for each in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        (key, inner), *_ = value.items()
        if key == "$bytes":
            import base64

            return base64.b64decode(inner)
        if key in ("$datetime", "$date", "$decimal"):
            from datetime import date, datetime
            from decimal import Decimal

            kinds: dict[str, Any] = {
                "$datetime": datetime.fromisoformat,
                "$date": date.fromisoformat,
                "$decimal": Decimal,
            }
            return kinds[key](inner)
    return {key: decode(each) for key, each in value.items()}


def options_from(stored: Mapping[str, Any]) -> ExecutionOptions:
    """Options from decoded JSON; ValueError for names that are none."""
    from dtserve.connections.environment import ConnectionTarget

    known = {each.name for each in fields(ExecutionOptions)}
    unknown = set(stored) - known
    if unknown:
        raise ValueError(f"unknown options: {', '.join(sorted(unknown))}")
    values: dict[str, Any] = {key: decode(value) for key, value in stored.items()}
    for name, kind in (("settings", Setting), ("loggers", Logger), ("connection_map", ConnectionTarget)):
        if name in values:
            values[name] = tuple(kind(**each) for each in values[name])
    if "verify_build" in values:
        values["verify_build"] = tuple(values["verify_build"])
    if "parent_variables" in values:
        values["parent_variables"] = {name: (vt, each) for name, (vt, each) in values["parent_variables"].items()}
    return ExecutionOptions(**values)
