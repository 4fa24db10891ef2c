import pytest

from dtserve.connections.errors import NotTranslatable
from support.connections import translated

TABLES = {"T": {"id": "int", "n": "int"}, "S": {"id": "int", "n": "int", "gone": "bit"}}
HEAD = "MERGE T AS t USING S AS s ON t.id = s.id "


@pytest.mark.parametrize("family", ["sqlite", "postgres", "mysql"])
def test_inserts_are_found_first_and_stored_last(family):
    texts = translated(
        HEAD + "WHEN MATCHED AND s.gone = 1 THEN DELETE WHEN MATCHED THEN UPDATE SET n = s.n "
        "WHEN NOT MATCHED THEN INSERT (id, n) VALUES (s.id, s.n) WHEN NOT MATCHED BY SOURCE THEN DELETE;",
        family,
        TABLES,
    )
    verbs = [text.split()[0] for text in texts]
    assert verbs == ["CREATE", "DELETE", "DELETE", "UPDATE", "INSERT", "DROP"]
    assert "NOT EXISTS" in texts[0]
    assert "NOT COALESCE" in texts[3]


def test_a_clause_behind_one_that_takes_all_does_nothing():
    texts = translated(
        HEAD + "WHEN MATCHED THEN DELETE WHEN MATCHED AND s.n = 1 THEN UPDATE SET n = 1;", "sqlite", TABLES
    )
    assert len(texts) == 1


@pytest.mark.parametrize(
    ("clauses", "reason"),
    [
        ("WHEN MATCHED AND s.n = 1 THEN UPDATE SET n = 5 WHEN MATCHED AND t.n = 5 THEN DELETE;", "depend"),
        ("WHEN MATCHED THEN DELETE OUTPUT deleted.id;", "OUTPUT"),
        ("WHEN NOT MATCHED THEN INSERT (id, n) VALUES (1);", "as many values"),
    ],
)
def test_refusals(clauses, reason):
    with pytest.raises(NotTranslatable, match=reason):
        translated(HEAD + clauses, "sqlite", TABLES)
