import pytest

from dtserve.connections.errors import NotTranslatable
from dtserve.connections.sql import open_session, parse_url
from dtserve.connections.sql.sqlite_tables import TEXT_COLLATION, SqliteTables
from dtserve.datatypes import DT, TypeSpec
from support.connections import translated


def test_create_table():
    (text,) = translated(
        "CREATE TABLE dbo.T (id int IDENTITY PRIMARY KEY, a nvarchar(5) NOT NULL, b decimal(9,2) DEFAULT 1.5, c varchar(max), d bit, r real, v rowversion)",
        "sqlite",
    )
    assert text.startswith("CREATE TABLE `T` (`id` INTEGER PRIMARY KEY AUTOINCREMENT /* INT */, ")
    assert f"`a` NVARCHAR(5) COLLATE {TEXT_COLLATION} NOT NULL CHECK (length(`a`) <= 5)" in text
    assert "`b` DECIMAL(9,2) DEFAULT (1.5) CHECK (`b` > -10000000 AND `b` < 10000000)" in text
    assert "`c` VARCHAR(2147483647)" in text
    assert "`d` BIT CHECK (`d` IN (0, 1))" in text
    assert "`r` FLOAT(24)" in text
    assert "`v` BINARY(8)" in text


def test_constraints_hold():
    with open_session(parse_url("sqlite://")) as session:
        session.execute(
            "CREATE TABLE p (id int PRIMARY KEY, x tinyint); CREATE TABLE c (a int, b int, id int IDENTITY(10,1), PRIMARY KEY (a, b), "
            "FOREIGN KEY (a) REFERENCES p (id), CHECK (b > 0)); INSERT INTO p VALUES (1, 5)"
        )
        session.execute("INSERT INTO c (a, b) VALUES (1, 1)")
        assert list(session.execute("SELECT id FROM c")[0].rows()) == [(10,)]
        for bad in (
            "INSERT INTO c (a, b) VALUES (1, 1)",
            "INSERT INTO c (a, b) VALUES (2, 1)",
            "INSERT INTO c (a, b) VALUES (1, 0)",
            "INSERT INTO p VALUES (2, 256)",
            "INSERT INTO p VALUES (NULL, 1)",
        ):
            with pytest.raises(Exception, match=r"(?i)constraint"):
                session.execute(bad)
        session.execute("ALTER TABLE p ADD CONSTRAINT u UNIQUE (x)")
        with pytest.raises(Exception, match=r"(?i)unique"):
            session.execute("INSERT INTO p VALUES (3, 5)")


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE t (a int IDENTITY(1,2))",
        "ALTER TABLE t ALTER COLUMN a int",
        "ALTER TABLE t DROP CONSTRAINT c",
        "ALTER TABLE t ADD CHECK (a > 1)",
    ],
)
def test_refusals(sql):
    with pytest.raises(NotTranslatable):
        translated(sql, "sqlite", {"t": {"a": "int"}})


def test_types_of_queries():
    rules = SqliteTables()
    found = [
        rules.type_of_spec(spec)
        for spec in (
            None,
            TypeSpec(DT.NUMERIC, precision=5, scale=1),
            TypeSpec(DT.DECIMAL, scale=2),
            TypeSpec(DT.WSTR, 5),
            TypeSpec(DT.NTEXT),
            TypeSpec(DT.I4),
        )
    ]
    assert found == ["", "DECIMAL(5,1)", "DECIMAL(29,2)", "NVARCHAR(5)", "NVARCHAR(2147483647)", "INT"]
