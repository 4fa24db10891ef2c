"""/api/alerts as a caller sees it."""

import pytest

from support.service import open_service

HOOK = {"name": "ops", "events": ["failed"], "channel": "webhook", "target": "https://hooks.example.com/x"}


@pytest.fixture
def client(tmp_path):
    with open_service(tmp_path) as (_, client):
        yield client


def test_a_life_of_an_alert(client) -> None:
    made = client.post("/api/alerts", json=HOOK)
    assert made.status_code == 201, made.text
    place = f"/api/alerts/{made.json()['id']}"
    assert client.get(place).json()["events"] == ["failed"]
    assert client.post("/api/alerts", json=HOOK).status_code == 409
    assert client.patch(place, json={"paused": True}).json()["paused"] is True
    assert [each["name"] for each in client.get("/api/alerts").json()["alerts"]] == ["ops"]
    assert client.get("/api/alerts/messages").json() == {"messages": []}
    assert client.delete(place).status_code == 204
    assert client.get(place).status_code == 404


@pytest.mark.parametrize(
    "more",
    [{"events": []}, {"events": ["x"]}, {"events": ["long_run"]}, {"target": "ftp://x"}, {"channel": "mail"}, {"x": 1}],
)
def test_alerts_that_make_no_sense(client, more) -> None:
    assert client.post("/api/alerts", json={**HOOK, **more}).status_code in (400, 422)
    assert client.get("/api/alerts").json()["alerts"] == []
