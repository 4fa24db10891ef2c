"""What a task is: declared properties, a check, and work.

One task, one class, one file in ``tasks/``, registered with
:func:`dtserve.controlflow.registry.task`. A task sees its surroundings through its host
(:class:`dtserve.controlflow.task_host.TaskHost`): scope, connections, events, cancel.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from dtserve.controlflow.properties import PropertyBag
from dtserve.controlflow.results import ExecResult

if TYPE_CHECKING:
    from dtserve.controlflow.task_host import TaskHost

__all__ = ["Task", "local_name", "stored_texts"]


def local_name(name: Any) -> str:
    """A tag or attribute name without its namespace.

    >>> local_name("{www.microsoft.com/SqlServer/Dts}ObjectData")
    'ObjectData'
    """
    return name.rpartition("}")[2] if isinstance(name, str) else ""


def stored_texts(element: Any) -> dict[str, str]:
    """Attributes and childless child elements of a task's own element, by local name; the first of equal ones."""
    found: dict[str, str] = {}
    if element is None:
        return found
    for name, value in element.attrib.items():
        found.setdefault(local_name(name), value)
    for child in element:
        tag = local_name(child.tag)
        if tag and len(child) == 0:
            found.setdefault(tag, child.text or "")
    return found


class Task(PropertyBag):
    """A task. Made once per run; :meth:`execute` may be called any number of times (loops)."""

    part: ClassVar[str] = ""

    def __init__(self, host: TaskHost) -> None:
        super().__init__()
        self.host = host
        self.read_properties(stored_texts(host.model.object_data))

    @property
    def object_name(self) -> str:
        """The name of the task."""
        return self.host.name

    def refuse(self) -> None:
        """Raise an UnsupportedError for anything in it that cannot be run; called before anything runs."""

    def validate(self) -> None:
        """Check what can be checked without doing the work; raises coded errors."""

    def execute(self) -> ExecResult | None:
        """Do the work. None is success; raise a coded error or return Failure otherwise."""
        return None
