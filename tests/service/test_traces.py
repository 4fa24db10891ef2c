"""Traces as a collector gets them: a real receiver on loopback that decodes OTLP's protobuf."""

import sys
import threading
import time

import pytest

from dtserve.service import traces as module
from dtserve.service.errors import BadSetting, TelemetryMissing
from dtserve.service.history import History
from dtserve.service.settings import read_settings
from dtserve.service.state import open_state
from dtserve.service.traces import Traces, open_traces
from support.service import open_service, serve
from support.trace_receiver import facts, trace_receiver

CANARY = "canary-trace-5150"


def settings(tmp_path, **values):
    return read_settings(tmp_path / "none.toml", {f"DTSERVE_TELEMETRY_{k.upper()}": v for k, v in values.items()})


@pytest.fixture
def history(tmp_path):
    state = open_state(tmp_path / "state.sqlite")
    yield History(state)
    state.close()


def test_off_without_an_endpoint(tmp_path, history) -> None:
    assert open_traces(settings(tmp_path), tmp_path, history) is None
    assert history.on_end == []


def test_without_the_extra_it_says_how_to_install_it(tmp_path, history, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with pytest.raises(TelemetryMissing) as caught:
        open_traces(settings(tmp_path, endpoint="http://127.0.0.1:4318/v1/traces"), tmp_path, history)
    assert "pip install 'dtserve[telemetry]'" in caught.value.remedy


@pytest.mark.parametrize(
    "endpoint", ["127.0.0.1:4318", "ftp://x/y", f"http://user:{CANARY}@x/y", "http://", f"https://x/?k={CANARY}"]
)
def test_endpoints_that_are_none(tmp_path, history, endpoint) -> None:
    with pytest.raises(BadSetting, match=r"telemetry\.endpoint") as caught:
        open_traces(settings(tmp_path, endpoint=endpoint), tmp_path, history)
    assert CANARY not in caught.value.describe()


@pytest.mark.parametrize("content", [None, f"{CANARY}\n", f"Ü: {CANARY}\n", f": {CANARY}"])
def test_a_file_of_headers_that_cannot_be_used(tmp_path, history, content) -> None:
    if content is not None:
        (tmp_path / "headers").write_text(content)
    with pytest.raises(BadSetting, match=r"telemetry\.headers_file") as caught:
        open_traces(settings(tmp_path, endpoint="http://127.0.0.1:1/", headers_file="headers"), tmp_path, history)
    assert CANARY not in caught.value.describe()


def test_a_run_is_one_trace_from_the_request_to_its_components(tmp_path, monkeypatch) -> None:
    tmp_path.joinpath("headers").write_text(f"X-Api-Key: {CANARY}\n")
    with trace_receiver() as receiver:
        monkeypatch.setenv("DTSERVE_TELEMETRY_ENDPOINT", receiver.endpoint)
        monkeypatch.setenv("DTSERVE_TELEMETRY_HEADERS_FILE", "headers")
        monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "200")
        trace = "0af7651916cd43dd8448eb211c80319c"
        with serve(tmp_path, "--samples") as served, served.client as client:
            body = {"package": r"\MSDB\Samples\LoadOrders"}
            headers = {"traceparent": f"00-{trace}-b7ad6b7169203331-01"}
            began = client.post("/api/executions", json=body, headers=headers).json()
            assert served.wait_for(began["id"], "succeeded", "failed")["state"] == "succeeded"
            (root,) = receiver.wait_for("execution LoadOrders")
        (request,) = receiver.named("POST /api/executions")
    assert request.trace_id.hex() == root.trace_id.hex() == trace
    assert (request.kind, request.parent_span_id.hex()) == (2, "b7ad6b7169203331")
    assert root.parent_span_id == request.span_id
    assert facts(request)["http.response.status_code"] in (200, 201, 202)
    assert facts(root)["dtserve.execution.id"] == began["id"]
    assert facts(root)["dtserve.execution.state"] == "succeeded"
    spans = [each for each in receiver.spans if each.trace_id == root.trace_id]
    by_id = {each.span_id: each for each in spans}
    (package,), (flow,) = receiver.named("LoadOrders"), receiver.named("Load orders")
    (component,) = receiver.named("Convert types")
    assert by_id[package.parent_span_id] is root
    assert by_id[flow.parent_span_id] is package
    assert by_id[component.parent_span_id] is flow
    assert facts(flow)["dtserve.path"] == r"Package\Load orders"
    assert facts(component)["dtserve.rows_sent"] == 3000
    assert facts(component)["dtserve.seconds.ProcessInput"] > 0
    for each in spans:
        parent = by_id.get(each.parent_span_id)
        assert each.start_time_unix_nano <= each.end_time_unix_nano
        if parent is not None and parent is not request:
            assert parent.start_time_unix_nano <= each.start_time_unix_nano
            assert each.end_time_unix_nano <= parent.end_time_unix_nano
    assert all(each["X-Api-Key".lower()] == CANARY for each in map(lowered, receiver.headers))
    assert CANARY.encode() not in receiver.raw
    assert served.token.encode() not in receiver.raw
    assert receiver.resources[0]["service.name"] == "dtserve"


def lowered(headers: dict) -> dict:
    return {name.lower(): value for name, value in headers.items()}


def test_a_sample_of_none_sends_nothing(tmp_path, monkeypatch) -> None:
    with trace_receiver() as receiver:
        monkeypatch.setenv("DTSERVE_TELEMETRY_ENDPOINT", receiver.endpoint)
        monkeypatch.setenv("DTSERVE_TELEMETRY_SAMPLE_PERCENT", "0")
        with open_service(tmp_path) as (_, client):
            assert client.get("/api/session").status_code == 200
        assert receiver.spans == []


def test_a_collector_that_is_away_holds_nothing_up(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("DTSERVE_TELEMETRY_ENDPOINT", "http://127.0.0.1:9/v1/traces")
    began = time.monotonic()
    with open_service(tmp_path) as (hub, client):
        for _ in range(20):
            assert client.get("/api/session").status_code == 200
        assert time.monotonic() - began < 15
        began = time.monotonic()
        hub.traces.close()
        assert time.monotonic() - began < module.CLOSE_SECONDS + 2


def test_a_run_whose_spans_cannot_be_made_does_not_end_the_others(tmp_path, history, monkeypatch, caplog) -> None:
    made, done = [], threading.Event()

    def make(_self, number) -> None:
        made.append(number)
        if number == 1:
            raise ValueError("no")
        done.set()

    monkeypatch.setattr(Traces, "_make", make)
    with trace_receiver() as receiver:
        traces = open_traces(settings(tmp_path, endpoint=receiver.endpoint), tmp_path, history)
        traces.ended(1)
        traces.ended(2)
        assert done.wait(10)
        traces.close()
    assert made == [1, 2]
    assert "spans of execution 1" in caplog.text
