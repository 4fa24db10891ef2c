import pytest

from dtserve.connections.errors import NotTranslatable
from dtserve.connections.sql.statement import named_marks
from dtserve.connections.sql.translate_tree import Job, translate_tree
from support.connections import FakeCatalog, translated


def test_markers_keep_their_order():
    assert (
        named_marks("SELECT TOP (?) '?' FROM t WHERE a = ?")
        == "SELECT TOP (@dtserve_mark0) '?' FROM t WHERE a = @dtserve_mark1"
    )
    statements, _ = translate_tree("SELECT TOP (?) a FROM t WHERE b = ?", "sqlite", FakeCatalog("sqlite"))
    assert statements[0].slots == ("?1", "?0")


def test_slots_know_what_they_stand_beside():
    catalog = FakeCatalog("postgres", {"T": {"a": "int", "d": "datetime"}})
    statements, _ = translate_tree("SELECT 1 FROM T WHERE d > ? AND a IN (?, 5) AND ? = 'x'", "postgres", catalog)
    assert [str(kind) for kind in statements[0].slot_types] == ["DT_DBTIMESTAMP", "DT_I4", "None"]


def test_what_lasts():
    catalog = FakeCatalog("sqlite", {"T": {"a": "int"}})
    assert translate_tree("SELECT a FROM T", "sqlite", catalog)[1]
    assert not translate_tree("DROP TABLE T", "sqlite", catalog)[1]
    assert not translate_tree("SELECT OBJECT_ID('T')", "sqlite", catalog)[1]
    assert translate_tree("", "sqlite", catalog) == ((), True)


def test_statements_that_are_none():
    with pytest.raises(NotTranslatable):
        translated("COMMENT ON TABLE t IS 'x'")
    job = Job("SELECT 1", "mysql", FakeCatalog("mysql"))
    assert "MySQL" in job.refuse("x").message
    assert (
        job.table_scope(type("A", (), {"columns": [], "name": type("N", (), {"name": "T"})}), {}).relations["t"].columns
        == {}
    )
