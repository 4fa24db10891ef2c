"""Tasks of others: what installed distributions offer in the entry point group ``dtserve.tasks``.

The name of an entry point is the task's class as ``DTS:ExecutableType`` has it (without version and
assembly), its progid, class id or part name; its object a class of :class:`~dtserve.controlflow.task.Task`.
Only a task that dtserve does not run itself is looked for.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dtserve.controlflow.task import Task
    from dtserve.package.model import Executable

__all__ = ["BrokenOffer", "is_offered", "offered_task"]

ENTRY_POINTS = "dtserve.tasks"


class BrokenOffer(Exception):
    """What is offered cannot be had; its text says why."""


def is_offered(name: str) -> bool:
    """Whether another distribution offers a task of this part, class, progid or class id."""
    return name in _entry_points()


def offered_task(model: Executable) -> type[Task] | None:
    """The class for a task from another distribution, None when nobody offers it; raises BrokenOffer."""
    offers = _entry_points()
    for name in (model.part, model.type_id, model.creation_name):
        short = name.partition(",")[0].strip()
        if short and short in offers:
            return _loaded(offers[short])
    return None


def _loaded(load: Callable[[], type[Task]]) -> type[Task]:
    from dtserve.controlflow.task import Task

    try:
        found = load()
    except Exception as error:
        raise BrokenOffer(f"its distribution cannot be loaded: {type(error).__name__}: {error}.") from error
    if not (isinstance(found, type) and issubclass(found, Task)):
        raise BrokenOffer("its distribution offers no task.")
    return found


@cache
def _entry_points() -> dict[str, Callable[[], type[Task]]]:
    from importlib.metadata import entry_points

    return {point.name: point.load for point in entry_points(group=ENTRY_POINTS)}
