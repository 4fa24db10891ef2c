"""Polars text columns from places in a block of bytes, without a Python object per value."""

from __future__ import annotations

import numpy as np
import polars as pl
import pyarrow as pa

__all__ = ["text_series"]

_INLINE = 12
_VIEW = np.dtype([("length", "<i4"), ("first", "<u4"), ("second", "<u4"), ("third", "<u4")])
_MASKS = np.array(
    [[(1 << (8 * max(0, min(4, length - 4 * word)))) - 1 for length in range(_INLINE + 1)] for word in range(3)],
    dtype=np.uint32,
)


def text_series(
    name: str,
    data: bytes,
    begins: np.ndarray,
    lengths: np.ndarray,
    present: np.ndarray | None = None,
    *,
    binary: bool = False,
) -> pl.Series:
    """The texts ``data[begin:begin+length]``; NULL where ``present`` is false.

    ``data`` must be valid UTF-8 cut between characters, unless ``binary`` (a Binary column).

    Built as Arrow string views (short texts inside the view, long ones as a reference),
    then copied, so that the block of bytes is not kept alive by a few long texts.
    """
    count = len(begins)
    padded = data + bytes(_INLINE)
    words = np.ndarray(shape=(len(data) + _INLINE - 3,), dtype="<u4", buffer=padded, strides=(1,))
    begins = begins.astype(np.int64, copy=False)
    short = np.minimum(lengths, _INLINE)
    inline = lengths <= _INLINE
    views = np.empty(count, dtype=_VIEW)
    views["length"] = lengths
    views["first"] = words[begins]
    views["first"] &= np.where(inline, _MASKS[0][short], np.uint32(0xFFFFFFFF))
    views["second"] = np.where(inline, words[np.minimum(begins + 4, len(words) - 1)] & _MASKS[1][short], 0)
    views["third"] = np.where(inline, words[np.minimum(begins + 8, len(words) - 1)] & _MASKS[2][short], begins)
    validity = None
    if present is not None:
        validity = pa.py_buffer(np.packbits(present, bitorder="little").tobytes())
    buffers = [validity, pa.py_buffer(views.view(np.uint8)), pa.py_buffer(data)]
    if binary:
        return pl.Series(name, pa.Array.from_buffers(pa.binary_view(), count, buffers).cast(pa.large_binary()))
    return pl.Series(name, pa.Array.from_buffers(pa.string_view(), count, buffers).cast(pa.large_string()))
