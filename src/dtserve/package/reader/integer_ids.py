"""The integer ids by which formats 2 and 3 refer to objects of a data flow (FORMAT §3.8)."""

from __future__ import annotations

import re

__all__ = ["IntegerIds"]

_REFERENCE = re.compile(r"#(\d+)")


class IntegerIds:
    """What the numbers mean: ``refs`` objects by id, ``lineages`` output columns whose lineage id is another number.

    Ids and lineage ids count together, so that a number is a column's lineage id before it is an object's id.
    ``names`` are the output columns' names by either.
    """

    def __init__(self) -> None:
        self.refs: dict[str, str] = {}
        self.lineages: dict[str, str] = {}
        self.names: dict[str, str] = {}

    def column(self, number: str, lineage: str, name: str, ref: str) -> None:
        """Remember an output column."""
        self.names.setdefault(number, name)
        if lineage and lineage != number:
            self.names[lineage] = name
            self.lineages[lineage] = ref

    def renumber(self, value: str) -> str:
        """Integer references in a property as ``#{refId}``; what names no object stays as it is.

        >>> ids = IntegerIds()
        >>> ids.refs["54"] = "a"
        >>> ids.renumber("#54 + #7"), ids.renumber("54")
        ('#{a} + #7', '#{a}')
        """
        known = self.refs | self.lineages if self.lineages else self.refs
        alone = known.get(value)
        if alone is not None:
            return f"#{{{alone}}}"
        return _REFERENCE.sub(lambda found: f"#{{{known[found[1]]}}}" if found[1] in known else found[0], value)
