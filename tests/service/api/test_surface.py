"""Headers, origins, sizes, and what reaches audit and event log."""

import pytest

from dtserve.service.api.surface import HEADERS, MAX_BODY
from dtserve.service.errors import StateUnavailable
from support.access import Cast
from support.service import PACKAGE, open_service


@pytest.fixture
def service(tmp_path):
    with open_service(tmp_path) as opened:
        yield opened


def test_every_answer_has_the_headers(service) -> None:
    _, client = service
    for path in ("/", "/console/", "/api/health", "/api/tree", "/api/nothing", "/nothing"):
        answer = client.get(path, follow_redirects=False)
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS, path
        assert "server" not in answer.headers
    assert client.get("/api/health").headers["cache-control"] == "no-store"


def test_sizes_are_limited(service) -> None:
    _, client = service
    big = client.post("/api/folders", content=b"x" * (MAX_BODY + 1), headers={"Content-Type": "application/json"})
    assert (big.status_code, big.json()["symbol"]) == (413, "DTSERVE_E_TOOLARGE")

    def parts():
        yield b"{"

    chunked = client.post("/api/folders", content=parts(), headers={"Content-Type": "application/json"})
    assert (chunked.status_code, chunked.json()["symbol"]) == (411, "DTSERVE_E_LENGTHREQUIRED")


def test_large_bodies_are_not_read_from_strangers(service) -> None:
    _, client = service

    def parts():
        yield b"x" * 10

    large = b'{"content": "' + b"A" * (MAX_BODY + 1) + b'"}'
    stranger = {"Authorization": "Bearer guess", "Content-Type": "application/json"}
    assert client.post("/api/executions", content=large, headers=stranger).status_code == 401
    assert (
        client.post("/api/executions", content=large, headers={"Content-Type": "application/json"}).status_code == 400
    )
    raw = {"Content-Type": "application/octet-stream"}
    put = {"path": r"\MSDB\P"}
    unknown = client.put("/api/packages/content", params=put, content=parts(), headers={**raw, **stranger, **raw})
    assert unknown.status_code == 401
    assert client.put("/api/packages/content", params=put, content=parts(), headers=raw).status_code == 422
    chunked = client.post("/api/executions", content=parts(), headers={"Content-Type": "application/json"})
    assert chunked.status_code == 411


@pytest.mark.parametrize("body", [b"\xff\xfe", b"{", b"[" * 100_000, b"null"])
def test_bodies_that_are_no_json(service, body) -> None:
    _, client = service
    answer = client.post("/api/folders", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422), answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_changes_are_audited_with_before_and_after(service) -> None:
    hub, client = service
    put = {"path": r"\MSDB\P"}
    first = client.put("/api/packages/content", params=put, content=PACKAGE).json()["revision"]
    second = client.put("/api/packages/content", params={**put, "overwrite": "true"}, content=PACKAGE + b"\n").json()[
        "revision"
    ]
    client.delete("/api/packages", params=put)
    rows = hub.identities.audit.entries(target=r"\MSDB\P")
    assert [(row["action"], row["before"], row["after"]) for row in rows] == [
        ("packages.delete", second, "deleted"),
        ("packages.import", first, second),
        ("packages.import", "", first),
    ]
    assert {(row["user"], row["kind"], row["address"], row["outcome"]) for row in rows} == {
        ("administrator", "token", "testclient", "done")
    }


def test_refusals_are_audited_and_logged_once(service) -> None:
    hub, client = service
    cast = Cast(hub)
    for _ in range(3):
        assert (
            client.delete(
                "/api/packages", params={"path": r"\MSDB\P"}, headers=cast.headers("db_ssisoperator")
            ).status_code
            == 403
        )
        assert client.get("/api/audit", headers=cast.headers("db_ssisoperator")).status_code == 403
    rows = hub.identities.audit.entries(outcome="denied")
    assert [(row["user"], row["action"], row["target"]) for row in rows] == [
        ("db_ssisoperator.user", "packages.delete", r"\MSDB\P")
    ] * 3
    logged = [each["message"] for each in hub.event_log.entries() if each["event_id"] == 10016]
    assert len(logged) == 2
    assert all("db_ssisoperator.user from address testclient" in each for each in logged)


def test_strangers_cannot_fill_the_audit(service) -> None:
    hub, client = service
    before = len(hub.identities.audit.entries(limit=1000))
    for _ in range(40):
        client.post("/api/folders", json={"path": "x"}, headers={"Authorization": "Bearer guess"})
        client.post("/api/session", json={"token": "guess"}, headers={"Authorization": ""})
    assert len(hub.identities.audit.entries(limit=1000)) - before == 20


def test_reading_is_not_audited(service) -> None:
    hub, client = service
    client.get("/api/tree")
    assert hub.identities.audit.entries() == []


def test_an_answer_waits_for_its_audit(service, monkeypatch) -> None:
    hub, client = service

    def full(*_args, **_facts) -> None:
        raise StateUnavailable(detail="disk full")

    monkeypatch.setattr(hub.identities.audit, "write", full)
    answer = client.post("/api/folders", json={"path": r"\MSDB\A"})
    assert (answer.status_code, answer.json()["symbol"]) == (503, "DTSERVE_E_STATEUNAVAILABLE")
    assert answer.headers["X-Frame-Options"] == "DENY"
