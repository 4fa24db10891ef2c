"""The exact machine: rules that need rows cut off in the middle."""

import pytest

from dtserve.dataflow.flat_file.exact import MalformedRecord, find, records
from dtserve.dataflow.flat_file.layout import Layout
from support.flat_file_cases import format_of


def layout(**case):
    return Layout.of(format_of({"name": "", "columns": 2, **case}))


@pytest.mark.parametrize(
    ("data", "whole"),
    [
        (b"a,b\r\nc", 1),
        (b"a,b\r", 0),
        (b'a,"b"', 0),
        (b'a,"b"\r', 0),
        (b'a,"b"\r\n', 1),
        (b'a,"b', 0),
        (b"a,", 0),
        (b"", 0),
    ],
)
def test_a_row_whose_end_is_not_certain_waits(data, whole):
    assert len(list(records(data, layout(qualifier='"'), final=False))) == whole


@pytest.mark.parametrize("cut", range(1, 16))
def test_a_prefix_never_gives_other_rows(cut):
    data = b'"a""",b\r\n,"\r\n"\r\n'
    shape = layout(qualifier='"')
    whole = [record.fields for record in records(data, shape, final=True)]
    part = [record.fields for record in records(data[:cut], shape, final=False)]
    assert part == whole[: len(part)]


def test_rows_before_a_malformed_one_come_first():
    found = []
    with pytest.raises(MalformedRecord) as caught:
        found.extend(record.fields for record in records(b'1,2\r\n3,"4"5\r\n', layout(qualifier='"'), final=True))
    assert (caught.value.start, caught.value.column) == (5, 1)


def test_places_of_a_record():
    first, second = records(b"a,b\r\ncd", layout(), final=True)
    assert (first.start, first.end, first.next, first.partial) == (0, 3, 5, False)
    assert (second.start, second.end, second.next, second.partial) == (5, 7, 7, True)


def test_find_keeps_to_characters():
    wide = Layout.of(format_of({"name": "", "widths": [1, 0], "unicode": True}))
    data = "\u0d00\u0a0d\r\n".encode("utf-16-le")
    assert find(data, wide.row_delimiter, 0, wide) == 4
    double = Layout.of(format_of({"name": "", "widths": [2, 0], "row": "|", "code_page": 932}))
    assert find(b"\x83\x7c|", b"|", 0, double) == 2
