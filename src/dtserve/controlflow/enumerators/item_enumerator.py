"""Foreach Item enumerator (CONTROL_FLOW §7.2): elements stored in the package, one value per column."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dtserve.controlflow.enumerator import Enumerator
from dtserve.controlflow.registry import enumerator
from dtserve.controlflow.task import local_name
from dtserve.controlflow.values import OBJECT, parse_variant

__all__ = ["ItemEnumerator"]


@enumerator("ForEachItemEnumerator")
class ItemEnumerator(Enumerator):
    """Gives the items of its list."""

    def read_data(self, data: Any) -> None:
        """``FEIEItem`` elements with ``FEIEItemValue Type Value`` below them."""
        items: list[tuple[Any, ...]] = []
        for item in data if data is not None else ():
            if local_name(item.tag) == "FEIEItem":
                items.append(tuple(self._value(value) for value in item if local_name(value.tag) == "FEIEItemValue"))
        self.items = tuple(items)

    @staticmethod
    def _value(element: Any) -> Any:
        stored = {local_name(name): value for name, value in element.attrib.items()}
        vt = parse_variant(stored.get("Type", "8"), 19, "Type")
        text = stored.get("Value", element.text)
        return text if vt == OBJECT else parse_variant(text, vt, "item")

    def elements(self) -> Iterator[tuple[Any, ...]]:
        """The items in stored order."""
        return iter(self.items)
