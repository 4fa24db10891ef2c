"""What the guard of the fast reader takes as regular."""

import pytest

from dtserve.dataflow.flat_file.guard import examine

LONG = b'"a ""b"", c",' * 9

REGULAR = {
    "plain": (b"a,b\r\nc,d\r\n", b"\r\n", 2, 2),
    "qualified": (b'"a","b"\r\n"c,d",""\r\n', b"\r\n", 2, 2),
    "doubled": (b'"a""b","""",""""""\r\n', b"\r\n", 1, 2),
    "row ends in qualified text": (b'"a\r\n",b\r\n"\n",c\r\n', b"\r\n", 2, 2),
    "carriage returns in qualified text": (b'"a\rb",c\n', b"\n", 1, 1),
    "carriage return as row end": (b"a,b\rc,d\r", b"\r", 2, 2),
    "a row that is not whole": (b'a,b\r\n"c,', b"\r\n", 1, 1),
    "short rows": (b"a\r\nb,c\r\n", b"\r\n", 2, 1),
    "over many words": ((LONG + b"z\r\n") * 3, b"\r\n", 3, 27),
}
IRREGULAR = {
    "no row end": (b"a,b", b"\r\n"),
    "nothing": (b"", b"\n"),
    "bare line feed": (b"a\nb\r\n", b"\r\n"),
    "line feed first": (b"\na,b\r\n", b"\r\n"),
    "bare carriage return": (b"a\rb\r\n", b"\r\n"),
    "two carriage returns": (b"a\r\r\n", b"\r\n"),
    "carriage return before the row end": (b"a\r\n", b"\n"),
    "qualifier in a field": (b'a"b,c"d\r\n', b"\r\n"),
    "text behind a closing qualifier": (b'"a"b,c\r\n', b"\r\n"),
    "blank before a qualifier": (b' "a",c\r\n', b"\r\n"),
    "odd number of qualifiers": (b'"a,"b"\r\nc\r\n', b"\r\n"),
    "beyond one word": (LONG + b'x"y"\r\n', b"\r\n"),
}


@pytest.mark.parametrize("name", REGULAR)
def test_regular(name):
    data, row, rows, separators = REGULAR[name]
    found = examine(data, ord(","), row, ord('"'))
    assert found is not None
    assert (found.rows, found.separators) == (rows, separators)
    assert found.limit == found.ends.next == data.rfind(row) + len(row)


@pytest.mark.parametrize("name", IRREGULAR)
def test_irregular(name):
    data, row = IRREGULAR[name]
    assert examine(data, ord(","), row, ord('"')) is None


def test_without_a_qualifier_they_are_data():
    found = examine(b'a"b,c\r\n', ord(","), b"\r\n", -1)
    assert found is not None
    assert not found.quoted
