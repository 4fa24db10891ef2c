"""dtserve firewall."""

import pytest

from support.cli import dtserve


def test_rules_of_all_tools(tmp_path, capsys) -> None:
    code, printed, _ = dtserve(capsys, tmp_path, "firewall")
    assert code == 0
    assert "sudo ufw allow proto tcp to any port 8730" in printed
    assert 'port port="8730" protocol="tcp" accept' in printed
    assert "netsh advfirewall firewall add rule" in printed


@pytest.mark.parametrize(("network", "family"), [("10.1.0.0/16", "ipv4"), ("fd00::/8", "ipv6")])
def test_one_tool_and_a_network(tmp_path, capsys, network, family) -> None:
    _, printed, _ = dtserve(capsys, tmp_path, "firewall", "firewalld", "--source", network, "--port", "9")
    assert f'family="{family}" source address="{network}" port port="9"' in printed
    assert "ufw" not in printed


def test_what_is_no_network(tmp_path, capsys) -> None:
    code, _, told = dtserve(capsys, tmp_path, "firewall", "--source", "x; rm -rf /")
    assert code == 6
    assert "DTSERVE_E_INVALIDARGUMENT" in told


def test_rules_alone_open_nothing_while_the_service_listens_on_loopback(tmp_path, capsys, monkeypatch) -> None:
    _, printed, _ = dtserve(capsys, tmp_path, "firewall", "ufw")
    assert printed.startswith("# The service listens on 127.0.0.1 alone")
    monkeypatch.setenv("DTSERVE_SERVICE_LISTEN_HOST", "0.0.0.0")
    _, printed, _ = dtserve(capsys, tmp_path, "firewall", "ufw")
    assert printed.startswith("# ufw")
