"""How the memory of buffers is held between their uses.

Polars' allocator (jemalloc) gives freed pages back to the system after a moment, and a
data flow asks for as many again with its next buffer: a quarter of the page faults and a
tenth of the time of a flat file flow. Told to wait some seconds it keeps them while the
flow runs. The allocator reads its settings once, when Polars is loaded.
"""

from __future__ import annotations

import os
import sys

__all__ = ["hold_pages"]

SETTING = "_RJEM_MALLOC_CONF"
VALUE = "dirty_decay_ms:10000,muzzy_decay_ms:10000"


def hold_pages() -> None:
    """Let freed pages be kept for ten seconds, unless Polars is loaded already or the setting was made outside."""
    if "polars" not in sys.modules:
        os.environ.setdefault(SETTING, VALUE)
