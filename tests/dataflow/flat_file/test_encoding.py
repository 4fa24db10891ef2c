"""Code pages: Windows' way with undefined bytes, and blocks cut inside characters."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dtserve.dataflow.flat_file.encoding import CodePage, Transcoder, is_valid, repaired
from dtserve.datatypes.errors import UnknownCodePage


@pytest.mark.parametrize(
    ("page", "data", "text"),
    [
        (1252, b"\x80\x81\xe9", "€\x81é"),
        (437, b"\x81", "ü"),
        (932, b"\x93\xfa\x81\xff", "日\U0010ffff\uf8f3"),
        (936, b"\xc4\xe3", "你"),
        (65001, b"\xc3\xa9\xff", "é\U0010ffff"),
        (1200, b"\xe9\x00\x3d\xd8", "é\U0010ffff"),
        (37, b"\xc1\x6b", "A,"),
    ],
)
def test_decode(page, data, text):
    assert CodePage.of(page).decode(data) == text


def test_encode_is_strict_but_knows_the_holes():
    assert CodePage.of(1252).encode("€\x81") == b"\x80\x81"
    with pytest.raises(UnicodeEncodeError):
        CodePage.of(1252).encode("日")


def test_unknown_code_page():
    with pytest.raises(UnknownCodePage):
        CodePage.of(12345)


def test_ascii_pages():
    assert [CodePage.of(page).ascii for page in (1252, 932, 65001, 1200, 37, 50220)] == [True] * 3 + [False] * 3


def test_lead_bytes():
    page = CodePage.of(932)
    assert page.lead(b"a\x83\x7c", 0, 2)
    assert not page.lead(b"a\x83\x7c", 0, 1)
    assert not CodePage.of(1252).lead(b"a\x83\x7c", 0, 2)


@pytest.mark.parametrize(("page", "codec"), [(65001, "utf-8"), (1200, "utf-16-le"), (932, "cp932"), (1252, "cp1252")])
@settings(max_examples=40, deadline=None)
@given(text=st.text(alphabet="aé日😀\r\n\x80", max_size=30), sizes=st.lists(st.integers(1, 5), min_size=1, max_size=9))
def test_blocks_join_to_the_whole(page, codec, text, sizes):
    data = text.encode(codec, "replace")
    transcoder = Transcoder(CodePage.of(page))
    out, at = b"", 0
    for size in sizes:
        out += transcoder.feed(data[at : at + size], False)
        at += size
    out += transcoder.feed(data[at:], False) + transcoder.feed(b"", True)
    assert out.decode("utf-8") == CodePage.of(page).decode(data)


@settings(max_examples=60, deadline=None)
@given(data=st.binary(max_size=20))
def test_broken_utf8_becomes_valid(data):
    made = repaired(data)
    if made is None:
        start = max(len(data) - 3, 0)
        assert any(is_valid(data[:cut]) for cut in range(start, len(data) + 1))
    else:
        assert CodePage.of(65001).decode(made) == CodePage.of(65001).decode(data)
        assert not is_valid(data)
