"""Accounts over REST."""

import pytest

from support.service import open_service

PASSWORD = "correct horse battery"


@pytest.fixture
def service(tmp_path):
    with open_service(tmp_path) as opened:
        yield opened


def test_an_account_from_beginning_to_end(service) -> None:
    hub, client = service
    made = client.post("/api/accounts", json={"name": "Alice", "password": PASSWORD})
    assert (made.status_code, made.json()["has_password"]) == (201, True)
    assert client.post("/api/accounts", json={"name": "alice"}).status_code == 409
    assert [each["name"] for each in client.get("/api/accounts").json()["accounts"]] == ["administrator", "Alice"]
    session = hub.identities.open_session(hub.identities.by_password("alice", PASSWORD))
    changed = client.patch("/api/accounts/alice", json={"disabled": True})
    assert changed.json()["disabled"] is True
    hub.identities.accounts.set_disabled("alice", False)
    with pytest.raises(Exception, match="denied"):
        hub.identities.by_session(session)
    assert client.patch("/api/accounts/alice", json={"password": "another good password"}).status_code == 200
    assert hub.identities.by_password("alice", "another good password").name == "Alice"
    assert client.delete("/api/accounts/ALICE").status_code == 204
    assert client.delete("/api/accounts/alice").status_code == 404
    rows = hub.identities.audit.entries(target="account Alice")
    assert [row["after"] for row in rows] == ["removed", "password set", "disabled True", "added"]
    assert PASSWORD not in str(rows)


@pytest.mark.parametrize("change", [{"disabled": True}, None], ids=["disable", "remove"])
def test_the_last_administrator_stays(service, change) -> None:
    _, client = service
    url = "/api/accounts/administrator"
    answer = client.patch(url, json=change) if change else client.delete(url)
    assert (answer.status_code, answer.json()["symbol"]) == (409, "DTSERVE_E_LASTADMINISTRATOR")


@pytest.mark.parametrize("body", [{"name": "a:b"}, {"name": "a", "password": "short"}, {"name": ""}])
def test_accounts_that_cannot_be(service, body) -> None:
    _, client = service
    answer = client.post("/api/accounts", json=body)
    assert answer.status_code == 400
    assert "short" not in answer.text
