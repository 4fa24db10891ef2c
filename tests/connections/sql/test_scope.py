from dtserve.connections.sql.scope import Relation, Scope, by_name
from dtserve.connections.sql.tsql_types import I4


def test_lookups_go_outwards():
    outer = Scope({"o": Relation({"a": ("A", I4)}, alias="o")})
    inner = Scope({"i": Relation({"b": ("B", None)}, alias="i")}, outer)
    assert inner.relation("O").alias == "o"
    assert inner.relation("x") is None
    assert inner.column("a")[1:] == ("A", I4)
    assert inner.column("B")[1] == "B"
    assert inner.column("z") is None
    assert inner.all_known()
    assert not Scope({"u": Relation(None)}, outer).all_known()
    assert inner.relations["i"].ordered() == [("B", None)]
    assert Relation(None).ordered() is None


def test_names_of_columns():
    assert by_name([("A", I4), ("", None)], []) == {"a": ("A", I4)}
    assert by_name([("A", I4)], ["X"]) == {"x": ("X", I4)}
    assert by_name(None, ["X"]) == {"x": ("X", None)}
    assert by_name(None, []) is None
