"""Streams over a real connection: framing, places, callers who go away or read nothing."""

import socket
import time
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest

from dtserve.controlflow.events import Event
from support.service import open_service, serve


@pytest.fixture
def service(tmp_path, monkeypatch):
    monkeypatch.setenv("DTSERVE_SERVICE_MAX_WATCHERS", "2")
    with open_service(tmp_path) as opened:
        yield opened


def test_a_stream_says_what_it_is_and_takes_a_place_while_it_lasts(service) -> None:
    hub, client = service
    number = hub.history.add(id="x", user="me", package_path="p", package_name="p", state="running")
    hub.history.append(number, [Event("OnInformation", "T", message="a\nb\r\u2028c", sequence=1)])
    hub.history.update(number, state="succeeded", ended=time.time())
    answer = client.get("/api/executions/x/stream")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert (answer.headers["cache-control"], answer.headers["x-accel-buffering"]) == ("no-store", "no")
    assert [line.partition(":")[0] for line in answer.text.split("\r\n")] == [
        "id", "event", "data", "", "event", "data", "", "",
    ]  # fmt: skip
    assert hub.live.watching == 0


def test_a_stream_beyond_the_last_place_is_refused(service) -> None:
    hub, client = service
    with hub.live.place(), hub.live.place():
        answer = client.get("/api/executions/stream")
    assert (answer.status_code, answer.json()["symbol"]) == (503, "DTSERVE_E_TOOMANYWATCHERS")
    assert int(answer.headers["retry-after"]) > 0


def opened(served, path: str) -> socket.socket:
    url = urlsplit(served.address)
    made = socket.create_connection((url.hostname, url.port), timeout=20)
    made.sendall(f"GET {path} HTTP/1.1\r\nHost: {url.netloc}\r\nAuthorization: Bearer {served.token}\r\n\r\n".encode())
    assert made.recv(12) == b"HTTP/1.1 200"
    return made


def test_those_who_have_gone_leave_their_places_to_others(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("DTSERVE_SERVICE_MAX_WATCHERS", "3")
    with serve(tmp_path / "home") as served, served.client as client, ExitStack() as stack:
        first = [stack.enter_context(opened(served, "/api/executions/stream")) for _ in range(3)]
        assert client.get("/api/executions/stream").status_code == 503
        for each in first:
            each.close()
        deadline = time.monotonic() + 10
        while True:
            with client.stream("GET", "/api/executions/stream") as again:
                if again.status_code == 200:
                    break
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_a_watcher_who_reads_nothing_holds_up_nobody(tmp_path) -> None:
    from dtserve.service.config import load_home

    home = load_home(tmp_path / "home")
    with open_service(home.path) as (hub, _):
        number = hub.history.add(id="x", user="me", package_path="p", package_name="p", state="running", origin="other")
        for first in range(1, 20_001, 1000):
            batch = [Event("OnInformation", "T", message="m" * 300, sequence=n) for n in range(first, first + 1000)]
            hub.history.append(number, batch)
    with serve(home.path) as served, opened(served, "/api/executions/x/stream"), served.client as client:
        time.sleep(0.5)
        seen, began = 0, time.monotonic()
        with client.stream("GET", "/api/executions/x/stream") as stream:
            for line in stream.iter_lines():
                seen += line.count('"sequence":')
                if seen >= 20_000:
                    break
        assert seen == 20_000
        assert time.monotonic() - began < 40
