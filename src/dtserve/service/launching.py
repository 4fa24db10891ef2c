"""From a request to what a worker is given: the package's bytes, its place and the options of its run."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from dtserve.errors import DtserveError
from dtserve.execution.options import ExecutionOptions, PackageSource
from dtserve.package.document import PackageDocument
from dtserve.service.command_files import CommandFileReader, merged
from dtserve.service.config import ServiceHome
from dtserve.service.errors import FileNotAllowed, RequestInvalid
from dtserve.service.roots import SQL_SERVER_FOLDER
from dtserve.service.run_request import RunRequest
from dtserve.stores.base import StorePath
from dtserve.stores.names import parse_path
from dtserve.stores.tree import PackageTree, tree_path

__all__ = ["Launcher"]

PROJECT_SUFFIX = ".ispac"
_ZIP = b"PK\x03\x04"


@dataclass(frozen=True)
class Launcher:
    """Finds packages for one service."""

    home: ServiceHome
    tree: PackageTree
    read_command_files: CommandFileReader | None = None

    def describe(self, request: RunRequest) -> dict[str, str]:
        """The package's facts for the history; PackageNotFound, FileNotAllowed or RequestInvalid when there is none."""
        if request.package:
            info = self.tree.info(self.tree.resolve(parse_path(request.package)))
            path = tree_path(info.path)
            return _facts(path, info.name, info.package_id, info.description)
        name = request.package_name
        if request.file:
            path = str(self.allowed(request.file))
            return _facts(path, name or Path(path).stem, "", "")
        if not request.content:
            raise RequestInvalid(detail="The request names no package: give package, file or content.")
        return _facts(f"(sent) {name or 'package'}", name or "package", "", "")

    def allowed(self, text: str) -> Path:
        """The path of a file in an allowed folder; FileNotAllowed whether or not another file exists."""
        path = Path(text) if Path(text).is_absolute() else self.home.environment(self.home.path).map_path(text)
        path = path.resolve()
        if not any(path.is_relative_to(folder) for folder in self.home.allowed_folders):
            raise FileNotAllowed(path=text)
        return path

    def job(self, request: RunRequest, execution_id: str) -> tuple[PackageSource, ExecutionOptions]:
        """What the worker gets; errors as :meth:`describe`, and those of reading the store and command files."""
        asked = request.options
        if request.command_files:
            asked = merged(self._from_files(request.command_files), asked)
        options = replace(
            asked,
            connection_map=self.home.connection_map,
            path_map=self.home.path_map,
            msdb=self.home.msdb_urls(),
            registry_file=self.home.registry_file,
            memory_limit=asked.memory_limit or self.home.settings.number("execution.max_memory"),
            execution_id=execution_id,
        )
        if request.package:
            return self._stored(self.tree.resolve(parse_path(request.package)), options)
        if request.file:
            return _filed(self.allowed(request.file), request.package_name), options
        return self._sent(request, options)

    def _from_files(self, files: tuple[str, ...]) -> ExecutionOptions:
        if self.read_command_files is None:
            raise RequestInvalid(detail="This service was started without a reader of command files.")
        return self.read_command_files([str(self.allowed(each)) for each in files])

    def public_parameters(self, request: RunRequest) -> frozenset[str]:
        """The lower-case names of the parameters that the package declares and that are not sensitive."""
        if not request.options.settings:
            return frozenset()
        try:
            data = (
                self.tree.read(self.tree.resolve(parse_path(request.package))) if request.package else request.content
            )
            model = PackageDocument.open(data, request.options.password).model
        except DtserveError:
            return frozenset()
        return frozenset(f"$package::{each.name.lower()}" for each in model.parameters if not each.sensitive)

    def _stored(self, place: StorePath, options: ExecutionOptions) -> tuple[PackageSource, ExecutionOptions]:
        """The package's bytes, the folder where its relative paths begin, and where its child packages stand."""
        folder = self.tree.folder_path(place[:-1]) or self._work_folder()
        source = PackageSource(data=self.tree.read(place), display_path=tree_path(place), folder=str(folder))
        options = replace(options, folder=str(folder))
        root = self.tree.root(place)
        if root.kind == SQL_SERVER_FOLDER:
            options = replace(options, store_server=root.place or ".", store_folder="\\".join(place[1:-1]))
        return source, options

    def _sent(self, request: RunRequest, options: ExecutionOptions) -> tuple[PackageSource, ExecutionOptions]:
        folder = str(self._work_folder())
        name = request.package_name
        if request.content.startswith(_ZIP):
            if not name:
                raise RequestInvalid(detail="The content is a project: package_name must say which of its packages.")
            source = PackageSource(project_data=request.content, package_name=name, display_path=name, folder=folder)
        else:
            source = PackageSource(data=request.content, display_path=name or "package", folder=folder)
        return source, replace(options, folder=folder)

    def _work_folder(self) -> Path:
        folder = self.home.work_path
        folder.mkdir(parents=True, exist_ok=True)
        return folder


def _facts(path: str, name: str, package_id: str, description: str) -> dict[str, str]:
    return {
        "package_path": path,
        "package_name": name,
        "package_id": package_id,
        "package_description": description,
    }


def _filed(path: Path, package_name: str) -> PackageSource:
    if path.suffix.lower() == PROJECT_SUFFIX:
        if not package_name:
            raise RequestInvalid(detail="The file is a project: package_name must say which of its packages.")
        return PackageSource(project_path=str(path), package_name=package_name)
    return PackageSource(path=str(path))
