import pytest

from dtserve.connections.sql import sqlite_texts as texts


def test_functions():
    assert [texts.as_text(v) for v in (1, 1.5, b"x", "y")] == ["1", "1.5", "x", "y"]
    assert [texts.as_number(v) for v in ("7", " 1.5 ", "", 3)] == [7, 1.5, 0, 3]
    assert texts.charindex_text("L", "hello") == 3
    assert texts.charindex_text("l", "hello", 4) == 4
    assert texts.charindex_text("z", "hello") == 0
    assert [texts.substring_text("hello", *a) for a in ((2, 3), (0, 3), (-1, 3), (4, 99))] == ["ell", "he", "h", "lo"]
    assert texts.substring_text(b"abc", 2, 1) == b"b"
    assert texts.stuff_text("abc", 2, 1, "XX") == "aXXc"
    assert texts.stuff_text("abc", 2, 0, None) == "abc"
    assert texts.stuff_text("abc", 5, 1, "x") is None
    assert texts.replace_text("aAbB", "a", "\\1") == "\\1\\1bB"
    assert texts.replace_text("a", "", "x") == "a"
    assert [texts.isnumeric_text(v) for v in ("1.5", "$1,000", "1e5", "x", "", "-")] == [1, 1, 1, 0, 0, 0]
    assert [texts.quotename_text(*a) for a in (("a]b",), ("a'b", "'"))] == ["[a]]b]", "'a''b'"]
    with pytest.raises(ValueError, match="numeric"):
        texts.as_number("x")
    with pytest.raises(ValueError, match="length"):
        texts.substring_text("a", 1, -1)


@pytest.mark.parametrize(
    ("value", "pattern", "like", "place"),
    [
        ("Hello", "h%", 1, 1), ("hello", "_ell_", 1, 1), ("a5", "[a-c][0-9]", 1, 1), ("z5", "[^a-c]%", 1, 1), ("x%y", "x[%]y", 1, 1), ("ab", "b", 0, 0), ("ab", "%b", 1, 2),
        ("a.c", "a.c", 1, 1), ("abc", "a.c", 0, 0), ("a\nb", "a%b", 1, 1), ("a[b", "a[b", 1, 1),
    ],
)  # fmt: skip
def test_patterns(value, pattern, like, place):
    assert texts.like_text(value, pattern) == like
    assert texts.patindex_text(pattern, value) == place
    assert texts.like_regex(pattern) is texts.like_regex(pattern)
