"""One shape for every error."""

import pytest

from dtserve.errors import PackageNotFound, StoreError, UsageError
from dtserve.service.api.problems import status_of
from support.service import open_service


@pytest.mark.parametrize(
    ("error", "status"),
    [(PackageNotFound(path="x"), 404), (UsageError(detail="x"), 400), (StoreError(detail="x"), 409)],
)
def test_statuses(error, status) -> None:
    assert status_of(error) == status


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/packages?path=%5CMSDB%5CNone", 404),
        ("GET", "/api/executions?limit=0", 422),
        ("GET", "/api/executions/unknown", 404),
        ("GET", "/api/nothing", 404),
        ("PUT", "/api/tree", 405),
        ("POST", "/api/executions", 422),
    ],
)
def test_every_problem_has_the_same_members(tmp_path, method, path, status) -> None:
    with open_service(tmp_path) as (_, client):
        answer = client.request(method, path)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert set(body) == {"type", "title", "status", "detail", "code", "symbol", "remedy"}
    assert body["status"] == status
    assert "Traceback" not in answer.text
