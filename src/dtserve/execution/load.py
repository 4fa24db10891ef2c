"""Opens the package a run was asked for: a file, a package of a project, or bytes from a store."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dtserve.connections.environment import Environment
from dtserve.execution.errors import PackageFileMissing, PackageFileUnreadable
from dtserve.execution.options import ExecutionOptions, PackageSource
from dtserve.package.document import PackageDocument

if TYPE_CHECKING:
    from dtserve.package.project import Project

__all__ = ["LoadedPackage", "open_source", "read_file"]


@dataclass(frozen=True)
class LoadedPackage:
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
    return LoadedPackage(PackageDocument.open(data, options.password), None, folder)


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
