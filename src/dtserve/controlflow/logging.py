"""Log entries of a running package and the providers that keep them (CONFIG_LOGGING §3, EVENTS §2, §3).

An event is logged for the executable that raised it and again for each ancestor that logs
it, with that level's name and id. A level's settings are its own (LoggingMode 1), nobody's (2) or those of its
parent (0). PackageStart and PackageEnd are always logged.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from dtserve.controlflow.errors import UnsupportedPart
from dtserve.controlflow.logproviders.errors import LogProviderFailed
from dtserve.controlflow.registry import log_provider_class, unsupported_reason
from dtserve.errors import DtserveError, signed
from dtserve.package.model import LoggingOptions, LogProvider
from dtserve.package.names import log_provider_part

if TYPE_CHECKING:
    from dtserve.controlflow.container import Container
    from dtserve.controlflow.containers.package import PackageContainer
    from dtserve.controlflow.events import Event

__all__ = ["LogEntry", "LogProviderBase", "PackageLogging", "RunLogger"]

USE_PARENT, ENABLED, DISABLED = 0, 1, 2
ALWAYS = frozenset(("PackageStart", "PackageEnd"))
LOGGED_AS = {"RowsSent": "OnPipelineRowsSent", "ComponentPhase": "PipelineComponentTime"}
"""dtserve's own events and the custom log entries of the Data Flow Task they are."""
FILTERED = {
    "Computer": "computer", "Operator": "operator", "SourceName": "source", "SourceID": "source_id",
    "ExecutionID": "execution_id", "MessageText": "message",
}  # fmt: skip
"""Columns of a ColumnFilter → fields of an entry."""


class LogEntry(NamedTuple):
    """One record of a log; ``time`` in seconds since the epoch, start and end being equal."""

    event: str
    computer: str
    operator: str
    source: str
    source_id: str
    execution_id: str
    time: float
    data_code: int
    data_bytes: bytes
    message: str


@dataclass(frozen=True)
class RunLogger:
    """A provider added for one run (``/LOGGER``, ``/VLOG``): by ProgID or class id, with its configuration string."""

    provider: str
    config_string: str


class LogProviderBase(ABC):
    """Keeps log entries somewhere. Opened before the first entry, closed at the end of the run."""

    part: ClassVar[str] = ""

    def __init__(self, package: PackageContainer, name: str, config_string: str) -> None:
        self.package = package
        self.name = name
        self.config_string = config_string

    @abstractmethod
    def open(self) -> None:
        """Open the log; raises coded errors."""

    @abstractmethod
    def write(self, entry: LogEntry) -> None:
        """Keep one entry."""

    @abstractmethod
    def close(self) -> None:
        """Close the log; never raises."""


@dataclass(frozen=True)
class LevelSettings:
    """What one level logs, after inheritance."""

    providers: tuple[LogProviderBase, ...] = ()
    options: LoggingOptions = field(default_factory=LoggingOptions)
    verbose: bool = False

    def wants(self, event: str) -> bool:
        """Whether the event is logged at this level."""
        if not self.providers:
            return False
        if event in ALWAYS or self.verbose:
            return True
        named = event in self.options.events
        return named if self.options.filter_kind == 0 else not named


class PackageLogging:
    """The open logs of one package."""

    def __init__(
        self,
        package: PackageContainer,
        providers: dict[str, LogProviderBase],
        extra: Sequence[LogProviderBase],
        *,
        verbose: bool,
    ) -> None:
        self.package = package
        self._providers = providers
        self._extra = tuple(extra)
        self._verbose = verbose
        self._settings: dict[str, LevelSettings] = {}
        self._lock = threading.Lock()
        self._broken: set[LogProviderBase] = set()

    @classmethod
    def open(
        cls, package: PackageContainer, loggers: Iterable[RunLogger] = (), *, verbose: bool = False
    ) -> PackageLogging | None:
        """Open the providers that some executable uses, and those of the run; None when nothing logs.

        Raises UnsupportedPart and LogProviderFailed.
        """
        used = _used(package)
        providers: dict[str, LogProviderBase] = {}
        for model in package.package_model.log_providers:
            if model.dtsid.upper() in used or verbose:
                providers[model.dtsid.upper()] = _make(package, model)
        extra = [_make(package, LogProvider(each.provider, "", each.provider, each.config_string)) for each in loggers]
        if not providers and not extra:
            return None
        opened: list[LogProviderBase] = []
        for provider in (*providers.values(), *extra):
            try:
                opened.append(provider)
                provider.open()
            except DtserveError as error:
                for each in opened:
                    each.close()
                raise LogProviderFailed(name=provider.name, code=f"{error.code:08X}", detail=error.message) from error
        return cls(package, providers, extra, verbose=verbose)

    def settings(self, level: Container) -> LevelSettings:
        """What ``level`` logs."""
        found = self._settings.get(level.model.ref_id)
        if found is None:
            found = self._settings[level.model.ref_id] = self._resolve(level)
        return found

    def _resolve(self, level: Container) -> LevelSettings:
        mode = level.logging_mode
        options = level.model.logging
        if mode == DISABLED and not self._verbose:
            return LevelSettings(self._extra, LoggingOptions(filter_kind=1), verbose=True)
        if mode == USE_PARENT and level.parent is not None:
            return self.settings(level.parent)
        chosen = (
            tuple(self._providers.values())
            if self._verbose
            else tuple(self._providers[each.upper()] for each in options.providers if each.upper() in self._providers)
        )
        if self._extra and not chosen:
            return LevelSettings(self._extra, LoggingOptions(filter_kind=1), verbose=True)
        return LevelSettings((*chosen, *self._extra), options, self._verbose)

    def write(self, level: Container, event: Event) -> None:
        """Log ``event`` as seen by ``level``; a provider that fails is left out from then on, with a warning."""
        settings = self.settings(level)
        kind = LOGGED_AS.get(event.kind, event.kind)
        if not settings.wants(kind):
            return
        entry = self._entry(level, kind, event, settings.options)
        failed: list[tuple[LogProviderBase, DtserveError]] = []
        with self._lock:
            for provider in settings.providers:
                if provider in self._broken:
                    continue
                try:
                    provider.write(entry)
                except DtserveError as error:
                    self._broken.add(provider)
                    failed.append((provider, error))
        for provider, problem in failed:
            told = LogProviderFailed(name=provider.name, code=f"{problem.code:08X}", detail=problem.message)
            self.package.announce("OnWarning", code=told.code, message=told.message)

    def _entry(self, level: Container, kind: str, event: Event, options: LoggingOptions) -> LogEntry:
        run = level.run
        entry = LogEntry(
            f"User:{kind}" if kind.startswith("Script") else kind,
            run.shared.computer,
            run.shared.operator,
            level.name,
            level.model.dtsid,
            run.execution_id,
            event.time,
            data_code(event),
            b"",
            event.message,
        )
        columns = options.column_filters.get(kind) if options.column_filters else None
        if not columns:
            return entry
        left_out: dict[str, Any] = {each: "" for name, each in FILTERED.items() if not columns.get(name, True)}
        return entry._replace(**left_out)

    def close(self) -> None:
        """Close all logs."""
        for provider in (*self._providers.values(), *self._extra):
            provider.close()


def data_code(event: Event) -> int:
    """DataCode: the HRESULT of messages, the percentage of progress, the result of an end (EVENTS §1.1)."""
    if event.kind in ("OnError", "OnWarning", "OnInformation"):
        return signed(event.code)
    if event.kind == "OnProgress":
        return max(event.percent, 0)
    if event.kind == "PackageEnd" and event.result is not None:
        return event.result
    return 0


def _used(package: PackageContainer) -> set[str]:
    """The ids of the providers that some executable has selected and not switched off."""
    return {
        provider.upper()
        for each in package.package_model.walk()
        if each.logging.mode == ENABLED or (each is package.package_model and each.logging.mode == USE_PARENT)
        for provider in each.logging.providers
    }


def _make(package: PackageContainer, model: LogProvider) -> LogProviderBase:
    part = log_provider_part(model.creation_name)
    cls = log_provider_class(part)
    if cls is None:
        raise UnsupportedPart(
            kind="Log provider",
            name=model.name,
            part=part or model.creation_name,
            reason=unsupported_reason("log provider", part),
        )
    return cls(package, model.name, _config_string(package, model))


def _config_string(package: PackageContainer, model: LogProvider) -> str:
    """The configuration string after its property expression (evaluated before the log is opened, §10)."""
    from dtserve.controlflow.errors import PropertyExpressionError
    from dtserve.controlflow.evaluation import property_value
    from dtserve.controlflow.values import display_text

    text = model.config_string
    for each in model.property_expressions:
        if each.name.lower() == "configstring":
            try:
                text = display_text(property_value(each.expression, package.scope))
            except DtserveError as error:
                raise PropertyExpressionError(
                    expression=each.expression, property=each.name, detail=error.message
                ) from error
    return text
