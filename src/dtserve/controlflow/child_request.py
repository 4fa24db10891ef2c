"""What an Execute Package task hands to the execution room."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dtserve.controlflow.task_host import TaskHost

__all__ = ["ChildRequest"]


@dataclass(frozen=True)
class ChildRequest:
    """What an Execute Package task asks for: one of project reference, file or server package.

    ``parameters`` go to the child's parameters; ``host`` is the task that asks.
    """

    host: TaskHost
    package_name: str = ""
    path: str = ""
    server_path: str = ""
    server_connection: str = ""
    password: str | None = field(default=None, repr=False)
    out_of_process: bool = False
    parameters: Mapping[str, Any] = field(default_factory=dict)
