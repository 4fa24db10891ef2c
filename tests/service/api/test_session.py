"""Sign in, who am I, sign out, health."""

from support.service import open_service


def test_health_needs_no_token(tmp_path) -> None:
    with open_service(tmp_path) as (_, client):
        client.headers.pop("Authorization")
        assert client.get("/api/health").json()["status"] == "ok"


def test_a_session_has_a_beginning_and_an_end(tmp_path) -> None:
    with open_service(tmp_path) as (hub, client):
        token = client.headers.pop("Authorization").removeprefix("Bearer ")
        assert client.post("/api/session", json={"token": "wrong"}).status_code == 401
        found = client.post("/api/session", json={"token": token}).json()
        assert (found["user"], found["server"]) == ("administrator", hub.server_name)
        assert client.get("/api/session").json() == found
        assert client.delete("/api/session", headers={"X-Dtserve": "1"}).status_code == 204
        assert client.get("/api/session").status_code == 401
