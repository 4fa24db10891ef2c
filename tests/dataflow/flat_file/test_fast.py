"""The guard of the Polars reader: what it takes, what it declines, what it reads row by row."""

import pytest

from dtserve.dataflow.flat_file.chunk import Wanted
from dtserve.dataflow.flat_file.fast import MOST_IRREGULAR, FastReader
from dtserve.dataflow.flat_file.layout import Layout
from support.flat_file_cases import format_of


def reader(wanted=(0, 1), **case):
    return FastReader(Layout.of(format_of({"name": "", "columns": 2, **case})), Wanted(wanted))


@pytest.mark.parametrize(
    ("case", "accepted"),
    [
        ({}, True),
        ({"qualifier": '"'}, True),
        ({"qualifier": '"', "unqualified": [1]}, False),
        ({"separator": "||"}, False),
        ({"row": "|\r\n"}, False),
        ({"row": "\n\r"}, False),
        ({"row": "\r"}, True),
        ({"separator": "\r", "row": "\r\n"}, False),
        ({"separator": ",", "row": ","}, False),
        ({"columns": 3, "separators": [",", ";"]}, False),
        ({"check": False}, False),
        ({"widths": [1, 0]}, False),
        ({"separator": "§"}, False),
    ],
)
def test_accepts(case, accepted):
    assert FastReader.accepts(Layout.of(format_of({"name": "", "columns": 2, **case}))) is accepted


@pytest.mark.parametrize(
    "data",
    [b"a,b,c\r\n", b"1,2\r\na,b,c\r\n", b"a,b\n", b"a\r,b\r\n", b"\xef\xbb\xbfa,b\r\n", b"a,b\r\r\n", b"a,\xff\r\n"],
)
def test_declines_what_polars_reads_otherwise(data):
    assert reader().split(data) is None


def test_columns_that_are_not_wanted_are_left_out():
    chunk = reader(wanted=(1,)).split(b"a,b\r\nc,d\r\n")
    assert chunk is not None
    assert chunk.frame.to_dict(as_series=False) == {"1": ["b", "d"]}


def test_irregular_rows_stand_between_the_others():
    data = b'"a",b\r\nc"c,d\r\n"e,\r\n",f\r\n'
    chunk = reader(qualifier='"').split(data)
    assert chunk is not None
    assert chunk.frame.rows() == [("a", "b"), ('c"c', "d"), ("e,\r\n", "f")]
    assert chunk.starts.tolist() == [0, 7, 14, 24]


def test_missing_columns_are_null_and_empty_ones_are_not():
    chunk = reader(columns=3, wanted=(0, 1, 2), qualifier='"').split(b'a\r\n"b,b","",\r\nc,\r\n')
    assert chunk is not None
    assert chunk.frame.rows() == [("a", None, None), ("b,b", "", ""), ("c", "", None)]


def test_many_irregular_rows_go_to_another_reader():
    assert reader(qualifier='"').split(b'a"a,b\r\n' * (MOST_IRREGULAR + 2)) is None


def test_a_malformed_row_ends_the_chunk():
    chunk = reader(qualifier='"').split(b'a,b\r\n"c"x,d\r\ne,f\r\n')
    assert chunk is not None
    assert chunk.frame.rows() == [("a", "b")]
    assert chunk.malformed is not None
    assert (chunk.malformed.start, chunk.malformed.column) == (5, 0)
