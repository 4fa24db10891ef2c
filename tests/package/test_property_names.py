"""Names of properties of packages and connection managers."""

import pytest

from dtserve.package.model import ConnectionManager
from dtserve.package.property_names import has_connection_property, has_package_property


def manager(kind: str, **properties: str) -> ConnectionManager:
    return ConnectionManager("m", "{1}", kind, "Package.ConnectionManagers[m]", properties)


@pytest.mark.parametrize(
    ("kind", "name", "known"),
    [
        ("OLEDB", "ConnectionString", True),
        ("OLEDB", "initialcatalog", True),
        ("OLEDB", "HeaderRowsToSkip", False),
        ("ADO.NET:System.Data.SqlClient.SqlConnection, System.Data", "RetainSameConnection", True),
        ("FLATFILE", "HeaderRowsToSkip", True),
        ("FLATFILE", "Headers", False),
        ("FTP", "UsePassiveMode", True),
        ("SMTP", "SmtpServer", True),
        ("ZS-SFTP", "Anything", True),
    ],
)
def test_connection_managers(kind: str, name: str, known: bool) -> None:
    assert has_connection_property(manager(kind), name) is known


def test_what_is_stored_is_known() -> None:
    assert has_connection_property(manager("OLEDB", ApplicationIntent="ReadOnly"), "applicationintent")
    assert not has_connection_property(manager("OLEDB"), "applicationintent")


def test_packages() -> None:
    assert has_package_property("OfflineMode")
    assert not has_package_property("Offline")
