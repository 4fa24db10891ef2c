"""Runs one package in this process: the one entrance for dtexec, the service and Execute Package.

Order (CONFIG_LOGGING §1.3, DTEXEC §1): load → configurations → options in the order met →
configurations again → parent-variable configurations → verification → property expressions,
validation, run.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from dtserve.connections.environment import Environment
from dtserve.controlflow.cancel import CancelSwitch
from dtserve.controlflow.containers.package import PackageContainer
from dtserve.controlflow.engine import RunMode, load_package, run_package
from dtserve.controlflow.events import EventSink
from dtserve.controlflow.results import ExecResult
from dtserve.controlflow.runtime import PackageRun, SharedRun
from dtserve.dataflow.settings import FlowSettings
from dtserve.errors import Canceled, DtserveError, InternalError
from dtserve.execution.options import ExecutionOptions, PackageSource
from dtserve.machine import temporary_folder

if TYPE_CHECKING:
    from dtserve.controlflow.runtime import ChildRequest
    from dtserve.controlflow.task_host import TaskHost
    from dtserve.execution.children import StoreReader
    from dtserve.execution.configuration import ConfiguredSubject
    from dtserve.package.document import PackageDocument
    from dtserve.package.errors import Notice
    from dtserve.package.model import Package
    from dtserve.package.project import Project

__all__ = ["ExecutionResult", "run"]


@dataclass(frozen=True)
class ExecutionResult:
    """How a run ended. ``error`` is what kept the package from running; events told everything else."""

    result: ExecResult
    exit_code: int
    started: float
    finished: float
    execution_id: str = ""
    error: DtserveError | None = field(default=None, compare=False)

    @property
    def seconds(self) -> float:
        """The time it took."""
        return self.finished - self.started


NOTICE_EVENTS = {"error": "OnError", "warning": "OnWarning", "information": "OnInformation"}
W_CONNECTIONFILEMISSING = 0x80D51601
EXIT_CODES = {ExecResult.SUCCESS: 0, ExecResult.FAILURE: 1, ExecResult.COMPLETION: 0, ExecResult.CANCELED: 3}


def run(
    document: PackageDocument,
    options: ExecutionOptions,
    sink: EventSink,
    *,
    project: Project | None = None,
    cancel: CancelSwitch | None = None,
    read_store: StoreReader | None = None,
    source: PackageSource | None = None,
) -> ExecutionResult:
    """Run a package; errors become events and the result, never exceptions.

    ``project`` gives project parameters, project connections and child packages; ``cancel`` stops
    the run from another thread; ``read_store`` gives server packages to Execute Package tasks;
    ``source`` is where the package came from (child packages of a project in processes of their own).
    """
    started = time.time()
    with temporary_folder(options.temp) as temp:
        environment = Environment(
            folder=Path(options.folder or "."),
            temp=temp,
            connection_map=options.connection_map,
            path_map=options.path_map,
            variables={**os.environ, **options.environment},
        )
        shared = SharedRun(
            sink,
            FlowSettings(
                temp,
                memory_limit=options.memory_limit,
                buffer_rows=options.buffer_rows,
                results=Path(options.results) if options.results else None,
            ),
            environment,
            cancel or CancelSwitch(),
            debug=options.debug,
        )
        if read_store is None and options.msdb:
            read_store = _server_reader(options.msdb)
        execution = Execution(shared, options, project, read_store=read_store, source=source)
        try:
            result, error = execution.run(document)
        finally:
            shared.close()
    code = error.exit_code if error is not None else EXIT_CODES[result]
    return ExecutionResult(result, code, started, time.time(), execution.execution_id, error)


def _server_reader(servers: Mapping[str, str]) -> StoreReader:
    """What reads packages from the msdb of servers; made when a task first asks for one."""

    def read(path: str, connection_string: str) -> bytes:
        from dtserve.execution.server_packages import server_reader

        return server_reader(servers)(path, connection_string)

    return read


class Execution:
    """One package of a run: the first one, or a child in process."""

    def __init__(
        self,
        shared: SharedRun,
        options: ExecutionOptions,
        project: Project | None,
        parent: TaskHost | None = None,
        read_store: StoreReader | None = None,
        source: PackageSource | None = None,
    ) -> None:
        self.shared = shared
        self.read_store = read_store
        self.source = source
        self.options = options
        self.project = project
        self.parent = parent
        self.execution_id = ""
        self.notices: list[Notice] = []

    def child(self, options: ExecutionOptions, project: Project | None, host: TaskHost) -> Execution:
        """The execution of a child package below the task ``host``."""
        return Execution(self.shared, options, project, host, self.read_store, self.source)

    def run(self, document: PackageDocument) -> tuple[ExecResult, DtserveError | None]:
        """Load, configure and run; the result, and the error that kept it from running."""
        try:
            package = self.load(document)
            self._verify(package, document)
        except Canceled as error:
            return ExecResult.CANCELED, error
        except DtserveError as error:
            self._report(error, document)
            return ExecResult.FAILURE, error
        except Exception as unforeseen:
            return ExecResult.FAILURE, self._defect(unforeseen, document)
        mode = run_mode(self.options)
        try:
            return run_package(package, mode, lambda: announce(package, self.notices)), None
        except DtserveError as error:
            package.report(error)
            return ExecResult.FAILURE, error
        except Exception as unforeseen:
            return ExecResult.FAILURE, self._defect(unforeseen, document)

    def _defect(self, error: Exception, document: PackageDocument) -> InternalError:
        """A defect of dtserve as a coded error; its trace goes to standard error with ``--debug``."""
        if self.options.debug:
            import traceback

            traceback.print_exc()
        found = InternalError(where=f'package "{document.model.name}"', detail=f"{type(error).__name__}: {error}")
        self._report(found, document)
        return found

    def load(self, document: PackageDocument) -> PackageContainer:
        """The configured package with its containers built."""
        run = PackageRun(self.shared, parent=self.parent, launch_child=self._launch_child)
        run.execution_id = self.options.execution_id or run.execution_id
        self.execution_id = run.execution_id
        environment = replace(self.shared.environment, folder=Path(self.options.folder or "."))
        if self.project is None and not document.model.configurations and self.options.keeps_package:
            self.notices = list(document.warnings)
            return load_package(document.model, run, environment)
        return self._load_configured(document, run, environment)

    def _load_configured(
        self, document: PackageDocument, run: PackageRun, environment: Environment
    ) -> PackageContainer:
        from dtserve.execution.settings import assign_parameters

        found = self._configured(document, environment)
        run.failed_configurations = found.failed
        self.notices = [*document.warnings, *self._absent_connections(), *found.notices]
        package = load_package(
            found.subject.package,
            run,
            environment,
            project_parameters=found.subject.project_parameters,
            project_connections=found.subject.project_connections,
        )
        assign_parameters(package, self.options.settings)
        return package

    def _absent_connections(self) -> list[Notice]:
        """A warning per connection manager that the project lists and has no file for; told once per run."""
        if self.project is None or self.parent is not None or not self.project.absent_connections:
            return []
        from dtserve.package.errors import Notice

        text = 'The connection manager file "{name}" of the project is not there. Packages that use it cannot run.'
        return [
            Notice(W_CONNECTIONFILEMISSING, "DTSERVE_W_CONNECTIONFILEMISSING", text.format(name=name))
            for name in self.project.absent_connections
        ]

    def _configured(self, document: PackageDocument, environment: Environment) -> ConfiguredSubject:
        from dtserve.execution.configuration import configured_subject
        from dtserve.execution.settings import Subject

        return configured_subject(
            Subject.of(document.model, self.project),
            self.options,
            environment,
            self.parent.scope if self.parent is not None else None,
            restarting=lambda subject: _restarts(subject.package, environment),
        )

    def _launch_child(self, request: ChildRequest) -> ExecResult:
        from dtserve.execution.children import ChildLauncher

        return ChildLauncher(self, self.read_store)(request)

    def _verify(self, package: PackageContainer, document: PackageDocument) -> None:
        if self.options.verifies:
            from dtserve.execution.verification import verify

            verify(package, document, self.options)

    def _report(self, error: DtserveError, document: PackageDocument) -> None:
        model = document.model
        self.shared.emit("OnError", model.name, model.dtsid, model.ref_id, code=error.code, message=error.message)


def run_mode(options: ExecutionOptions) -> RunMode:
    """What the options say about validation and logs."""
    if not (options.loggers or options.verbose_log_file):
        return RunMode(options.validate_only, options.warnings_as_errors, (), options.verbose_log)
    from dtserve.controlflow.logging import RunLogger

    loggers = [RunLogger(each.provider, each.config_string) for each in options.loggers]
    if options.verbose_log_file:
        loggers.append(RunLogger("Microsoft.LogProviderTextFile", options.verbose_log_file))
    return RunMode(options.validate_only, options.warnings_as_errors, tuple(loggers), options.verbose_log)


def announce(package: PackageContainer, notices: Iterable[Notice]) -> None:
    """Tell what was found while loading: events of the package that no handler sees."""
    for notice in notices:
        kind = NOTICE_EVENTS[notice.severity]
        package.announce(kind, code=notice.code, message=notice.message)


def _restarts(package: Package, environment: Environment) -> bool:
    """Whether the run continues from a checkpoint, so that configurations are not read again."""
    from dtserve.controlflow.checkpoints import restarts

    name = package.checkpoint_file_name
    return restarts(package.checkpoint_usage, name, environment.map_path(name)) if name.strip() else False
