import pytest
from sqlglot import exp

from dtserve.connections.errors import NotTranslatable
from dtserve.connections.sql.tsql_reader import READER, PlainTsql, read_expression, read_foreign, read_statement


def test_functions_keep_their_names():
    tree = read_statement("SELECT GETDATE(), DATEADD(dd, 1, a), LEFT(b, 2) FROM t", "X")
    assert [node.name for node in tree.find_all(exp.Anonymous)] == ["GETDATE", "DATEADD", "LEFT"]
    assert isinstance(READER, PlainTsql)


def test_each_tree_is_fresh():
    one, other = read_statement("SELECT 1", "X"), read_statement("SELECT 1", "X")
    one.set("expressions", [])
    assert other.expressions
    assert read_expression("1 + 2", "X").key == "add"


@pytest.mark.parametrize("sql", ["SELECT (", "SELECT 1; SELECT 2", "", "CREATE USER x"])
def test_what_is_not_understood(sql):
    with pytest.raises(NotTranslatable) as caught:
        read_statement(sql, "SQLite", "shown")
    assert "SQLite" in caught.value.message
    assert caught.value.facts["statement"] == "shown"
    assert "\x1b" not in caught.value.message


def test_expressions_are_one():
    with pytest.raises(NotTranslatable):
        read_expression("1, 2", "X")


def test_other_dialects():
    assert len(read_foreign("SELECT NVL(a, 1) FROM dual; SELECT 2", "oracle", "X")) == 2
    with pytest.raises(NotTranslatable):
        read_foreign("SELECT ((", "oracle", "X")


def test_a_binary_value_without_bytes():
    tree = read_statement("SELECT 0x, 0X, 0xAB, [0x], '0x' FROM t", "SQLite")
    assert [type(each).__name__ for each in tree.expressions] == ["HexString"] * 3 + ["Column", "Literal"]
    assert tree.expressions[0].name == ""
