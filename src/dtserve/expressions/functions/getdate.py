"""GETDATE: ``GETDATE()``, the current local time to the millisecond, as DT_DBTIMESTAMP.

Read once per evaluation; in a data flow once per buffer (UNVERIFIED in SSIS, EXPRESSIONS §7).

>>> from dtserve.expressions import evaluate
>>> evaluate("YEAR(GETDATE()) > 2000").value
True
"""

from __future__ import annotations

from datetime import datetime

from dtserve.expressions.functions.base import TIMESTAMP, Function, ScalarCall, fixed

__all__ = ["FUNCTION"]


def _scalar(call: ScalarCall) -> datetime:
    return call.now


FUNCTION = Function(name="GETDATE", parameters=(), result=fixed(TIMESTAMP), scalar=_scalar, columnar=None, clock=True)
