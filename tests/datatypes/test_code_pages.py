"""Code pages: codecs, bytes, characters without a match."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dtserve.datatypes.code_pages import CODECS, codec, decode, encode, is_single_byte, known_code_pages, repertoire
from dtserve.datatypes.errors import UnknownCodePage


@pytest.mark.parametrize("page", sorted(CODECS))
def test_every_code_page_takes_digits_there_and_back(page):
    data, lost = encode("Row 12", page, "?")
    assert not lost
    assert decode(data, page) == ("Row 12", False)


def test_system_code_pages_are_western_european():
    assert {codec(page) for page in (0, 1, 2, 3)} == {"cp1252"}


def test_unknown_code_pages_are_refused():
    with pytest.raises(UnknownCodePage, match="4711"):
        codec(4711)
    assert 4711 not in known_code_pages()


def test_euro_and_holes_of_1252_map_as_windows_does():
    assert encode("€", 1252) == (b"\x80", False)
    assert encode("\x81\x8d", 1252) == (b"\x81\x8d", False)
    assert decode(b"\x81\x80", 1252) == ("\x81€", False)


def test_a_character_without_match_is_replaced():
    assert encode("aЖb", 1252) == (b"a?b", True)
    assert encode("a😀", 932) == (b"a?", True)
    assert decode(b"\xff\xfe", 65001) == ("\ufffd\ufffd", True)


def test_single_and_double_byte_pages():
    assert is_single_byte(1252)
    assert is_single_byte(437)
    assert is_single_byte(28605)
    assert not any(is_single_byte(page) for page in (932, 936, 949, 950, 65001, 1200, 54936))
    assert len(encode("日本", 932)[0]) == 4


@given(st.binary(max_size=40), st.sampled_from([page for page in CODECS if is_single_byte(page)]))
def test_bytes_of_single_byte_pages_survive(data, page):
    text, lost = decode(data, page)
    assert len(text) == len(data)
    if not lost:
        again, unmappable = encode(text, page)  # 875 has several bytes for SUB: the text survives, not each byte
        assert (decode(again, page), unmappable) == ((text, False), False)


@given(st.characters(codec="utf-8"))
def test_the_repertoire_says_which_characters_have_a_match(char):
    import polars as pl

    found = pl.Series([char]).str.contains(f"^[{repertoire(1252)}]$", strict=True)[0]
    assert found is not encode(char, 1252)[1]
