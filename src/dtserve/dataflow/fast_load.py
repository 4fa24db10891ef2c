"""FastLoadOptions of the OLE DB Destination (DATA_FLOW §6): the words of a bulk load, read and checked.

SQL Server refuses a word that it does not know; passed over, a misspelt CHECK_CONSTRAINTS would let wrong rows in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from dtserve.dataflow.errors import BadProperty

__all__ = ["FastLoadOptions", "parse_fast_load"]

_COUNT = re.compile(r"(ROWS_PER_BATCH|KILOBYTES_PER_BATCH)\s*=\s*\d+")
_ORDER = re.compile(r"(^|,)\s*ORDER\s*\((?:[^()\[\]]|\[[^\]]*\])+\)\s*(?=,|$)", re.IGNORECASE)
_KNOWN = {"TABLOCK", "CHECK_CONSTRAINTS", "FIRE_TRIGGERS"}


@dataclass(frozen=True)
class FastLoadOptions:
    """What of the options changes rows or locks; ROWS_PER_BATCH, KILOBYTES_PER_BATCH and ORDER are hints to the server."""

    table_lock: bool = False
    check_constraints: bool = False
    fire_triggers: bool = False


def parse_fast_load(text: str, component: str) -> FastLoadOptions:
    """Read the options; raises BadProperty for a word that SQL Server does not know.

    >>> parse_fast_load("Tablock, ROWS_PER_BATCH = 500, ORDER(a ASC, b)", "D")
    FastLoadOptions(table_lock=True, check_constraints=False, fire_triggers=False)
    """
    words = {word.strip().upper() for word in _ORDER.sub(r"\1", text).split(",")} - {""}
    for word in sorted(words - _KNOWN):
        if not _COUNT.fullmatch(word):
            raise BadProperty(property="FastLoadOptions", component=component, detail=f'"{word}" is not known')
    return FastLoadOptions("TABLOCK" in words, "CHECK_CONSTRAINTS" in words, "FIRE_TRIGGERS" in words)
