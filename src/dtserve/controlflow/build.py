"""From the package model to the tree of containers that runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dtserve.controlflow.registry import CONTAINERS, container_class

if TYPE_CHECKING:
    from dtserve.controlflow.container import Container
    from dtserve.controlflow.runtime import PackageRun
    from dtserve.package.model import Executable

__all__ = ["build_executable"]


def build_executable(model: Executable, parent: Container | None, run: PackageRun) -> Container:
    """The container for ``model`` with everything below it; raises coded errors for what cannot be loaded."""
    if model.part in CONTAINERS:
        cls = container_class(model.part)
        if cls is not None:
            return cls(model, parent, run)
    from dtserve.controlflow.task_host import TaskHost  # a package without tasks starts without it

    host = TaskHost(model, parent, run)
    add_handlers(host)
    return host


def add_handlers(container: Container) -> None:
    """Build the event handlers of ``container``; of several for one event the last counts."""
    if not container.model.event_handlers:
        return
    from dtserve.controlflow.containers.event_handler import HandlerContainer

    for model in container.model.event_handlers:
        handler = HandlerContainer(model, container, container.run)
        container.handlers[model.event_name] = handler
        container.run.package.note_handler(model.event_name)
