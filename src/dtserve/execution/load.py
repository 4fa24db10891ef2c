"""Opens the package a run was asked for: a file, a package of a project, or bytes from a store."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from dtserve.connections.environment import Environment
from dtserve.execution.errors import PackageFileMissing, PackageFileUnreadable
from dtserve.execution.options import ExecutionOptions, PackageSource
from dtserve.package.document import PackageDocument

if TYPE_CHECKING:
    from dtserve.package.project import Project

__all__ = ["LoadedPackage", "open_source", "read_file"]


class LoadedPackage(NamedTuple):
    """An opened package, the project it came from, and the folder its relative paths begin at."""

    document: PackageDocument
    project: Project | None
    folder: Path


def read_file(text: str, options: ExecutionOptions) -> tuple[bytes, Path]:
    """Bytes and place of a file that the caller names as on Windows or as here; PackageFileMissing, …Unreadable."""
    place = Path(text)
    if not place.exists():
        place = Environment(folder=Path(options.folder or "."), path_map=options.path_map).map_path(text)
    try:
        return place.read_bytes(), place.resolve()
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        raise PackageFileMissing(path=text) from None
    except OSError as error:
        raise PackageFileUnreadable(path=text, reason=error.strerror or "Access is denied.") from None


def open_source(source: PackageSource, options: ExecutionOptions) -> LoadedPackage:
    """Open the package; raises PackageError and PackageNotFound subclasses."""
    if source.project_path or source.project_data:
        return _from_project(source, options)
    if source.data:
        data, folder = source.data, Path(source.folder or options.folder or ".")
    else:
        data, place = read_file(source.path, options)
        folder = Path(source.folder) if source.folder else place.parent
    document = PackageDocument.open(data, options.password)
    return LoadedPackage(document, _project_beside(document, source, folder, options), folder)


_PROJECT_MARKS = (b"$Project::", b"Project.ConnectionManagers", b":external", b"<UseProjectReference>True")
_ID = re.compile(rb"([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})", re.IGNORECASE)


def _project_beside(
    document: PackageDocument, source: PackageSource, folder: Path, options: ExecutionOptions
) -> Project | None:
    """The project of a package file that refers to its project and lies in the folder of one ``.dtproj`` that lists it.

    dtexec would run such a file without its project parameters and connections, and fail.
    """
    name = Path(source.path.replace("\\", "/")).name
    if not name:
        return None
    written = name.replace("&", "&amp;").lower()
    found = [file for file in folder.glob("*.dtproj") if written in file.read_text("utf-8", "replace").lower()]
    if not found or not _refers_to_project(document.original, folder):
        return None
    from dtserve.package.project import Project

    projects = [Project.open(file, options.password) for file in found]
    projects = [each for each in projects if name.lower() in {part.lower() for part in each.packages}]
    return projects[0] if len(projects) == 1 else None


def _refers_to_project(package: bytes, folder: Path) -> bool:
    """Whether a package names its project, or a parameter or connection manager of it, by name or id."""
    if any(mark in package for mark in _PROJECT_MARKS):
        return True
    managers = list(folder.glob("*.conmgr"))
    if any(b'"%b"' % file.stem.encode() in package for file in managers):
        return True
    used = set(_ids(package))
    parts = (file.read_bytes() for file in (*managers, *folder.glob("Project.params")))
    # a parameter mapping has the second group of a parameter's id inverted
    return any(not used.isdisjoint({(a, b, c), (a, b ^ 0xFFFF, c)}) for part in parts for a, b, c in _ids(part))


def _ids(text: bytes) -> Iterator[tuple[bytes, int, bytes]]:
    return ((a.lower(), int(b, 16), c.lower()) for a, b, c in _ID.findall(text))


def _from_project(source: PackageSource, options: ExecutionOptions) -> LoadedPackage:
    from dtserve.package.project import Project

    folder = Path(source.folder or options.folder or ".")
    if source.project_data:
        project = Project.open(source.project_data, options.password)
    else:
        _, place = read_file(source.project_path, options)
        project = Project.open(place, options.password)
        folder = Path(source.folder) if source.folder else place.parent
    return LoadedPackage(project.document(source.package_name), project, folder)
