"""The id of a request: as a proxy gave it if that is harmless, else a new one; always in the answer."""

import pytest

from support.service import open_service


@pytest.mark.parametrize(("given", "kept"), [("abc-1.2_Z", True), ("a b", False), ("x" * 65, False), ("", False)])
def test_request_ids(tmp_path, given, kept) -> None:
    with open_service(tmp_path) as (_, client):
        answer = client.get("/api/health", headers={"X-Request-Id": given})
        assert (answer.headers["x-request-id"] == given) is kept
        assert answer.headers["x-request-id"]
        other = client.get("/api/nothing")
        assert other.status_code == 404
        assert other.headers["x-request-id"] != answer.headers["x-request-id"]
