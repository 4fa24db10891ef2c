"""Terms of a table in texts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dtserve.dataflow.english.matching import TermFinder


@pytest.mark.parametrize(
    ("terms", "text", "counts"),
    [
        (["student"], "student Students STUDENT", {"student": 3}),
        (["student", "students"], "student students", {"student": 1, "students": 1}),
        (["students"], "student", {}),
        (["Windows", "Windows 7 Professional"], "Windows 7 Professional", {"Windows": 1}),
        (["7 professional"], "Windows 7 Professional", {"7 professional": 1}),
        (["new bicycle"], "new bicycles, new old bicycle", {"new bicycle": 1}),
        (["bicycle shop", "shop"], "bicycle bicycle shop", {"bicycle shop": 1}),
        (["a.b"], "xa.b a.b a.bx", {"a.b": 1}),
        (["e-mail"], "e-mail E-mails", {"e-mail": 2}),
        (["A.B.C"], "the A.B.C and the ABC", {"A.B.C": 1}),
        ([" ", ".."], "x .. y", {"..": 1}),
        ([], "x", {}),
    ],
)
def test_counts(terms, text, counts):
    assert TermFinder(terms, sensitive=False).count(text) == counts


def test_case():
    finder = TermFinder(["student", "SQL"], sensitive=True)
    assert finder.count("Student sql SQL STUDENT. A Student") == {"student": 1, "SQL": 1}


@given(
    st.lists(st.sampled_from(["ab", "ab cd", "cd", "cd ef", "ef"]), unique=True),
    st.lists(st.sampled_from(["ab", "cd", "ef"]), max_size=12),
)
def test_against_a_plain_model(terms, words):
    expected: dict[str, int] = {}
    at = 0
    while at < len(words):
        hit = next((t for t in sorted(terms, key=len) if words[at : at + len(t.split())] == t.split()), None)
        if hit:
            expected[hit] = expected.get(hit, 0) + 1
        at += len(hit.split()) if hit else 1
    assert TermFinder(terms, sensitive=False).count(" ".join(words)) == expected
