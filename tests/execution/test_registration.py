"""A run is told to the service of its machine, and neither waits for it nor fails with it."""

import json
import os
import socket
import sys
import threading
import time
from pathlib import Path

import pytest

from dtserve.execution.registration import Registration, home_folder

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the local socket is Linux's")


class Service:
    """Listens where the service does; answers with ``status``, or never."""

    def __init__(self, home: Path, status: int = 201) -> None:
        (home / "run").mkdir()
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(str(home / "run" / "service.sock"))
        self.socket.listen()
        self.status = status
        self.requests: list[tuple[str, dict[str, object]]] = []
        self.changed = threading.Event()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            with connection:
                data = b""
                while b"\r\n\r\n" not in data or len(data.split(b"\r\n\r\n", 1)[1]) < self._length(data):
                    data += connection.recv(65536)
                head, body = data.split(b"\r\n\r\n", 1)
                self.requests.append((head.split(b" ")[1].decode(), json.loads(body)))
                if self.status:
                    connection.sendall(f"HTTP/1.1 {self.status} X\r\nContent-Length: 0\r\n\r\n".encode())
                else:
                    time.sleep(2)
            self.changed.set()

    @staticmethod
    def _length(data: bytes) -> int:
        line = next(each for each in data.split(b"\r\n") if each.lower().startswith(b"content-length"))
        return int(line.split(b":")[1])


@pytest.fixture
def home(tmp_path) -> Path:
    made = Path(os.path.realpath(tmp_path)) / "h"
    made.mkdir()
    return made


def test_begin_and_end_are_told(home) -> None:
    service = Service(home)
    made = Registration.begin(
        str(home), "{3F2504E0-4F89-41D3-9A0C-0305E82C3301}", package="P", path="/p.dtsx", user="M\\u", started=1.5
    )
    assert made is not None
    assert service.changed.wait(10)
    made.finish("succeeded")
    deadline = time.monotonic() + 10
    while len(service.requests) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    number = "3F2504E0-4F89-41D3-9A0C-0305E82C3301"
    told = {"id": number, "package": "P", "path": "/p.dtsx", "pid": os.getpid(), "user": "M\\u", "started": 1.5}
    assert service.requests[0] == ("/local/executions", told)
    assert service.requests[1] == (f"/local/executions/{number}/finished", {"state": "succeeded"})
    service.socket.close()


def test_a_service_that_refuses_hears_nothing_more(home) -> None:
    service = Service(home, status=403)
    made = Registration.begin(str(home), "x", package="P")
    assert made is not None
    assert service.changed.wait(10)
    made.finish("failed")
    assert [target for target, _ in service.requests] == ["/local/executions"]
    service.socket.close()


def test_a_service_that_does_not_answer_delays_nothing(home) -> None:
    service = Service(home, status=0)
    began = time.monotonic()
    made = Registration.begin(str(home), "x", package="P")
    assert made is not None
    made.finish("canceled")
    assert time.monotonic() - began < 1.5
    service.socket.close()


def test_without_a_socket_there_is_nothing(home) -> None:
    assert Registration.begin(str(home), "x", package="P") is None
    (home / "run").mkdir()
    (home / "run" / "service.sock").write_text("a file")
    assert Registration.begin(str(home), "x", package="P") is None
    stale = socket.socket(socket.AF_UNIX)
    (home / "run" / "service.sock").unlink()
    stale.bind(str(home / "run" / "service.sock"))
    stale.close()
    made = Registration.begin(str(home), "x", package="P")
    assert made is not None
    made.finish("succeeded")


def test_where_the_home_is(monkeypatch) -> None:
    monkeypatch.delenv("DTSERVE_HOME", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", "/data")
    assert home_folder() == "/data/dtserve"
    monkeypatch.setenv("DTSERVE_HOME", "/srv/home")
    assert home_folder() == "/srv/home"
    assert home_folder("/given") == "/given"
