"""Log entries of a running package and the providers that keep them (CONFIG_LOGGING §3, EVENTS §2, §3)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from dtserve.controlflow.container import Container
    from dtserve.controlflow.events import Event

__all__ = ["LogEntry", "LogProviderBase", "PackageLogging"]


@dataclass(frozen=True)
class LogEntry:
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


class LogProviderBase(ABC):
    """Keeps log entries somewhere. Opened before the first entry, closed at the end of the run."""

    part: ClassVar[str] = ""

    @abstractmethod
    def open(self) -> None:
        """Open the log; raises coded errors."""

    @abstractmethod
    def write(self, entry: LogEntry) -> None:
        """Keep one entry."""

    @abstractmethod
    def close(self) -> None:
        """Close the log; never raises."""


class PackageLogging(ABC):
    """The open logs of one package."""

    @abstractmethod
    def write(self, level: Container, event: Event) -> None:
        """Log ``event`` as seen by ``level``."""
