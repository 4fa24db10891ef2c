"""Runs one package: from the model to a result (CONTROL_FLOW §2).

:func:`load_package` builds the containers; between it and :func:`run_package` the execution
room applies configurations and command-line options. :func:`run_package` validates and runs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from dtserve.connections.environment import Environment
from dtserve.controlflow.connections import ConnectionSet
from dtserve.controlflow.containers.package import PackageContainer
from dtserve.controlflow.errors import RequiredParameterMissing
from dtserve.controlflow.results import ExecResult
from dtserve.controlflow.runtime import PackageRun
from dtserve.errors import Canceled, ControlFlowError

if TYPE_CHECKING:
    from dtserve.controlflow.checkpoints import Checkpoint
    from dtserve.controlflow.logging import RunLogger
    from dtserve.package.model import ConnectionManager, Package, Parameter

__all__ = ["RunMode", "load_package", "run_package"]

I_CHOSENMAXEXECUTABLES = 0x40016051
I_MAXEXECUTABLES = 0x40016052
I_PACKAGESTART = 0x40016053
I_PACKAGEEND = 0x40016054


class RunMode(NamedTuple):
    """``/VALIDATE``, ``/WARNASERROR``, ``/LOGGER`` and ``/VLOG``."""

    validate_only: bool = False
    warnings_as_errors: bool = False
    loggers: tuple[RunLogger, ...] = ()
    verbose_log: bool = False


def load_package(
    model: Package,
    run: PackageRun,
    environment: Environment,
    *,
    project_parameters: Sequence[Parameter] = (),
    project_connections: Sequence[ConnectionManager] = (),
) -> PackageContainer:
    """Build the containers and connection managers of a package; raises coded errors."""
    package = PackageContainer(model, run, project_parameters)
    own = {connection.name for connection in model.connections}
    project = [each for each in project_connections if each.name not in own]
    run.connections = ConnectionSet([*model.connections, *project], environment, package.scope)
    return package


def run_package(
    package: PackageContainer, mode: RunMode | None = None, opened: Callable[[], None] | None = None
) -> ExecResult:
    """Validate and run a loaded package; its connections are closed afterwards.

    ``opened`` is called when the logs are open (messages of loading). Raises UnsupportedError for
    enabled parts that cannot be run; everything else becomes events and a result.
    """
    mode = mode or RunMode()
    try:
        if not _open_logs(package, mode):
            return ExecResult.FAILURE
        if opened is not None:
            opened()
        package.refuse_unsupported()
        result = _validated(package, mode)
        if result is not ExecResult.SUCCESS or mode.validate_only:
            return result
        return _executed(package)
    except Canceled:
        return ExecResult.CANCELED
    finally:
        if package.logging is not None:
            package.logging.close()
        package.run.connections.close()


def _open_logs(package: PackageContainer, mode: RunMode) -> bool:
    if not (mode.loggers or package.package_model.log_providers):
        return True
    from dtserve.controlflow.logging import PackageLogging
    from dtserve.controlflow.logproviders.errors import LogProviderValidationFailed

    try:
        package.logging = PackageLogging.open(package, mode.loggers, verbose=mode.verbose_log)
    except ControlFlowError as error:
        package.report(error)
        package.report(LogProviderValidationFailed())
        return False
    return True


def _validated(package: PackageContainer, mode: RunMode) -> ExecResult:
    run = package.run
    package.guard(package.apply_expressions)
    chosen = run.limit_executables(package.max_concurrent_executables)
    if package.max_concurrent_executables > 0:
        package.fire_information(I_MAXEXECUTABLES, f"Maximum concurrent executables are set to {chosen}.")
    else:
        package.fire_information(
            I_CHOSENMAXEXECUTABLES,
            f"Based on the system configuration, the maximum concurrent executables are set to {chosen}.",
        )
    run.validating = True
    try:
        good = package.guard(lambda: _check_parameters(package))
        if not package.delay_validation or mode.validate_only:
            good = package.validate() and good
    finally:
        run.validating = False
    if run.cancel.canceled:
        return ExecResult.CANCELED
    if mode.warnings_as_errors and run.warnings:
        return ExecResult.FAILURE
    return ExecResult.SUCCESS if good else ExecResult.FAILURE


def _check_parameters(package: PackageContainer) -> None:
    for namespace, parameters in (
        ("$Project", package.project_parameters),
        ("$Package", package.package_model.parameters),
    ):
        for parameter in parameters:
            variable = package.scope.variable(f"{namespace}::{parameter.name}")
            if parameter.required and not variable.given:
                raise RequiredParameterMissing(name=variable.qualified_name)


def _executed(package: PackageContainer) -> ExecResult:
    opened: list[Checkpoint | None] = []
    if package.save_checkpoints or package.checkpoint_usage:
        from dtserve.controlflow.checkpoints import open_checkpoint

        if not package.guard(lambda: opened.append(open_checkpoint(package))):
            return ExecResult.FAILURE
    package.checkpoint = opened[0] if opened else None
    package.raise_event("PackageStart", code=I_PACKAGESTART, message="Beginning of package execution.\r\n")
    result = package.execute()
    if package.checkpoint is not None:
        package.checkpoint.finish(result)
    package.raise_event("PackageEnd", code=I_PACKAGEEND, message="End of package execution.\r\n", result=int(result))
    return result
