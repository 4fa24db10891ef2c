"""The list of servers."""

import stat

import pytest

from dtserve.client import Client, InvalidServerName, Servers, UnknownServer
from dtserve.client.servers import Server
from dtserve.errors import UsageError
from support.service import serve


def test_names_lead_to_addresses(tmp_path) -> None:
    servers = Servers(tmp_path, tmp_path / "run" / "service.sock")
    servers.add(Server("Prod", "https://prod01", token="dtserve_canary"))
    servers.add(Server("test", "http://127.0.0.1:1"))
    assert stat.S_IMODE((tmp_path / "servers.json").stat().st_mode) == 0o600
    assert [each.name for each in servers.list()] == ["Prod", "test"]
    address, token = servers.find("PROD")
    assert (address.url, token) == ("https://prod01:8730", "dtserve_canary")
    for here in (".", "(local)", "localhost", "(LOCAL)"):
        assert servers.find(here)[0].socket == tmp_path / "run" / "service.sock"
    assert servers.find("https://other:1")[0].url == "https://other:1"
    servers.add(Server("prod", "https://prod02"))
    assert [each.url for each in servers.list()] == ["https://prod02:8730", "http://127.0.0.1:1"]
    servers.remove("PROD")
    for unknown in (lambda: servers.find("prod"), lambda: servers.remove("prod")):
        with pytest.raises(UnknownServer):
            unknown()
    with pytest.raises(InvalidServerName):
        servers.find("prod\\x")


@pytest.mark.parametrize("name", [".", "localhost", "(local)", "", "a/b", "a\nb"])
def test_names_that_mean_something_else(tmp_path, name) -> None:
    with pytest.raises(UsageError):
        Servers(tmp_path).add(Server(name, "https://x"))


def test_a_pinned_certificate_is_trusted_under_any_name(tmp_path) -> None:
    with serve(tmp_path / "home", "--self-signed") as served:
        servers = Servers(tmp_path)
        fingerprint = served.printed.split("(SHA-256): ")[1].split()[0]
        added = servers.add(Server("prod", served.address, token=served.token), fingerprint)
        assert added.pinned
        address, token = servers.find("prod")
        with Client(address, token) as client:
            assert client.session().user == "administrator"


def test_a_damaged_list_is_told(tmp_path) -> None:
    (tmp_path / "servers.json").write_text("{")
    with pytest.raises(UsageError):
        Servers(tmp_path).list()


def test_where_there_is_no_local_socket_the_token_of_the_home_is_used(tmp_path, monkeypatch) -> None:
    servers = Servers(tmp_path, None, "http://127.0.0.1:8730")
    with pytest.raises(UnknownServer):
        servers.find(".")
    (tmp_path / "administrator.token").write_text("secret\n")
    address, token = servers.find("localhost")
    assert (address.url, token) == ("http://127.0.0.1:8730", "secret")
    monkeypatch.delattr("socket.AF_UNIX")
    assert Servers(tmp_path, tmp_path / "run" / "s", "http://127.0.0.1:1").find(".")[0].url == "http://127.0.0.1:1"
