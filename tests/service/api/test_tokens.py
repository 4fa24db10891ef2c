"""Tokens over REST."""

import pytest

from support.access import Cast
from support.service import open_service


@pytest.fixture
def service(tmp_path):
    with open_service(tmp_path) as (hub, client):
        yield hub, client, Cast(hub)


def test_everybody_has_tokens_of_its_own(service) -> None:
    hub, client, cast = service
    own = cast.headers("db_ssisoperator")
    made = client.post(
        "/api/tokens", json={"label": "nightly", "actions": ["packages.enumerate"], "days": 1}, headers=own
    )
    assert made.status_code == 201
    secret, name = made.json()["token"], made.json()["id"]
    listed = client.get("/api/tokens", headers=own)
    assert name in {each["id"] for each in listed.json()["tokens"]}
    assert {each["principal"] for each in listed.json()["tokens"]} == {"db_ssisoperator.user"}
    assert secret not in listed.text
    narrow = {"Authorization": f"Bearer {secret}"}
    assert client.get("/api/tree", headers=narrow).status_code == 200
    assert client.get("/api/executions", headers=narrow).status_code == 403
    assert client.post("/api/tokens", json={}, headers=narrow).status_code == 403
    assert client.delete(f"/api/tokens/{name}", headers=cast.headers("connected")).status_code == 404
    assert client.delete(f"/api/tokens/{name}", headers=own).status_code == 204
    assert client.get("/api/tree", headers=narrow).status_code == 401
    assert secret not in str(hub.identities.audit.entries(limit=100))


def test_only_administrators_have_to_do_with_others_tokens(service) -> None:
    _, client, cast = service
    other = {"principal": "connected.user"}
    assert client.post("/api/tokens", json=other, headers=cast.headers("db_ssisadmin")).status_code == 403
    assert (
        client.get("/api/tokens", params={"everybody": True}, headers=cast.headers("db_ssisadmin")).status_code == 403
    )
    made = client.post("/api/tokens", json=other).json()
    assert made["principal"] == "connected.user"
    everybody = client.get("/api/tokens", params={"everybody": True}).json()["tokens"]
    assert made["id"] in {each["id"] for each in everybody}
    assert client.delete(f"/api/tokens/{made['id']}").status_code == 204
    assert client.post("/api/tokens", json={"principal": "nobody at all"}).status_code == 404
    assert client.post("/api/tokens", json={"principal": "os:robot"}).status_code == 201


@pytest.mark.parametrize("body", [{"actions": ["nonsense"]}, {"days": 0}, {"days": -1}, {"label": "x" * 300}])
def test_tokens_that_make_no_sense(service, body) -> None:
    _, client, _ = service
    assert client.post("/api/tokens", json=body).status_code in (400, 422)
