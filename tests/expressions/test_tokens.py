import re

import polars as pl
import pytest

from dtserve.expressions.tokens import nth_pattern, pattern, split

TEXTS = ["", "a", "a b", "  a  b ", "a]b^c-d", "x&&y~~z--w", "[a][b]", "a\nb\tc", "é€", "\\a\\\\b"]


@pytest.mark.parametrize("delimiters", [" ", "", "]^-", "&~", "[]", "\\", "\n\t", "é", "ab"])
def test_python_and_polars_read_the_patterns_alike(delimiters: str) -> None:
    column = pl.Series(TEXTS)
    found = [split(text, delimiters) for text in TEXTS]
    assert column.str.extract_all(pattern(delimiters)).to_list() == found
    assert column.str.count_matches(pattern(delimiters)).to_list() == [len(tokens) for tokens in found]
    for number in (1, 2, 3):
        expected = [tokens[number - 1] if len(tokens) >= number else None for tokens in found]
        assert column.str.extract(nth_pattern(delimiters, number), 1).to_list() == expected
        ours = [re.match(nth_pattern(delimiters, number), text) for text in TEXTS]
        assert [match and match.group(1) for match in ours] == expected


def test_delimiters_are_characters() -> None:
    assert split("a:little|white dog", "| ,.:") == ["a", "little", "white", "dog"]
    assert split("///", "/") == []
