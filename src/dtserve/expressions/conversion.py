"""Conversions of one value, implicit and by cast, over ``datatypes.convert``.

A value that is only cut (text, digits of a fraction, parts of a second) goes on cut: the
evaluator does not check truncation at run time (EXPRESSIONS §5.4).
"""

from __future__ import annotations

from typing import Any

from dtserve.datatypes import DT, TypeSpec
from dtserve.datatypes.errors import ConversionError, ConversionOverflow, ConversionTruncation, SignMismatch
from dtserve.expressions.value_errors import CastFailed, CastOverflow

__all__ = ["convert_scalar", "is_empty"]


def is_empty(target: TypeSpec) -> bool:
    """Whether a cast leaves nothing, as ``(DT_WSTR,0)`` does (a length of 0 elsewhere means undeclared)."""
    return target.dt in (DT.STR, DT.WSTR, DT.BYTES) and not target.length


def convert_scalar(value: Any, source: TypeSpec, target: TypeSpec, locale_id: int = 1033) -> Any:
    """``value`` as ``target``; CastFailed or CastOverflow where it has no such form.

    >>> from dtserve.datatypes import DT
    >>> convert_scalar("63", TypeSpec(DT.WSTR, length=2), TypeSpec(DT.I4))
    63
    """
    from dtserve.datatypes.convert import convert_value

    if is_empty(target):
        return b"" if target.dt is DT.BYTES else ""
    try:
        return convert_value(value, source, target, locale_id=locale_id)
    except ConversionTruncation as cut:
        return cut.value
    except (ConversionOverflow, SignMismatch):
        raise CastOverflow(source=source.dt.label, target=target.dt.label) from None
    except ConversionError:
        raise CastFailed(source=source.dt.label, target=target.dt.label) from None
