"""Quotations found from qualifiers and delimiters: in turns, and walked through."""

import numpy as np
import pytest

from dtserve.dataflow.flat_file.qualified import quotations


def find(text):
    array = np.frombuffer(text.encode(), dtype=np.uint8)
    places = [np.flatnonzero(array == ord(mark)) for mark in ",\n"]
    found = quotations(array, ord('"'), places, [1, 1])
    return None if found is None else (found.opens.tolist(), found.closes.tolist())


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ('"a","b"\n', ([0, 4], [2, 6])),
        ('"a""b",c\n', ([0], [5])),
        ('"a,\n""",c\n', ([0], [6])),
        ('"",""\n', ([0, 3], [1, 4])),
        ('a"b,"c"\n', ([4], [6])),
        ('12",5"\n', ([], [])),
        ('a"b,"c""d"\n', ([4], [9])),
        ('a,"b', ([2], [4])),
        ('x"y,"b', ([4], [6])),
        ('"a"b,c\n', None),
        ('x"y,"a"b,c\n', None),
    ],
)
def test_pairs(text, pairs):
    assert find(text) == pairs


def test_places_in_quotations():
    text = '"a,b",c,"d"\n'
    array = np.frombuffer(text.encode(), dtype=np.uint8)
    commas, ends = np.flatnonzero(array == ord(",")), np.flatnonzero(array == 10)
    found = quotations(array, ord('"'), [ends, commas], [1, 1])
    assert found is not None
    assert commas[found.outside(commas)].tolist() == [5, 7]
    assert found.begin_at(np.array([0, 6, 8])).tolist() == [True, False, True]
