import pytest

from dtserve.connections.errors import CannotAcquireConnection, DriverMissing
from dtserve.connections.sql.open import SESSIONS, open_session
from dtserve.connections.sql.target import FAMILIES, parse_url
from support.postgres import free_port


def test_every_family_has_a_session():
    assert set(SESSIONS) == set(FAMILIES.values())


def test_opening(tmp_path):
    with open_session(parse_url(f"sqlite:///{tmp_path}/x.db")) as session:
        assert session.dialect == "sqlite"
        assert list(session.execute("SELECT 1")[0].rows()) == [(1,)]


@pytest.mark.parametrize("scheme", ["postgresql", "mysql", "mssql"])
def test_nobody_there(scheme):
    with pytest.raises(CannotAcquireConnection) as caught:
        open_session(parse_url(f"{scheme}://u:secret@127.0.0.1:{free_port()}/d?timeout=2", manager="Sales"))
    assert "Sales" in caught.value.message
    assert "secret" not in caught.value.describe()


@pytest.mark.parametrize(
    ("url", "package"),
    [("oracle://u@h/s", "oracledb"), ("odbc:///", "pyodbc"), ("mssql://u@h/d?driver=mssql_python", "mssql-python")],
)
def test_a_driver_that_is_not_installed(url, package, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, {"mssql-python": "mssql_python"}.get(package, package), None)
    with pytest.raises(DriverMissing, match=package):
        open_session(parse_url(url))


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(CannotAcquireConnection):
        open_session(parse_url(f"sqlite:///{tmp_path}/none/x.db"))
