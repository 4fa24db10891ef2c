import pytest

from dtserve.connections.sql.translate_tree import translate_tree
from dtserve.datatypes import DT
from support.connections import FakeCatalog, translated

TABLES = {"T": {"i": "int", "b": "bit", "d": "datetime", "n": "decimal(9,2)"}}


@pytest.mark.parametrize(
    ("sql", "part"),
    [
        ("SELECT i FROM T WHERE d = '20240102'", "`d` = '2024-01-02 00:00:00'"),
        ("SELECT i FROM T WHERE '20240102' < d", "'2024-01-02 00:00:00' < `d`"),
        ("SELECT i FROM T WHERE d BETWEEN '20240102' AND '2024-02-01'", "BETWEEN '2024-01-02 00:00:00' AND '2024-02-01 00:00:00'"),
        ("SELECT i FROM T WHERE d IN ('20240102', d)", "IN ('2024-01-02 00:00:00', `d`)"),
        ("SELECT CASE WHEN i = 1 THEN d ELSE '20240102' END AS x FROM T", "ELSE '2024-01-02 00:00:00'"),
        ("SELECT ISNULL(d, '20240102') AS x FROM T", "coalesce(`d`, '2024-01-02 00:00:00')"),
        ("SELECT i FROM T WHERE b = 'true'", "`b` = 1"),
        ("SELECT '20240102' AS x FROM T WHERE '1' = '1'", "SELECT '20240102'"),
    ],
)  # fmt: skip
def test_literals_beside_typed_expressions(sql, part):
    assert part in translated(sql, "sqlite", TABLES)[0]


@pytest.mark.parametrize("sql", ["SELECT i FROM T WHERE d = @x", "SELECT CASE i WHEN 1 THEN d ELSE @x END AS y FROM T"])
def test_slots_take_the_type_of_their_neighbour(sql):
    ((statement,), _) = translate_tree(sql, "sqlite", FakeCatalog("sqlite", TABLES))
    assert statement.slots == ("@x",)
    assert [kind.dt for kind in statement.slot_types] == [DT.DBTIMESTAMP]
