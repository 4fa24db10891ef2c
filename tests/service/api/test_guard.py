"""Tokens, cookies and the header that foreign pages cannot add."""

import threading

import pytest

from dtserve.service.api import rechecks
from dtserve.service.identity import Identity
from support.service import open_service


@pytest.fixture
def service(tmp_path):
    with open_service(tmp_path) as opened:
        yield opened


def test_a_session_cookie_is_enough_to_read_but_not_to_change(service) -> None:
    hub, client = service
    token = client.headers.pop("Authorization").removeprefix("Bearer ")
    assert client.get("/api/tree").status_code == 401
    signed_in = client.post("/api/session", json={"token": token})
    assert signed_in.status_code == 200
    cookie = signed_in.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert client.get("/api/tree").status_code == 200
    assert client.post("/api/folders", json={"path": r"\MSDB\A"}).status_code == 403
    assert client.post("/api/folders", json={"path": r"\MSDB\A"}, headers={"X-Dtserve": "1"}).status_code == 201
    assert hub.tree.folder_exists(("MSDB", "A"))


def test_foreign_host_names_are_refused(service) -> None:
    _, client = service
    assert client.get("/api/health", headers={"Host": "evil.example"}).status_code == 400


def test_identities_without_a_right_are_denied(service) -> None:
    hub, client = service
    client.headers.pop("Authorization")
    hub.identities.accounts.add("guest")
    client.cookies.set("dtserve_session", hub.identities.open_session(Identity("guest")))
    answer = client.get("/api/tree")
    assert (answer.status_code, answer.json()["detail"]) == (403, "Access is denied.")
    hub.identities.grants.grant("guest", "db_ssisoperator")
    assert client.get("/api/tree").status_code == 403
    for right in ("activate", "access.remote"):
        hub.identities.grants.grant("guest", right)
    assert client.get("/api/tree").status_code == 403
    hub.identities.grants.grant("guest", "access.local")
    assert client.get("/api/tree").status_code == 200


def test_foreign_pages_change_nothing(service) -> None:
    hub, client = service
    for headers in (
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ):
        answer = client.post("/api/folders", json={"path": r"\MSDB\A"}, headers=headers)
        assert (answer.status_code, answer.json()["symbol"]) == (403, "E_ACCESSDENIED")
    assert not hub.tree.folder_exists(("MSDB", "A"))
    own = {"Origin": "http://127.0.0.1", "Sec-Fetch-Site": "same-origin"}
    assert client.post("/api/folders", json={"path": r"\MSDB\A"}, headers=own).status_code == 201


def test_a_stream_ends_when_its_right_is_taken_back(service, monkeypatch) -> None:
    hub, client = service
    monkeypatch.setattr(rechecks, "AGAIN_SECONDS", -1.0)
    hub.identities.accounts.add("alice")
    token, facts = hub.identities.tokens.create("alice")
    for right in ("activate", "access"):
        hub.identities.grants.grant("alice", right)
    taken = threading.Timer(1.0, lambda: (hub.identities.tokens.revoke(facts["id"]), hub.watchers.tell("executions")))
    taken.start()
    answer = client.get("/api/executions/stream", headers={"Authorization": f"Bearer {token}"})
    taken.join()
    assert answer.status_code == 200
    assert "event: running" in answer.text
