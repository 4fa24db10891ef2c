"""/api/schedules as a caller sees it, and a schedule that really runs."""

import time

import pytest

from support.service import PACKAGE, open_service


@pytest.fixture
def service(tmp_path):
    with open_service(tmp_path) as (hub, client):
        hub.tree.write(("MSDB", "P"), PACKAGE)
        yield hub, client


def body(**more) -> dict:
    return {
        "name": "nightly",
        "start": {"package": r"\MSDB\P"},
        "cron": "0 2 * * *",
        "time_zone": "Europe/Berlin",
        **more,
    }


def test_a_life_of_a_schedule(service) -> None:
    _, client = service
    made = client.post("/api/schedules", json=body())
    assert made.status_code == 201, made.text
    place = f"/api/schedules/{made.json()['id']}"
    assert client.get(place).json()["package_path"] == r"\MSDB\P"
    assert client.patch(place, json={"paused": True}).json()["paused"] is True
    assert [each["name"] for each in client.get("/api/schedules").json()["schedules"]] == ["nightly"]
    assert client.delete(place).status_code == 204
    assert client.get(place).status_code == 404


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"cron": "never"}, 400),
        ({"cron": "", "every_seconds": 0}, 400),
        ({"time_zone": "Mars"}, 400),
        ({"start": {"package": r"\MSDB\None"}}, 404),
        ({"start": {"content": "AAAA"}}, 400),
        ({"missed": "twice"}, 422),
        ({"unknown": 1}, 422),
    ],
)
def test_schedules_that_make_no_sense(service, more, status) -> None:
    _, client = service
    answer = client.post("/api/schedules", json=body(**more))
    assert answer.status_code in ({400, 422} if status != 404 else {404}), answer.text
    assert client.get("/api/schedules").json()["schedules"] == []


def test_it_really_runs(service) -> None:
    hub, client = service
    made = client.post("/api/schedules", json=body(cron="", every_seconds=10)).json()
    hub.schedules._update(made["id"], next_run=time.time())
    deadline = time.monotonic() + 30
    while not (found := client.get("/api/executions", params={"state": "succeeded"}).json()["executions"]):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert found[0]["schedule"] == made["id"]
    assert found[0]["user"] == hub.schedules.get(made["id"])["owner"]
    assert client.get(f"/api/schedules/{made['id']}").json()["last_execution"] == found[0]["id"]
