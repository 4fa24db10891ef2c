"""How an execution ends: error count, forced result, and what a failure does to the ancestors (CONTROL_FLOW §4)."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

from dtserve.controlflow.results import ExecResult

if TYPE_CHECKING:
    from dtserve.controlflow.container import Container

__all__ = ["ForcedResult", "settle", "tell_ancestors"]

W_MAXIMUMERRORCOUNTREACHED = 0x80019002
W_FAILURENOTRESTARTABLE = 0x80014058


class ForcedResult(enum.IntEnum):
    """ForceExecutionResult."""

    NONE = -1
    SUCCESS = 0
    FAILURE = 1
    COMPLETION = 2


def settle(container: Container, result: ExecResult) -> ExecResult:
    """The reported result: a success becomes a failure when enough errors were counted; a forced result replaces it.

    MaximumErrorCount 0 means no limit.
    """
    maximum = container.maximum_error_count
    if result is ExecResult.SUCCESS and 0 < maximum <= container.error_count:
        container.fire_warning(
            W_MAXIMUMERRORCOUNTREACHED,
            "SSIS Warning Code DTS_W_MAXIMUMERRORCOUNTREACHED.  The Execution method succeeded, but the number of "
            f"errors raised ({container.error_count}) reached the maximum allowed ({maximum}); resulting in failure. "
            "This occurs when the number of errors reaches the number specified in MaximumErrorCount. Change the "
            "MaximumErrorCount or fix the errors.",
        )
        result = ExecResult.FAILURE
    if result is ExecResult.SUCCESS and container.stopping:
        result = ExecResult.FAILURE
    forced = container.force_execution_result
    if forced is not ForcedResult.NONE and result is not ExecResult.CANCELED:
        result = ExecResult(int(forced))
    return result


def tell_ancestors(container: Container) -> None:
    """FailPackageOnFailure and FailParentOnFailure: that ancestor fails and starts nothing more."""
    package = container.run.package
    if container.fail_package_on_failure:
        package.stopping = True
    elif package.save_checkpoints and container is not package:
        container.fire_warning(
            W_FAILURENOTRESTARTABLE,
            "This task or container has failed, but because FailPackageOnFailure property is FALSE, the package "
            "will continue. This warning is posted when the SaveCheckpoints property of the package is set to "
            "TRUE and the task or container fails.",
        )
    if container.fail_parent_on_failure and container.parent is not None:
        container.parent.stopping = True
