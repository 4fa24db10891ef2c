import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dtserve.connections.sql.tsql_tokens import split_go, tokenize


@pytest.mark.parametrize(
    ("sql", "kinds"),
    [
        ("SELECT [a]]b], \"c\"\"d\", N'e''f', 'g'", "word quoted sign quoted sign string sign string"),
        ("@x @@rowcount ? 1.5e-3 0xAF #t ##t", "variable variable mark number number word word"),
        ("a<>b != c += d::e", "word sign word sign word sign word sign word"),
        ("-- x\n/* /* y */ */ z", "word"),
    ],
)
def test_kinds(sql, kinds):
    assert [token.kind for token in tokenize(sql)] == kinds.split()


def test_positions_give_the_text_back():
    sql = "SELECT  a -- c\n FROM [b c]"
    assert [sql[token.start : token.end] for token in tokenize(sql)] == ["SELECT", "a", "FROM", "[b c]"]


@pytest.mark.parametrize("sql", ["SELECT 'never", "SELECT [never", 'SELECT "never', "SELECT /* never", "N'never"])
def test_what_is_never_closed_is_one_last_token(sql):
    last = tokenize(sql)[-1]
    assert last.kind in ("sign", "word")
    assert last.end == len(sql)


@pytest.mark.parametrize(
    ("sql", "batches"),
    [
        ("SELECT 1\nGO\nSELECT 2\ngo\n", ["SELECT 1", "SELECT 2"]),
        ("SELECT 1 GO SELECT 2", ["SELECT 1 GO SELECT 2"]),
        ("SELECT 'a\nGO\nb'", ["SELECT 'a\nGO\nb'"]),
        ("/* \nGO\n */ SELECT 1", ["/* \nGO\n */ SELECT 1"]),
        ("INSERT t VALUES (1)\r\nGO 3 -- thrice\r\nSELECT 1", ["INSERT t VALUES (1)"] * 3 + ["SELECT 1"]),
        ("GO\nGO;\n  GO  ", []),
        ("SELECT [a\nGO\n] FROM t", ["SELECT [a\nGO\n] FROM t"]),
        ("", []),
        ("GOTO x", ["GOTO x"]),
    ],
)
def test_batches(sql, batches):
    assert split_go(sql) == batches


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from("aN'\"[]/*-?@ \nGO;."), max_size=30))
def test_any_text_is_taken_apart(sql):
    found = tokenize(sql)
    assert all(one.end <= other.start for one, other in itertools.pairwise(found))
    assert isinstance(split_go(sql), list)
