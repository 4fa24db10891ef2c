"""Text columns from places in bytes."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from dtserve.dataflow.flat_file.strings import text_series


@settings(max_examples=60, deadline=None)
@given(texts=st.lists(st.one_of(st.none(), st.text(max_size=20)), max_size=20))
def test_every_length_comes_back(texts):
    data = b"".join((text or "").encode() for text in texts)
    lengths = np.array([len((text or "").encode()) for text in texts], dtype=np.int64)
    begins = np.cumsum(lengths) - lengths
    present = np.array([text is not None for text in texts], dtype=bool)
    assert text_series("x", data, begins, lengths, present).to_list() == texts
    kept = [text or "" for text in texts]
    assert text_series("x", data, begins, lengths).to_list() == kept
    assert text_series("x", data, begins, lengths, binary=True).to_list() == [text.encode() for text in kept]
