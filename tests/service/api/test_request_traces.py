"""A span per request: its route as name, the caller's trace, errors."""

import pytest

from support.service import open_service
from support.trace_receiver import facts, trace_receiver


@pytest.fixture
def traced(tmp_path, monkeypatch):
    with trace_receiver() as receiver:
        monkeypatch.setenv("DTSERVE_TELEMETRY_ENDPOINT", receiver.endpoint)
        monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "100")
        with open_service(tmp_path) as (hub, client):
            yield receiver, hub, client


def test_routes_not_addresses_are_names(traced) -> None:
    receiver, _, client = traced
    answer = client.get("/api/executions/no-such-one?token=canary-77")
    client.get("/api/canary-77")
    (span,) = receiver.wait_for("GET /api/executions/{execution_id}")
    assert facts(span)["http.response.status_code"] == answer.status_code == 404
    assert facts(span)["dtserve.request_id"] == answer.headers["x-request-id"]
    receiver.wait_for("GET")
    assert b"canary-77" not in receiver.raw


def test_a_foreign_trace_is_gone_on_with(traced) -> None:
    receiver, _, client = traced
    client.get("/api/tree", headers={"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"})
    client.get("/api/packages", headers={"traceparent": "nonsense"})
    (span,) = receiver.wait_for("GET /api/tree")
    assert span.trace_id.hex() == "0af7651916cd43dd8448eb211c80319c"
    assert receiver.wait_for("GET /api/packages")[0].parent_span_id == b""


def test_a_failure_of_the_service_is_an_error(traced, monkeypatch) -> None:
    receiver, hub, client = traced
    monkeypatch.setattr(type(hub.history), "find", lambda *_, **__: 1 / 0)
    client._transport.raise_server_exceptions = False
    assert client.get("/api/executions").status_code == 500
    assert receiver.wait_for("GET /api/executions")[0].status.code == 2
