"""Child packages of Execute Package tasks: where they come from and how they run (CONTROL_FLOW §11)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from dtserve.controlflow.delivery import deliver_foreign
from dtserve.controlflow.results import ExecResult
from dtserve.controlflow.runtime import ChildRequest
from dtserve.errors import PackageNotFound
from dtserve.execution.errors import PackageFileMissing
from dtserve.execution.load import LoadedPackage, read_file
from dtserve.execution.options import ExecutionOptions, PackageSource, Setting
from dtserve.package.document import PackageDocument

if TYPE_CHECKING:
    from dtserve.execution.run import Execution

__all__ = ["ChildLauncher", "StoreReader"]

W_OUTSIDETRANSACTION = 0x80D51602
StoreReader = Callable[[str, str], bytes]
"""Gives the bytes of a server package by its path and the connection string of its connection manager."""


@dataclass(frozen=True)
class ChildLauncher:
    """Runs the child packages of one execution; ``read_store`` reads server packages when the caller can."""

    execution: Execution
    read_store: StoreReader | None = None

    def __call__(self, request: ChildRequest) -> ExecResult:
        """Run the child; the result. Raises PackageError and PackageNotFound when it cannot be loaded."""
        options = self._options(request)
        if request.out_of_process:
            return self._out_of_process(request, options)
        return self._in_process(request, options)

    def _in_process(self, request: ChildRequest, options: ExecutionOptions) -> ExecResult:
        loaded = self._open(request, options)
        options = replace(options, folder=str(loaded.folder))
        child = self.execution.child(options, loaded.project, request.host)
        result, error = child.run(loaded.document)
        if error is not None and result is not ExecResult.CANCELED:
            return ExecResult.FAILURE
        return result

    def _options(self, request: ChildRequest) -> ExecutionOptions:
        own = self.execution.options
        settings = tuple(
            Setting("parameter", name if name.startswith("$") else f"$Package::{name}", value)
            for name, value in request.parameters.items()
        )
        return ExecutionOptions(
            settings=settings,
            password=request.password or own.password,
            folder=own.folder,
            connection_map=own.connection_map,
            path_map=own.path_map,
            environment=own.environment,
            registry_file=own.registry_file,
            msdb=own.msdb,
            store_server=own.store_server,
            store_folder=own.store_folder,
            memory_limit=own.memory_limit,
            temp=own.temp,
            results=own.results,
            buffer_rows=own.buffer_rows,
            debug=own.debug,
            depth=own.depth + 1,
        )

    # --- where it comes from ------------------------------------------------------------------

    def _open(self, request: ChildRequest, options: ExecutionOptions) -> LoadedPackage:
        own = self.execution
        if request.package_name and own.project is not None:
            document = own.project.document(request.package_name)
            return LoadedPackage(document, own.project, Path(options.folder or "."))
        data, folder = self._bytes(request, options)
        return LoadedPackage(PackageDocument.open(data, options.password), None, folder)

    def _bytes(self, request: ChildRequest, options: ExecutionOptions) -> tuple[bytes, Path]:
        if request.path:
            data, place = read_file(request.path, options)
            return data, place.parent
        if request.server_path:
            if self.read_store is None:
                raise PackageNotFound(path=request.server_path)
            connection = request.host.connection(request.server_connection)
            return self.read_store(request.server_path, connection.connection_string), Path(options.folder or ".")
        beside = Path(options.folder or ".") / request.package_name
        if beside.is_file():
            return beside.read_bytes(), beside.parent
        if options.store_server and self.read_store is not None:
            name = request.package_name.removesuffix(".dtsx")
            path = f"{options.store_folder}\\{name}" if options.store_folder else name
            return self.read_store(path, f"Data Source={options.store_server}"), Path(options.folder or ".")
        raise PackageFileMissing(path=request.package_name)

    # --- a process of its own -----------------------------------------------------------------

    def _out_of_process(self, request: ChildRequest, options: ExecutionOptions) -> ExecResult:
        from dtserve.execution.process import start

        own = self.execution
        if request.host.transaction is not None:
            request.host.fire_warning(
                W_OUTSIDETRANSACTION,
                f'The child package of "{request.host.name}" runs in a process of its own and takes no part in the '
                "transaction of its container.",
            )
        if request.package_name and own.project is not None:
            if own.source is None or not (own.source.project_path or own.source.project_data):
                return self._in_process(request, options)
            source = replace(own.source, package_name=request.package_name, folder=options.folder)
        else:
            data, folder = self._bytes(request, options)
            source = PackageSource(data=data, folder=str(folder), display_path=request.path or request.package_name)
        worker = start(source, options)
        with request.host.run.cancel.calling(worker.stop):
            for event in worker.events():
                deliver_foreign(request.host, event)
            code = worker.wait()
        if worker.end is None and not worker.stop_requested:
            raise worker.lost
        return {0: ExecResult.SUCCESS, 3: ExecResult.CANCELED}.get(code, ExecResult.FAILURE)
