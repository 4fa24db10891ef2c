"""Lengths of text and bytes."""

import pytest

from dtserve.datatypes import DT, TypeSpec
from dtserve.datatypes.strings import fit_bytes, fit_text, utf16_length


def wide(length):
    return TypeSpec(DT.WSTR, length=length)


def narrow(length, page):
    return TypeSpec(DT.STR, length=length, code_page=page)


@pytest.mark.parametrize(
    ("text", "spec", "found", "cut"),
    [
        ("Cat", wide(3), "Cat", False),
        ("Cat", wide(2), "Ca", True),
        ("a😀b", wide(4), "a😀b", False),
        ("a😀b", wide(3), "a😀", True),
        ("a😀b", wide(2), "a", True),
        ("ab\0cd", wide(2), "ab", False),
        ("abc", wide(0), "abc", False),
        ("5 €", narrow(3, 1252), "5 €", False),
        ("5 € ", narrow(3, 1252), "5 €", True),
        ("Жa", narrow(5, 1252), "?a", True),
        ("日本", narrow(4, 932), "日本", False),
        ("日本", narrow(3, 932), "日", True),
        ("aé", narrow(2, 65001), "a", True),
        ("aé", narrow(3, 65001), "aé", False),
        ("a\0b", narrow(5, 1252), "a", False),
        ("aЖ\0" + "x" * 9000, TypeSpec(DT.TEXT, code_page=1252), "a?\0" + "x" * 9000, True),
        ("x" * 9000, TypeSpec(DT.TEXT, code_page=1252), "x" * 9000, False),
        ("Ж😀\0", TypeSpec(DT.NTEXT), "Ж😀\0", False),
    ],
    ids=lambda value: str(value)[:20],
)
def test_fit_text(text, spec, found, cut):
    assert fit_text(text, spec) == (found, cut)


def test_fit_bytes():
    assert fit_bytes(b"abc", TypeSpec(DT.BYTES, length=2)) == (b"ab", True)
    assert fit_bytes(b"abc", TypeSpec(DT.BYTES)) == (b"abc", False)
    assert fit_bytes(b"abc", TypeSpec(DT.IMAGE, length=2)) == (b"abc", False)


def test_lengths_count_utf16_units():
    assert [utf16_length(text) for text in ("", "ab", "é", "😀a")] == [0, 2, 1, 3]
