"""Sign in, who am I, passwords, sign out, health."""

import pytest

from dtserve.service.api.guard import COOKIE
from support.service import open_service

PASSWORD = "correct horse battery"
CSRF = {"X-Dtserve": "1"}


@pytest.fixture
def service(tmp_path):
    with open_service(tmp_path) as (hub, client):
        token = client.headers.pop("Authorization").removeprefix("Bearer ")
        hub.identities.accounts.add("alice", PASSWORD)
        yield hub, client, token


def allow(hub, *roles: str) -> None:
    for role in roles:
        hub.identities.grants.grant("alice", role)


def test_health_needs_no_token(service) -> None:
    _, client, _ = service
    assert client.get("/api/health").json()["status"] == "ok"
    assert client.get("/api/session/methods").json() == {"token": True, "password": True, "openid": None}


def test_a_session_has_a_beginning_and_an_end(service) -> None:
    hub, client, token = service
    assert client.post("/api/session", json={"token": "wrong"}).status_code == 401
    found = client.post("/api/session", json={"token": token}).json()
    assert (found["user"], found["server"]) == ("administrator", hub.server_name)
    assert found["may"]["access.manage"] == "all"
    assert client.get("/api/session").json()["user"] == "administrator"
    assert client.delete("/api/session", headers=CSRF).status_code == 204
    assert client.get("/api/session").status_code == 401


def test_passwords(service) -> None:
    hub, client, _ = service
    wrong = client.post("/api/session", json={"user": "alice", "password": "wrong"})
    assert (wrong.status_code, wrong.json()["symbol"]) == (401, "DTSERVE_E_BADLOGIN")
    right = {"user": "ALICE", "password": PASSWORD}
    assert client.post("/api/session", json=right).status_code == 403
    allow(hub, "activate", "access")
    answer = client.post("/api/session", json=right)
    assert answer.json()["user"] == "alice"
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    rows = hub.identities.audit.entries(action="session.open")
    assert [row["outcome"] for row in rows] == ["done", "denied"]


def test_guessing_has_to_wait(service) -> None:
    hub, client, _ = service
    for _ in range(5):
        assert client.post("/api/session", json={"user": "alice", "password": "guess"}).status_code == 401
    answer = client.post("/api/session", json={"user": "alice", "password": PASSWORD})
    assert (answer.status_code, answer.json()["symbol"]) == (429, "DTSERVE_E_TOOMANYLOGINS")
    assert 0 < int(answer.headers["Retry-After"]) <= 61
    hub.identities.limits.succeeded(["address:testclient", "name:alice"])
    allow(hub, "activate")
    assert client.post("/api/session", json={"user": "alice", "password": PASSWORD}).status_code == 200


def test_changing_the_password_ends_the_sessions(service) -> None:
    hub, client, _ = service
    allow(hub, "activate", "access")
    client.post("/api/session", json={"user": "alice", "password": PASSWORD})
    change = {"current": "wrong", "new": "another good password"}
    assert client.put("/api/session/password", json=change, headers=CSRF).status_code == 401
    short = {"current": PASSWORD, "new": "short"}
    assert client.put("/api/session/password", json=short, headers=CSRF).status_code == 400
    change["current"] = PASSWORD
    assert client.put("/api/session/password", json=change, headers=CSRF).status_code == 204
    assert client.get("/api/session").status_code == 401
    assert client.post("/api/session", json={"user": "alice", "password": change["new"]}).status_code == 200


def test_a_disabled_accounts_session_is_over(service) -> None:
    hub, client, _ = service
    allow(hub, "activate", "access")
    client.post("/api/session", json={"user": "alice", "password": PASSWORD})
    assert client.get("/api/session").status_code == 200
    hub.identities.accounts.set_disabled("alice", True)
    assert client.get("/api/session").status_code == 401


def test_narrowed_tokens_open_no_session(service) -> None:
    hub, client, _ = service
    allow(hub, "activate", "access")
    token, _ = hub.identities.tokens.create("alice", actions=["packages.view"])
    assert client.post("/api/session", json={"token": token}).status_code == 401
    assert client.get("/api/session", headers={"Authorization": f"Bearer {token}"}).json()["actions"] == [
        "packages.view"
    ]


@pytest.mark.parametrize(
    "body", [{}, {"user": "alice"}, {"token": "x", "more": 1}, {"user": "a" * 200, "password": "x"}]
)
def test_bodies_that_make_no_sense(service, body) -> None:
    _, client, _ = service
    answer = client.post("/api/session", json=body)
    assert answer.status_code in (400, 422)
    assert COOKIE not in answer.headers.get("set-cookie", "")


def test_refusals_do_not_repeat_secrets(service) -> None:
    _, client, _ = service
    for body in ({"token": {"a": "canary-1"}}, {"user": "a", "password": ["canary-1"]}, {"token": "canary-1" * 100}):
        assert "canary-1" not in client.post("/api/session", json=body).text
