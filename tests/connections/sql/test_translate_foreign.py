import pytest

from dtserve.connections.errors import NotTranslatable
from dtserve.connections.sql.translate_foreign import translate_foreign
from support.connections import FakeCatalog


def translated(sql, source="oracle", family="postgres"):
    return translate_foreign(sql, source, family, FakeCatalog(family, {"Customer": {"Id": "int"}}))


def test_other_dialects():
    (statement,) = translated("SELECT NVL(a, 0) FROM customer WHERE b = :name AND c = ?")
    assert "COALESCE" in statement.text
    assert '"Customer"' in statement.text
    assert statement.slots == ("@name", "?0")
    assert statement.rows
    (limited,) = translated("SELECT `a` FROM `t` LIMIT 5", "mysql", "sqlite")
    assert limited.text == "SELECT `a` FROM `t` LIMIT 5"
    assert len(translated("DELETE FROM t; SELECT 1 FROM dual")) == 2


def test_names_of_queries_are_not_tables():
    (statement,) = translated("WITH customer AS (SELECT 1 AS x) SELECT x FROM customer")
    assert '"Customer"' not in statement.text


def test_what_cannot_be_read():
    with pytest.raises(NotTranslatable):
        translated("BEGIN dbms_output.put_line('x'); END;")
