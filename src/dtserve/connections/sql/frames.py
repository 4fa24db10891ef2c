"""Cutting a stream of frames anew."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

__all__ = ["sliced"]


def sliced(batches: Iterable[pl.DataFrame], size: int) -> Iterator[pl.DataFrame]:
    """The same rows in frames of exactly ``size`` rows (the last one may be shorter)."""
    import polars as pl

    held: list[pl.DataFrame] = []
    count = 0
    for frame in batches:
        held.append(frame)
        count += frame.height
        if count >= size:
            whole = pl.concat(held, how="vertical")
            cut = 0
            while count - cut >= size:
                yield whole.slice(cut, size)
                cut += size
            held, count = ([whole.slice(cut)] if cut < count else []), count - cut
    if count:
        yield pl.concat(held, how="vertical")
