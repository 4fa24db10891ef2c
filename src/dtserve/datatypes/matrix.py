"""Which type converts to which: the matrix of legal casts of EXPRESSIONS §5.6, as data.

Differences from the printed matrix, with the reasons of EXPRESSIONS §5.6 and §10: text ↔
DBTIME2, DBTIMESTAMP2, DBTIMESTAMPOFFSET are legal (the designer accepted and stored them),
and so is DATE → FILETIME (the data type page describes it).
"""

from __future__ import annotations

from dtserve.datatypes.types import DT

__all__ = ["is_legal", "legal_targets"]

_ORDER = (
    *("I1", "I2", "I4", "R4", "R8", "CY", "DATE", "BOOL", "NUMERIC", "DECIMAL", "UI1", "UI2", "UI4", "I8", "UI8"),
    *("GUID", "BYTES", "STR", "WSTR", "DBDATE", "DBTIME", "DBTIME2", "DBTIMESTAMP", "DBTIMESTAMP2"),
    *("DBTIMESTAMPOFFSET", "FILETIME", "IMAGE", "TEXT", "NTEXT"),
)

_ROWS = """
=YYYYYYYYYYYYYY--YYYY-Y------
Y=YYYYYYYYYYYYY--YYYY-Y------
YY=YYYYYYYYYYYY-YYYYY-Y------
YYY=YYYYYYYYYYY--YYYY-Y------
YYYY=YYYYYYYYYY--YYYY-Y------
YYYYY=-YYYYYYYY--YY----------
YYYYY-=YY-YYYYY--YYYYYYYYY---
YYYYYYY=YYYYYYY--YY----------
YYYYYYYY=YYYYYY--YY----------
YYYYYY-YY=YYYYY--YYYY-Y------
YYYYYYYYYY=YYYY--YYYY-Y------
YYYYYYYYYYY=YYY--YYYY-Y------
YYYYYYYYYYYY=YY-YYYYY-Y------
YYYYYY-YYYYYY=Y-YYY------Y---
YYYYYY-YYYYYYY=-YYY------Y---
---------------=YYY----------
---Y--------YYYY=YY-------YYY
YYYYYYYYYYYYYYYYY=YYYYYYYYYYY
YYYYYYYYYYYYYYYYYY=YYYYYYYYYY
------Y----------YY=YYYYYY---
------Y----------YYY=YYYYY---
------Y----------YYYY=YYYY---
------Y----------YYYYY=YYY---
------Y----------YYYYYY=YY---
------Y----------YYYYYYY=Y---
------Y------YY--YYYYYYYY=---
----------------Y---------=YY
-----------------Y--------Y=Y
------------------Y-------YY=
"""

_LEGAL: dict[DT, frozenset[DT]] = {
    DT[source]: frozenset(DT[target] for target, mark in zip(_ORDER, row, strict=True) if mark != "-")
    for source, row in zip(_ORDER, _ROWS.split(), strict=True)
}


def is_legal(source: DT, target: DT) -> bool:
    """Whether a value of one type can be cast to the other; NULL casts to everything.

    >>> is_legal(DT.TEXT, DT.WSTR), is_legal(DT.TEXT, DT.STR)
    (False, True)
    """
    if source in (DT.NULL, DT.EMPTY) or source is target:
        return True
    return target in _LEGAL.get(source, frozenset())


def legal_targets(source: DT) -> frozenset[DT]:
    """The types that ``source`` casts to, itself among them."""
    return _LEGAL.get(source, frozenset(DT)) | {source}
