"""What a for-each enumerator is: declared properties and the elements it gives (CONTROL_FLOW §7.2)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar

from dtserve.controlflow.properties import PropertyBag
from dtserve.controlflow.task import local_name, stored_texts

if TYPE_CHECKING:
    from dtserve.controlflow.containers.foreach_loop import ForEachLoopContainer

__all__ = ["Enumerator", "enumerator_data"]


def enumerator_data(element: Any) -> Any:
    """The enumerator's own element inside ``DTS:ObjectData``; None when there is none."""
    if element is None:
        return None
    if local_name(element.tag) not in ("ForEachEnumerator", "ObjectData"):
        return element
    for child in element:
        tag = local_name(child.tag)
        if local_name(element.tag) == "ObjectData" and tag:
            return child
        if tag == "ObjectData":
            return enumerator_data(child)
    return None


class Enumerator(PropertyBag):
    """An enumerator of a Foreach Loop; each element is a tuple of values for the variable mappings."""

    part: ClassVar[str] = ""

    def __init__(self, loop: ForEachLoopContainer) -> None:
        super().__init__()
        self.loop = loop
        self.data = enumerator_data(loop.model.enumerator_xml)
        self.read_data(self.data)

    @property
    def object_name(self) -> str:
        """The name of the loop."""
        return self.loop.name

    def read_data(self, data: Any) -> None:
        """Take the stored properties from the enumerator's element."""
        self.read_properties(stored_texts(data))

    def validate(self) -> None:
        """Check the properties; raises coded errors."""

    def elements(self) -> Iterator[tuple[Any, ...]]:
        """The elements, in order; raises EnumeratorError when it cannot enumerate."""
        return iter(())
