"""Bitmaps against the plain arrays of places."""

import numpy as np
import pytest

from dtserve.dataflow.flat_file import bitmaps

SIZES = [1, 63, 64, 65, 1000, (1 << 18) - 1, (1 << 18) + 77]


def chunk(size, share=0.05):
    random = np.random.default_rng(size)
    return np.where(random.random(size) < share, ord("x"), ord("-")).astype(np.uint8)


@pytest.mark.parametrize("size", SIZES)
def test_places_and_neighbours(size):
    data = chunk(size)
    marked = np.flatnonzero(data == ord("x"))
    words = bitmaps.marks(data, ord("x"))
    assert bitmaps.places(words).tolist() == marked.tolist()
    assert bitmaps.count(words) == len(marked)
    assert bitmaps.last(words) == (marked[-1] if len(marked) else -1)
    assert bitmaps.places(bitmaps.after(words)).tolist() == [at - 1 for at in marked.tolist() if at]
    behind = bitmaps.places(bitmaps.before(words))
    assert behind[behind < size].tolist() == [at + 1 for at in marked.tolist() if at + 1 < size]
    for limit in {0, 1, 64, size // 2, size}:
        assert bitmaps.places(bitmaps.below(words, limit)).tolist() == marked[marked < limit].tolist()


@pytest.mark.parametrize("size", SIZES)
def test_inside(size):
    data = chunk(size)
    within = np.unpackbits(bitmaps.inside(bitmaps.marks(data, ord("x"))).view(np.uint8), bitorder="little")[:size]
    assert within.tolist() == (np.cumsum(data == ord("x")) & 1).tolist()


def test_nothing_is_marked():
    words = bitmaps.marks(chunk(70_000, share=0), ord("x"))
    assert bitmaps.last(words) == -1
    assert bitmaps.RowEnds(words).next == 0
    assert bitmaps.RowEnds(words).starts.tolist() == [0]
    assert bitmaps.marks(np.zeros(0, dtype=np.uint8), 1).tolist() == []


@pytest.mark.parametrize("size", [65, 1000, 300_000])
@pytest.mark.parametrize("share", [0.01, 0.5])
def test_row_ends(size, share):
    data = chunk(size, share)
    rows = bitmaps.RowEnds(bitmaps.marks(data, ord("x")))
    starts = rows.starts
    assert starts.tolist() == [0, *(np.flatnonzero(data == ord("x")) + 1).tolist()]
    assert rows.next == starts[-1]
    asked = np.unique(np.random.default_rng(1).integers(0, len(starts) - 1, 50))
    begins, stops = rows.bounds(asked)
    assert begins.tolist() == starts[asked].tolist()
    assert stops.tolist() == starts[asked + 1].tolist()


@pytest.mark.parametrize("size", [1, 64, 65, 1000])
def test_counts_below(size):
    data = chunk(size, 0.3)
    limits = np.arange(size + 1)
    expected = [int(np.count_nonzero(data[:limit] == ord("x"))) for limit in limits]
    assert bitmaps.counts_below(bitmaps.marks(data, ord("x")), limits).tolist() == expected
