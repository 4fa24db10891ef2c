"""The parts of a home's backup that are files of this machine: settings, and what packages are configured by."""

from __future__ import annotations

import hashlib
import json
import os
from abc import abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import ClassVar

from dtserve.errors import DtserveError
from dtserve.service.backup_parts import Part, Planned
from dtserve.service.config import ServiceHome
from dtserve.service.roots import DEFAULT_FILE
from dtserve.service.settings import template
from dtserve.stores.base import StorePath
from dtserve.stores.durable import sync_folder, write_file
from dtserve.stores.errors import ReadFailed, WriteFailed
from dtserve.stores.restore import Restored
from dtserve.stores.restore_journal import Step

__all__ = ["Configurations", "HomeFiles", "SettingsFiles", "content_of"]


class HomeFiles(Part):
    """A part made of files that have a place on this machine."""

    @abstractmethod
    def place(self, name: str) -> Path | None:
        """Where a file of the backup belongs."""

    def untouched(self, data: bytes) -> bool:
        """Whether a file there is one that nobody wrote, and is replaced without asking."""
        return False

    def plan(self, name: str, data: bytes, existing: str) -> Iterable[Planned]:
        """What would become of the file."""
        return self._plan(name, data, existing)

    def _plan(self, name: str, data: bytes, existing: str) -> list[Planned]:
        path = self.place(name)
        if path is None:
            return []
        told, there = (self.name, path.name), content_of(path)
        if there == data:
            return [(Restored(told, "same"), None)]
        facts = {"path": str(path), "sha256": hashlib.sha256(data).hexdigest(), "folders": _missing_folders(path)}
        step = Step(self.name, facts, there)
        if there is None or self.untouched(there):
            return [(Restored(told, "created"), step)]
        if existing == "replace":
            return [(Restored(told, "replaced"), step)]
        if existing == "fail":
            return [(Restored(told, "failed", "It exists already."), None)]
        return [(Restored(told, "skipped"), None)]

    def load(self, name: str, data: bytes, existing: str) -> None:
        """Write the file, durably."""
        for _, step in self._plan(name, data, existing):
            if step is not None:
                self._write(Path(step.facts["path"]), data, mode=0o600)

    def _write(self, path: Path, data: bytes, mode: int | None = None) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_file(path, data, mode=mode)
        except OSError as error:
            raise WriteFailed(path=str(path), reason=error.strerror) from None

    def revert(self, step: Step) -> None:
        """Put back what stood there; take away the folders that were made for it, where they are empty."""
        path, there = Path(step.facts["path"]), content_of(Path(step.facts["path"]))
        if there is not None and hashlib.sha256(there).hexdigest() == step.facts["sha256"]:
            if step.before is None:
                path.unlink()
                sync_folder(path.parent)
            else:
                self._write(path, step.before)
        with suppress(OSError):
            for folder in step.facts["folders"]:
                Path(folder).rmdir()


def _missing_folders(path: Path) -> list[str]:
    """The folders above a file that are not there, the lowest first."""
    return [str(folder) for folder in path.parents if not folder.exists()]


def content_of(path: Path) -> bytes | None:
    """What stands in a file; None when there is none, ReadFailed when it cannot be read."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ReadFailed(path=str(path), reason=error.strerror) from None


class SettingsFiles(HomeFiles):
    """dtserve.toml and MsDtsSrvr.ini.xml. They may hold passwords."""

    name: ClassVar[str] = "settings"

    def _places(self) -> dict[str, Path]:
        named = self.home.settings.text("service.config_file").strip() or "Binn/MsDtsSrvr.ini.xml"
        return {"dtserve.toml": self.home.path / "dtserve.toml", "MsDtsSrvr.ini.xml": self.home.path / named}

    def dump(self) -> Iterator[tuple[str, bytes]]:
        """Those that are there."""
        for name, path in self._places().items():
            data = content_of(path)
            if data is not None:
                yield f"settings/{name}", data

    def place(self, name: str) -> Path | None:
        """In the home folder."""
        return self._places().get(name.removeprefix("settings/"))

    def untouched(self, data: bytes) -> bool:
        """Whether the file is the one that a new home gets."""
        return data in (template().encode("utf-8"), DEFAULT_FILE.encode("utf-8"))


class Configurations(HomeFiles):
    """The configuration files that packages name by their path."""

    name: ClassVar[str] = "configurations"
    INDEX: ClassVar[str] = "configurations/index.json"
    XML_FILE, INDIRECT = 1, 5

    def __init__(self, home: ServiceHome) -> None:
        super().__init__(home)
        self.missing: list[str] = []
        self._found: dict[str, str] = {}
        self._held: dict[str, bytes] = {}

    def find(self, path: StorePath, data: bytes) -> Iterable[tuple[str, bytes]]:
        """The files that a package is configured by; those that are not there are kept in :attr:`missing`."""
        shown = "\\".join(path)
        for text in self._named(data):
            try:
                file = self.home.environment(folder=self._folder(path)).map_path(text)
                content = content_of(file)
            except (DtserveError, ValueError):
                content = None
            if content is None:
                self.missing.append(f"the configuration file {text} of {shown}")
            elif str(file) not in self._found:
                name = f"configurations/{len(self._found):04}/{file.name}"
                self._found[str(file)] = name
                yield name, content

    def _folder(self, path: StorePath) -> Path:
        folder = self.home.tree().folder_path(path[:-1])
        return folder if folder is not None else self.home.work_path

    def _named(self, data: bytes) -> Iterator[str]:
        from dtserve.package.document import PackageDocument

        try:
            configurations = PackageDocument.open(data).model.configurations
        except DtserveError:
            return  # encrypted as a whole: nobody can tell
        for each in configurations:
            if each.type == self.XML_FILE and each.string.strip():
                yield each.string
            elif each.type == self.INDIRECT and os.environ.get(each.string, "").strip():
                yield os.environ[each.string]

    def dump(self) -> Iterator[tuple[str, bytes]]:
        """Where each of the files stood; the files themselves come with the packages."""
        if self._found:
            yield self.INDEX, json.dumps({name: path for path, name in self._found.items()}).encode()

    def plan(self, name: str, data: bytes, existing: str) -> Iterable[Planned]:
        """The files come before their index, and are kept until it comes."""
        return [each for path, held in self._listed(name, data) for each in self._plan(path, held, existing)]

    def load(self, name: str, data: bytes, existing: str) -> None:
        """As :meth:`plan`, written."""
        for path, held in self._listed(name, data):
            super().load(path, held, existing)

    def _listed(self, name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
        if name != self.INDEX:
            self._held[name] = data
            return
        for held, path in json.loads(data).items():
            if held in self._held and _is_configuration(self._held[held]):
                yield path, self._held[held]

    def place(self, name: str) -> Path | None:
        """Where the file stood."""
        return Path(name) if Path(name).is_absolute() else None


def _is_configuration(data: bytes) -> bool:
    """Nothing else is ever written to a path that a backup names."""
    from dtserve.package.xml import parse_xml

    try:
        return bool(parse_xml(data).tag == "DTSConfiguration")
    except DtserveError:
        return False
