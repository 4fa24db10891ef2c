import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dtserve.connections.sql.tsql_batch import Run, parse_batch, statement_end
from dtserve.connections.sql.tsql_tokens import tokenize


@pytest.mark.parametrize(
    "statements",
    [
        ["TRUNCATE TABLE a", "TRUNCATE TABLE b"],
        ["DELETE FROM x", "INSERT INTO y (a) SELECT 1 UNION ALL SELECT 2", "SELECT 3"],
        ["INSERT INTO t (a, b) VALUES (1, 'SELECT')", "UPDATE t SET a = 1 WHERE b = 2", "SELECT 1"],
        ["INSERT t DEFAULT VALUES", "INSERT t SELECT 1 EXCEPT SELECT 2"],
        ["WITH c AS (SELECT 1 a), d (x) AS (SELECT 2) SELECT * FROM c", "WITH e AS (SELECT 1 a) DELETE FROM e"],
        ["SELECT a FROM t WITH (NOLOCK) GROUP BY a WITH ROLLUP", "SELECT 2"],
        ["UPDATE t SET a = CASE WHEN b = 1 THEN 2 ELSE 3 END", "SELECT CASE 1 WHEN 1 THEN 2 END"],
        ["ALTER TABLE t WITH CHECK ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES u (a) ON DELETE CASCADE ON UPDATE SET NULL", "SELECT 1"],
        ["ALTER TABLE t DROP COLUMN c", "ALTER TABLE t ALTER COLUMN d int", "DROP TABLE IF EXISTS u"],
        ["SELECT a FROM t ORDER BY a OFFSET 0 ROWS FETCH NEXT 5 ROWS ONLY", "SELECT 2"],
        ["(SELECT 1) UNION (SELECT 2)"],
        ["SELECT dbo.[if], t.[select] FROM t", "SELECT 2"],
        ["INSERT INTO t (a) SELECT a FROM u WHERE EXISTS (SELECT 1)", "DROP TABLE u"],
        ["MERGE t USING s ON t.a = s.a WHEN MATCHED THEN UPDATE SET b = 1 WHEN NOT MATCHED THEN INSERT (a) VALUES (1) WHEN NOT MATCHED BY SOURCE THEN DELETE"],
    ],
)  # fmt: skip
def test_statements_without_semicolons(statements):
    assert [node.text for node in parse_batch("\n".join(statements))] == statements
    assert [node.text for node in parse_batch(" ; ".join(statements) + ";")] == statements


def test_the_end_of_a_statement():
    tokens = tokenize("SELECT 1 ; SELECT 2")
    assert statement_end(tokens, 0) == 2
    assert statement_end(tokens, 3) == 5


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "SELECT",
                "INSERT",
                "IF",
                "BEGIN",
                "END",
                "ELSE",
                "WHILE",
                "(",
                ")",
                ";",
                "a",
                "=",
                "1",
                ",",
                "'x'",
                "CASE",
                "TRY",
                "CATCH",
                "SET",
                "DECLARE",
                "@v",
                "WITH",
                "AS",
            ]
        ),
        max_size=15,
    )
)
def test_any_words_give_nodes(words):
    for node in parse_batch(" ".join(words)):
        assert not isinstance(node, Run) or node.text
