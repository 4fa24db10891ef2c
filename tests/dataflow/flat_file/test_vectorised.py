"""The general vectorised reader: it takes long and different delimiters and declines what is ambiguous."""

import pytest

from dtserve.dataflow.flat_file.chunk import Wanted
from dtserve.dataflow.flat_file.layout import Layout
from dtserve.dataflow.flat_file.vectorised import VectorReader
from support.flat_file_cases import format_of


def split(data, **case):
    case = {"name": "", "columns": 3, **case}
    layout = Layout.of(format_of(case))
    assert VectorReader.accepts(layout)
    chunk = VectorReader(layout, Wanted((0, 1, 2))).split(data)
    return None if chunk is None else chunk.frame.rows()


@pytest.mark.parametrize(
    ("case", "data", "rows"),
    [
        ({"separator": "::"}, b"a::b:b::c\r\nd\r\n", [("a", "b:b", "c"), ("d", None, None)]),
        ({}, b"a,b,c,d\r\n\r\n", [("a", "b", "c,d"), ("", None, None)]),
        ({"row": ",\r\n"}, b"a,b,c,\r\nd,\r\n", [("a", "b", "c"), ("d", None, None)]),
        ({"separators": ["|", ";"]}, b"a|b;c\r\n", [("a", "b", "c")]),
        ({"qualifier": '"', "separator": "||"}, b'"a||"||b||"c""\r\n"\r\n', [("a||", "b", 'c"\r\n')]),
        ({"qualifier": '"', "unqualified": [1]}, b'"a,",b,"c"\r\n', [("a,", "b", "c")]),
        ({"row": "\n"}, b"a,b,a text beyond twelve bytes\r\n", [("a", "b", "a text beyond twelve bytes\r")]),
        ({"check": False}, b"a,b,c\r\n", [("a", "b", "c")]),
        ({"separator": "||"}, b"a|||b||c\r\n||||\r\n", [("a", "|b", "c"), ("", "", "")]),
        ({"qualifier": '"'}, b'12",5\'11","6"""\r\na"b,"c,""d",\r\n', [('12"', "5'11\"", '6"'), ('a"b', 'c,"d', "")]),
    ],
)
def test_takes(case, data, rows):
    assert split(data, **case) == rows


@pytest.mark.parametrize(
    ("case", "data"),
    [
        ({"separator": "|-|"}, b"a|-|-|b|-|c\r\n"),
        ({"qualifier": '"'}, b'"a"b,c,d\r\n'),
        ({"qualifier": '"'}, b'a,b,c,"d"\r\n'),
        ({"qualifier": '"', "unqualified": [0]}, b'"b",c,d\r\n'),
        ({"separators": ["|", ";"]}, b"a;|b;c\r\n"),
        ({"check": False}, b"a\r\nb,c,d\r\n"),
        ({}, b"no row end"),
    ],
)
def test_declines(case, data):
    assert not split(data, **case)
