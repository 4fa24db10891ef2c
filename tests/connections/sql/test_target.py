import pytest

from dtserve.connections.errors import BadConnectionMap
from dtserve.connections.sql.target import FAMILIES, DatabaseTarget, parse_url


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("sqlite:////data/x.db", ("sqlite", "", 0, "/data/x.db", "", "")),
        ("sqlite:///rel.db", ("sqlite", "", 0, "rel.db", "", "")),
        ("sqlite://", ("sqlite", "", 0, "", "", "")),
        ("postgresql+psycopg://a:b%2Fc@h:5433/d%20e", ("postgres", "h", 5433, "d e", "a", "b/c")),
        ("mssql+mssqlpython://sa:p@h\\x/d", ("sqlserver", "h\\x", 0, "d", "sa", "p")),
        ("mariadb://u@h/d", ("mysql", "h", 0, "d", "u", "")),
        ("oracle://u:p@h:1521/s", ("oracle", "h", 1521, "s", "u", "p")),
    ],
)
def test_urls(url, parts):
    found = parse_url(url, manager="m")
    assert (found.family, found.host, found.port, found.database, found.user, found.password) == parts


def test_settings():
    found = parse_url("postgresql://h/d?source=oracle&sslmode=require", catalog="c")
    assert (found.source, dict(found.options), found.catalog) == ("oracle", {"sslmode": "require"}, "c")
    assert parse_url("sqlite://").in_memory
    assert parse_url("sqlite:///:memory:").in_memory
    assert found.with_(database="e").database == "e"
    assert {DatabaseTarget(family).dialect for family in set(FAMILIES.values())} == {
        "sqlite",
        "postgres",
        "mysql",
        "tsql",
        "oracle",
        "",
    }


@pytest.mark.parametrize("url", ["nothing://u:secret@h/d", "postgresql://u:secret@h:port/d", "plain"])
def test_bad_urls_do_not_tell_the_password(url):
    with pytest.raises(BadConnectionMap) as caught:
        parse_url(url)
    assert "secret" not in caught.value.describe()
    assert "secret" not in repr(parse_url("postgresql://u:secret@h/d"))
