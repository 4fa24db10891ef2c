"""What a start asks for, who may start what, and starts that are repeated."""

import base64

import pytest

from dtserve.service.api.start import Start
from dtserve.service.errors import RequestInvalid
from support.access import Cast
from support.service import PACKAGE, open_service

CONTENT = base64.b64encode(PACKAGE).decode()


@pytest.fixture
def service(tmp_path, monkeypatch):
    monkeypatch.setenv("DTSERVE_EXECUTION_ALLOWED_FOLDERS", str(tmp_path / "drop"))
    (tmp_path / "drop").mkdir()
    (tmp_path / "drop" / "Load.dtsx").write_bytes(PACKAGE)
    with open_service(tmp_path / "home") as (hub, client):
        monkeypatch.setattr(type(hub.executions), "_dispatch", lambda _self: None)  # queue, but start no process
        hub.tree.write(("MSDB", "P"), PACKAGE)
        yield hub, client, Cast(hub), str(tmp_path / "drop" / "Load.dtsx")


@pytest.mark.parametrize(
    "body", [{}, {"package": "a", "file": "b"}, {"content": "not base64!"}, {"package": "a", "content": CONTENT}]
)
def test_one_package_is_named(body) -> None:
    with pytest.raises(RequestInvalid):
        Start(**body).request()


def test_everything_reaches_the_request() -> None:
    run = Start(
        package=r"\MSDB\P", parameters={"a": "1", "$Project::b": "2"}, connections={"c": "x"}, set={"d": "y"},
        configurations=["one.dtsConfig"], password="canary", max_concurrent=2, key="k", when_busy="refuse", retries=1,
        loggers=[{"provider": "DTS.LogProviderTextFile", "config_string": "log.txt"}],
    ).request()  # fmt: skip
    assert [(each.kind, each.target) for each in run.options.settings] == [
        ("configuration", "one.dtsConfig"), ("connection", "c"), ("set", "d"), ("parameter", "$Package::a"),
        ("parameter", "$Project::b"),
    ]  # fmt: skip
    assert (run.options.password, run.options.max_concurrent, run.refuse_busy, run.retries) == ("canary", 2, True, 1)
    assert "canary" not in repr(run)


ALLOWED = {
    "package": {"administrator", "sysadmin", "db_ssisadmin", "db_ssisoperator"},
    "content": {"administrator", "sysadmin", "db_ssisadmin", "db_ssisltduser"},
    "file": {"administrator", "sysadmin", "db_ssisadmin", "db_ssisoperator"},
}
"""Stored packages are for who may read them, sent ones for who may import, files of the server for who may run all."""


@pytest.mark.parametrize("kind", ALLOWED)
def test_who_may_start_what(service, kind) -> None:
    _, client, cast, file = service
    body = {"package": {"package": r"\MSDB\P"}, "content": {"content": CONTENT}, "file": {"file": file}}[kind]
    started = set()
    for caller in cast.tokens:
        answer = client.post("/api/executions", json=body, headers=cast.headers(caller))
        assert answer.status_code in (201, 403), answer.text
        if answer.status_code == 201:
            started.add(caller)
            assert answer.json()["user"] == f"{caller}.user"
    assert started == ALLOWED[kind]


def test_tokens_of_folders_start_what_is_in_them(service) -> None:
    hub, client, _, file = service
    hub.tree.create_folder(("MSDB", "F"))
    hub.tree.write(("MSDB", "F", "Q"), PACKAGE)
    token, _ = hub.identities.tokens.create("administrator", folders=[r"\MSDB\F"])
    headers = {"Authorization": f"Bearer {token}"}
    for body, status in (
        ({"package": r"\MSDB\F\Q"}, 201), ({"package": r"\MSDB\P"}, 403), ({"content": CONTENT}, 403), ({"file": file}, 403),
    ):  # fmt: skip
        assert client.post("/api/executions", json=body, headers=headers).status_code == status, body


def test_a_repeated_start_is_the_same_execution(service) -> None:
    hub, client, cast, _ = service
    keyed = {"Idempotency-Key": "one"}
    body = {"package": r"\MSDB\P", "password": "canary-1"}
    first = client.post("/api/executions", json=body, headers=keyed)
    again = client.post("/api/executions", json=body, headers=keyed)
    assert (again.status_code, again.json()["id"]) == (201, first.json()["id"])
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    other = client.post("/api/executions", json={**body, "password": "canary-2"}, headers=keyed)
    assert (other.status_code, other.json()["symbol"]) == (400, "DTSERVE_E_KEYREUSED")
    somebody = client.post("/api/executions", json=body, headers={**keyed, **cast.headers("db_ssisadmin")})
    assert somebody.json()["id"] != first.json()["id"]
    assert len(hub.history.find(limit=10)) == 2


def test_a_start_that_was_refused_may_be_repeated(service) -> None:
    hub, client, _, _ = service
    keyed, body = {"Idempotency-Key": "two"}, {"package": r"\MSDB\Later"}
    assert client.post("/api/executions", json=body, headers=keyed).status_code == 404
    hub.tree.write(("MSDB", "Later"), PACKAGE)
    assert client.post("/api/executions", json=body, headers=keyed).status_code == 201
