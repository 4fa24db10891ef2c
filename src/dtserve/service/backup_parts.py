"""The parts of a home's backup that are no packages: what goes in, how it comes back, how that is undone."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from typing import ClassVar

from dtserve.service.config import ServiceHome
from dtserve.stores.restore import Restored
from dtserve.stores.restore_journal import Step
from dtserve.stores.version_transfer import INDEX, VersionLoader, dump_versions

__all__ = ["Part", "Planned", "Versions"]

Planned = tuple[Restored, Step | None]
"""What would become of something, and the step that is written down before; None where nothing changes."""


class Part(ABC):
    """One part of a backup, on one home."""

    name: ClassVar[str]
    """What the names of its files, and the kind of its steps, begin with."""

    def __init__(self, home: ServiceHome) -> None:
        self.home = home

    @abstractmethod
    def dump(self) -> Iterator[tuple[str, bytes]]:
        """The files that go into the backup."""

    @abstractmethod
    def plan(self, name: str, data: bytes, existing: str) -> Iterable[Planned]:
        """What would become of what is in a file of the backup, and the steps to that."""

    @abstractmethod
    def load(self, name: str, data: bytes, existing: str) -> None:
        """Take a file in: do what :meth:`plan` said."""

    @abstractmethod
    def revert(self, step: Step) -> None:
        """Undo one step, where it was done and nothing else has come in its place since."""

    def close(self) -> None:  # noqa: B027 - most hold nothing
        """Release what is open."""


class Versions(Part):
    """The kept versions of packages."""

    name: ClassVar[str] = "versions"

    def __init__(self, home: ServiceHome) -> None:
        super().__init__(home)
        self._loader = VersionLoader(home.version_archive)

    def dump(self) -> Iterator[tuple[str, bytes]]:
        """All histories, and each content once."""
        return dump_versions(self.home.version_archive)

    def plan(self, name: str, data: bytes, existing: str) -> Iterable[Planned]:
        """Histories are only counted: they never replace others."""
        if name != INDEX:
            return []
        count = len({(row["store"], row["pathkey"]) for row in json.loads(data)})
        new = self._loader.new_histories(data)
        step = Step(self.name, {"histories": new}) if new else None
        return [(Restored((self.name,), "created", f"{count} histories"), step)]

    def load(self, name: str, data: bytes, existing: str) -> None:
        """Take in the histories that are not there."""
        self._loader.take(name, data)

    def revert(self, step: Step) -> None:
        """Take them out."""
        self._loader.remove([(store, key) for store, key in step.facts["histories"]])

    def close(self) -> None:
        """Close the archive."""
        self.home.version_archive.close()
