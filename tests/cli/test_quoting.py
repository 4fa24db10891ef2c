"""Quoting habits of command lines, command files and job steps."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dtserve.cli.quoting import split_arguments, split_line, unquote


@pytest.mark.parametrize(
    ("value", "parts"),
    [
        (r"SQL;Finance\Load", ["SQL", r"Finance\Load"]),
        (r'SQL;"Finance\Load"', ["SQL", r"Finance\Load"]),
        (r'"SQL;Finance\Load"', ["SQL", r"Finance\Load"]),
        (r'SQL;"a;b"', ["SQL", "a;b"]),
        (r'SQL;"say ""hi"""', ["SQL", 'say "hi"']),
        ('SQL;\\;"Finance"', ["SQL", "\\", "Finance"]),
        (r"SQL;\;S", ["SQL", "\\", "S"]),
        (r"\"C\";\"Data Source=x;\"", ["C", "Data Source=x;"]),
        ("", [""]),
        ('SQL;un"closed', ["SQL", 'un"closed']),
    ],
)
def test_arguments_split_outside_quotes(value, parts):
    assert split_arguments(value) == parts


def test_a_limit_keeps_the_rest_together():
    assert split_arguments("m;Data Source=a;Initial Catalog=b", limit=2) == ["m", "Data Source=a;Initial Catalog=b"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('/FILE "C:\\my dir\\"  /Q\r\n/R x', ["/FILE", '"C:\\my dir\\"', "/Q", "/R", "x"]),
        ('/SQL "\\"\\Maintenance Plans\\Nightly\\"" /X86', ["/SQL", '"\\Maintenance Plans\\Nightly"', "/X86"]),
        ('/SET "\\"\\Package.V\\"";"\\"a b\\""', ["/SET", '"\\Package.V";"a b"']),
        ('/R "a ""b"" c"', ["/R", '"a ""b"" c"']),
        ('/R "open', ["/R", '"open']),
        ("   ", []),
    ],
)
def test_lines_split_at_blanks_outside_quotes(text, words):
    assert split_line(text) == words


@given(st.text(alphabet=st.characters(exclude_characters='"'), max_size=20))
def test_quoting_and_unquoting_round_trips(text):
    assert unquote(f'"{text}"') == text or text.endswith("\\") or text.startswith("\\")
    assert split_arguments(f'X;"{text}"')[1] == text


@given(st.text(max_size=30))
def test_no_line_is_too_odd(text):
    assert all(isinstance(word, str) for word in split_line(text))
    assert isinstance(unquote(text), str)
    assert split_arguments(text)
