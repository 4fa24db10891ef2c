"""Streams of server-sent events, and answers that are no problems."""

import socket
import threading
from contextlib import closing

import pytest

from dtserve.client.address import Address
from dtserve.client.errors import ConnectFailed, RemoteProblem
from dtserve.client.transport import Transport, _events


def test_events_are_read_as_they_are_written() -> None:
    lines = [": ping", "event: a", "id: 1", 'data: {"x":', "data: 1}", "", "data: 2", "", "event: unfinished"]
    assert list(_events(iter(lines))) == [("a", "1", {"x": 1}), ("message", "1", 2)]


def answer_with(raw: bytes) -> tuple[str, threading.Thread]:
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        channel, _ = listener.accept()
        channel.recv(65536)
        channel.sendall(raw)
        channel.close()
        listener.close()

    thread = threading.Thread(target=serve)
    thread.start()
    return f"http://127.0.0.1:{listener.getsockname()[1]}", thread


@pytest.mark.parametrize("body", [b"<html>", b"[]", b"", b'{"detail": ""}'])
def test_something_else_answers(body) -> None:
    url, thread = answer_with(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
    transport = Transport(Address.parse(url))
    with pytest.raises(RemoteProblem, match="502"):
        transport.json("GET", "/api/session")
    transport.close()
    thread.join()


def test_an_answer_that_breaks_off() -> None:
    url, thread = answer_with(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort")
    transport = Transport(Address.parse(url))
    with pytest.raises(ConnectFailed):
        transport.json("GET", "/api/session")
    transport.close()
    thread.join()


def test_a_socket_that_is_not_there(tmp_path) -> None:
    for path in (tmp_path / "service.sock", tmp_path / ("x" * 120) / "service.sock"):
        with pytest.raises(ConnectFailed), closing(Transport(Address.local(path))) as transport:
            transport.json("GET", "/api/session")
