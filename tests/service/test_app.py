"""The application as a whole: OpenAPI, one shape of successes, pages."""

import pytest

from dtserve.service import access
from dtserve.service.app import openapi_of
from support.service import open_service


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    with open_service(tmp_path_factory.mktemp("app")) as opened:
        yield opened


def test_openapi_tells_every_operation_and_its_action(service) -> None:
    _, client = service
    told = client.get("/api/openapi.json").json()
    assert told["openapi"].startswith("3.1")
    operations = {
        (method.upper(), path): operation for path, each in told["paths"].items() for method, operation in each.items()
    }
    assert set(operations) == {route for route in access.ENDPOINTS if route[1].startswith("/api/")} | (
        {("GET", "/metrics")} & set(operations)
    )
    for route, operation in operations.items():
        assert operation["x-action"] == access.ENDPOINTS[route]
        assert operation.get("description"), route
        assert {"401", "403", "500"} <= set(operation["responses"])
        assert (operation["security"] == []) == (access.ENDPOINTS[route] == access.PUBLIC)


def test_successes_are_objects(service) -> None:
    """A listing has its rows under one name, and ``next`` where it pages."""
    _, client = service
    for (method, path), action in access.ENDPOINTS.items():
        if (
            method != "GET"
            or "{" in path
            or not path.startswith("/api/")
            or "stream" in path
            or action == access.PUBLIC
        ):
            continue
        answer = client.get(path, params={"path": r"\MSDB", "principal": "x"})
        if answer.status_code == 200 and answer.headers["content-type"] == "application/json":
            assert isinstance(answer.json(), dict), path


def test_pages(service) -> None:
    _, client = service
    assert client.get("/", follow_redirects=False).headers["location"] == "/console/"
    assert "<html" in client.get("/console/").text
    assert "<html" in client.get("/console/../../etc/passwd").text or client.get("/console/x").status_code == 200


def test_the_document_is_made_once(service) -> None:
    _, client = service
    assert openapi_of(client.app) is openapi_of(client.app)
