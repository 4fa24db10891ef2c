import subprocess
import sys

import pytest

from dtserve.connections.errors import NotTranslatable
from dtserve.connections.sql import translate
from dtserve.connections.sql.translate import TARGETS, Translator, native_statement
from dtserve.connections.sql.translate_tree import RULES
from support.connections import FakeCatalog

TABLES = {"T": {"a": "int"}}


def test_targets():
    assert set(TARGETS) == set(RULES)
    assert Translator("sqlite", "tsql", FakeCatalog()).tsql
    assert not Translator("sqlserver", "tsql", FakeCatalog()).needed
    assert not Translator("odbc", "tsql", FakeCatalog()).needed
    assert Translator("postgres", "oracle", FakeCatalog()).needed


def test_a_translation_is_kept_while_the_schema_stays(monkeypatch):
    found = Translator("postgres", "tsql", FakeCatalog("postgres", TABLES))
    one = found.statements("SELECT a + 1 AS b FROM T", 1)
    assert found.statements("SELECT a + 1 AS b FROM T", 1) is one
    assert found.statements("SELECT a + 1 AS b FROM T", 2) is not one
    missing = found.statements("SELECT a FROM Missing", 1)
    assert found.statements("SELECT a FROM Missing", 1) is not missing
    monkeypatch.setattr(translate, "CACHE_SIZE", 2)
    for number in range(5):
        found.statements(f"SELECT {number}", 1)
    assert len(found._cache) <= 3


def test_expressions_and_conditions():
    found = Translator("sqlite", "tsql", FakeCatalog("sqlite", TABLES))
    assert found.expression("1 + @x").text == "SELECT 1 + ?"
    assert found.condition("@x > 1").text.startswith("SELECT CASE WHEN ? > 1 THEN 1 ELSE 0 END")


@pytest.mark.parametrize("sql", ["SELECT * FROM [dbo].[T]", "select * from T;", 'SELECT * FROM "dbo"."T" -- all'])
def test_a_whole_table_needs_no_parser(sql):
    statement = Translator("postgres", "tsql", FakeCatalog("postgres", TABLES)).statements(sql)[0]
    assert (statement.text, statement.rows) == ('SELECT * FROM "T"', True)
    assert [str(kind) for kind in statement.types] == ["DT_I4"]


def test_sqlglot_is_imported_only_when_it_is_needed(tmp_path):
    code = (
        "import sys; from dtserve.connections.sql import open_session, parse_url\n"
        f"s = open_session(parse_url('sqlite:///{tmp_path}/x.db?source=sqlite')); s.execute('CREATE TABLE T (a int)'); s.close()\n"
        f"s = open_session(parse_url('sqlite:///{tmp_path}/x.db')); r = list(s.query('SELECT * FROM [dbo].[T]').rows())\n"
        "assert r == [] and 'sqlglot' not in sys.modules and 'sqlalchemy' not in sys.modules\n"
        "list(s.query('SELECT a FROM T').rows()); assert 'sqlglot' in sys.modules"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_native_statements():
    found = native_statement("SELECT '?' , ? -- ?\n FROM t WHERE a = ?")
    assert found.slots == ("?0", "?1")
    assert found.rows
    assert not native_statement("UPDATE t SET a = 1").rows


def test_errors_show_the_statement():
    with pytest.raises(NotTranslatable) as caught:
        Translator("mysql", "tsql", FakeCatalog()).statements("SELECT TOP 5 PERCENT a FROM T WHERE b = ?")
    assert "SELECT TOP 5 PERCENT a FROM T WHERE b = ?" in caught.value.message
    assert "MySQL" in caught.value.message
