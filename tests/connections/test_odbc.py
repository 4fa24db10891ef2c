import pytest

from dtserve.connections.odbc import driver_family
from dtserve.connections.registry import create_connection
from support.connections import environment, manager


def make(text):
    return create_connection(manager("ODBC", {"ConnectionString": text}, sensitive={"Password": "pw"}), environment())


@pytest.mark.parametrize(
    ("driver", "family"),
    [
        ("SQL Server Native Client 11.0", "sqlserver"), ("PostgreSQL Unicode(x64)", "postgres"), ("MySQL ODBC 8.0", "mysql"),
        ("SQLite3 ODBC Driver", "sqlite"), ("Oracle in OraClient11g", "oracle"), ("Teradata", "odbc"), ("FreeTDS", "sqlserver"),
    ],
)  # fmt: skip
def test_drivers(driver, family):
    assert driver_family(driver) == family


def test_native_targets():
    found = make("Driver={PostgreSQL Unicode};Server=h;Port=5433;Database=d;UID=u;")
    target = found.target()
    assert (target.family, target.host, target.port, target.database, target.password) == (
        "postgres",
        "h",
        5433,
        "d",
        "pw",
    )
    assert target.source == found.source_dialect() == "postgres"
    assert (
        make("server=localhost;Driver={ODBC Driver 17 for SQL Server};trusted_connection=Yes;database=W;")
        .target()
        .options["integrated"]
        == "yes"
    )
    assert make("Driver={SQLite3 ODBC Driver};Database=C:\\x.db").target().database == "/x.db"
    assert make("Driver={Oracle in X};DBQ=tns;").target().database == "tns"


def test_sources_of_data():
    found = make("DSN=Stuff;UID=u;")
    assert (found.server(), found.provider_name(), found.source_dialect()) == ("Stuff", "Stuff", "tsql")
    target = found.target()
    assert (target.family, target.options) == ("odbc", {"odbc_connect": "DSN=Stuff;UID=u;"})
