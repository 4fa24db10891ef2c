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
        ({"qualifier": '"', "unqualified": [1]}, True),
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


def test_columns_without_qualifier_are_read_where_no_qualifier_stands():
    mixed = reader(qualifier='"', unqualified=[1])
    chunk = mixed.split(b"a,b\r\n")
    assert chunk is not None
    assert chunk.frame.rows() == [("a", "b")]
    assert mixed.split(b'"a",b\r\n') is None


def test_row_delimiters_inside_qualified_text_are_noticed_by_the_number_of_rows():
    shape = reader(qualifier='"')
    for _ in range(2):
        chunk = shape.split(b'a,"b\r\n"\r\n"c\r\n,",d\r\n')
        assert chunk is not None
        assert chunk.frame.rows() == [("a", "b\r\n"), ("c\r\n,", "d")]
        assert chunk.starts.tolist() == [0, 9, 19]


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("a,b,,", ("a", "b", "", "")),
        ("a,,,", ("a", "", "", "")),
        (",,,", ("", "", "", "")),
        ("a,,", ("a", "", "", None)),
        (",,", ("", "", "", None)),
        ("", ("", None, None, None)),
        ('a,b,"",""', ("a", "b", "", "")),
        ('a,b,"",', ("a", "b", "", "")),
        ('"a,,",', ("a,,", "", None, None)),
        ('"a,,"', ("a,,", None, None, None)),
    ],
)
def test_trailing_empty_columns(text, row):
    shape = reader(columns=4, wanted=(0, 1, 2, 3), qualifier='"')
    chunk = shape.split(f'1,2,3,4\r\n{text}\r\n,,,4\r\n"x",,,\r\n'.encode())
    assert chunk is not None
    assert chunk.frame.rows() == [("1", "2", "3", "4"), row, ("", "", "", "4"), ("x", "", "", "")]


def test_many_irregular_rows_go_to_another_reader():
    assert reader(qualifier='"').split(b'"x",1\r\n' + b'a"a,b\r\n' * (MOST_IRREGULAR + 2)) is None


def test_qualifiers_that_begin_no_field_are_data():
    chunk = reader(columns=3, wanted=(0, 1, 2), qualifier='"').split(b'12",5\'11"\r\na"b,c"d",\r\n' * 99)
    assert chunk is not None
    assert chunk.frame.rows() == [('12"', "5'11\"", None), ('a"b', 'c"d"', "")] * 99


def test_a_malformed_row_ends_the_chunk():
    chunk = reader(qualifier='"').split(b'a,b\r\n"c"x,d\r\ne,f\r\n')
    assert chunk is not None
    assert chunk.frame.rows() == [("a", "b")]
    assert chunk.malformed is not None
    assert (chunk.malformed.start, chunk.malformed.column) == (5, 0)
