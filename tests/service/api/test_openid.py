"""Sign in through an OpenID provider, as a browser does it."""

import pytest

from support.oidc_provider import CLIENT, SECRET, oidc_provider
from support.service import open_service


@pytest.fixture
def signing(tmp_path, monkeypatch):
    with oidc_provider() as provider:
        (tmp_path / "secret").write_text(SECRET)
        for name, value in (
            ("ISSUER", provider.issuer), ("CLIENT_ID", CLIENT), ("CLIENT_SECRET_FILE", str(tmp_path / "secret")),
        ):  # fmt: skip
            monkeypatch.setenv(f"DTSERVE_OIDC_{name}", value)
        with open_service(tmp_path / "home") as (hub, client):
            client.headers.pop("Authorization")
            yield hub, client, provider


def go(client, provider) -> object:
    """From the console to the provider and back."""
    import httpx2 as httpx

    begun = client.get("/api/session/openid", follow_redirects=False)
    assert begun.status_code == 303
    cookie = begun.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    away = httpx.get(begun.headers["location"], follow_redirects=False)
    return client.get(away.headers["location"].removeprefix("http://127.0.0.1"), follow_redirects=False)


def test_a_user_with_rights_gets_a_session(signing) -> None:
    hub, client, provider = signing
    provider.claims["groups"] = ["etl"]
    for principal, role in (
        ("oidc:alice@example.com", "activate"), ("oidc:alice@example.com", "access"), ("oidcgroup:etl", "db_ssisoperator"),
    ):  # fmt: skip
        hub.identities.grants.grant(principal, role)
    assert client.get("/api/session/methods").json()["openid"] == provider.issuer
    back = go(client, provider)
    assert (back.status_code, back.headers["location"]) == (303, "/console/")
    session = client.get("/api/session").json()
    assert (session["user"], session["kind"]) == ("oidc:alice@example.com", "OpenID")
    assert "db_ssisoperator" in session["roles"]
    assert client.get("/api/tree").status_code == 200
    (row,) = hub.identities.audit.entries(action="session.open")
    assert (row["user"], row["outcome"]) == ("oidc:alice@example.com", "done")


def test_a_user_without_rights_gets_none(signing) -> None:
    hub, client, provider = signing
    back = go(client, provider)
    assert (back.status_code, back.json()["detail"]) == (403, "Access is denied.")
    assert client.get("/api/session").status_code == 401
    assert [row["outcome"] for row in hub.identities.audit.entries(action="session.open")] == ["denied"]


@pytest.mark.parametrize("query", ["", "?error=access_denied", "?code=x&state=y", "?code=x"])
def test_callbacks_that_nobody_asked_for(signing, query) -> None:
    _, client, _ = signing
    answer = client.get(f"/api/session/openid/callback{query}", follow_redirects=False)
    assert (answer.status_code, answer.json()["symbol"]) == (401, "DTSERVE_E_OIDCREFUSED")


def test_without_a_provider(tmp_path) -> None:
    with open_service(tmp_path) as (_, client):
        answer = client.get("/api/session/openid", follow_redirects=False)
    assert (answer.status_code, answer.json()["symbol"]) == (400, "DTSERVE_E_OIDCDISABLED")
