"""One server has many names."""

import pytest

from dtserve.stores.errors import StoreUnavailable
from dtserve.stores.msdb.server_names import server_key, server_name, server_place


@pytest.mark.parametrize(
    ("text", "name", "place"),
    [
        (".", ".", (".", 0)),
        ("(local)", "(local)", ("(local)", 0)),
        ("PROD", "PROD", ("PROD", 0)),
        ("  PROD ", "PROD", ("PROD", 0)),
        ("tcp:PROD", "PROD", ("PROD", 0)),
        ("TCP: PROD , 1433", "PROD", ("PROD", 1433)),
        ("lpc:.", ".", (".", 0)),
        ("admin:PROD", "PROD", ("PROD", 0)),
        ("PROD,14330", "PROD,14330", ("PROD", 14330)),
        ("PROD\\SSIS", "PROD\\SSIS", ("PROD\\SSIS", 0)),
        ("PROD\\SSIS,14330", "PROD\\SSIS,14330", ("PROD\\SSIS", 14330)),
        ("PROD\\MSSQLServer", "PROD", ("PROD", 0)),
        ("np:\\\\PROD\\pipe\\sql\\query", "PROD", ("PROD", 0)),
        ("\\\\.\\pipe\\MSSQL$SSIS\\sql\\query", ".\\SSIS", (".\\SSIS", 0)),
        ("tcp:mi.public.dns.database.windows.net,3342", "mi.public.dns.database.windows.net,3342",
         ("mi.public.dns.database.windows.net", 3342)),
        ("::1", "::1", ("::1", 0)),
        ("tcpserver", "tcpserver", ("tcpserver", 0)),
        ("", "", ("", 0)),
    ],
)  # fmt: skip
def test_forms(text, name, place):
    assert server_name(text) == name
    assert server_place(text) == place
    assert server_key(text) == name.lower() == server_key(text.upper())
    assert server_name(name) == name


@pytest.mark.parametrize("text", ["PROD,", "PROD,abc", "PROD,0", "PROD,65536", "PROD,-1", "PROD,²", "a,1,2"])
def test_ports_that_are_none(text):
    with pytest.raises(StoreUnavailable, match="is no port"):
        server_place(text)
    assert server_name(text) == text
