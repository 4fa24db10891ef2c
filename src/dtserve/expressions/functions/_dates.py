"""What the date functions share."""

from __future__ import annotations

from dtserve.datatypes import DT
from dtserve.expressions.dates import part_named
from dtserve.expressions.functions.base import Arguments
from dtserve.expressions.type_errors import ParameterType

__all__ = ["check_part", "refuse_literal"]

_REFUSED = (DT.DBTIMESTAMP2, DT.DBTIMESTAMPOFFSET)


def check_part(function: str, arguments: Arguments) -> None:
    """InvalidDatePart for a literal that is no date part."""
    found = arguments.constants[0]
    if found is not None:
        part_named(found[0], function)


def refuse_literal(function: str, arguments: Arguments) -> None:
    """ParameterType for a date literal cast to DBTIMESTAMP2 or DBTIMESTAMPOFFSET (EXPRESSIONS §7)."""
    from dtserve.expressions.typed import Convert, Level

    node = arguments.nodes[0]
    while isinstance(node, Convert) and not node.explicit:
        node = node.operand
    if isinstance(node, Convert) and node.level is Level.LITERAL and node.target.dt in _REFUSED:
        raise ParameterType(function=function, type=node.target.dt.label, number=1)
