import pytest

from dtserve.connections.errors import UnsupportedProvider
from dtserve.connections.registry import create_connection
from support.connections import environment, manager


def make(kind, text):
    return create_connection(manager(f"ADO.NET:{kind}", {"ConnectionString": text}), environment())


@pytest.mark.parametrize(
    ("kind", "text", "family", "source"),
    [
        ("SQL", "Data Source=s;Initial Catalog=d;Integrated Security=True;", "sqlserver", "tsql"),
        ("System.Data.SqlClient.SqlConnection, System.Data, Version=2.0.0.0", "Data Source=s", "sqlserver", "tsql"),
        ("OLEDB", "Provider=SQLNCLI11;Data Source=s", "sqlserver", "tsql"),
        ("ODBC", "Driver={MySQL ODBC 5.1};Server=h", "mysql", "mysql"),
        ("System.Data.Odbc.OdbcConnection, System.Data", "DSN=x", "odbc", "tsql"),
        ("ORACLE", "Data Source=tns;User ID=u", "oracle", "oracle"),
    ],
)
def test_providers(kind, text, family, source):
    found = make(kind, text)
    assert found.target().family == family
    assert found.source_dialect() == source


def test_unknown_ones():
    for kind, text in (("OLEDB", "Provider=Microsoft.Jet.OLEDB.4.0;"), ("Who.Knows, X", "Data Source=s")):
        with pytest.raises(UnsupportedProvider):
            make(kind, text).target()
    assert make("ODBC", "DSN=x").server() == "x"
    assert make("SQL", "").provider_name().startswith("ADO.NET")
