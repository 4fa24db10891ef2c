"""Requests over HTTP: what is refused before and after they are sent (the rest in test_http and test_odata)."""

import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from dtserve.connections.errors import HttpFailed
from dtserve.connections.web import basic_credentials, origin, send


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/" else 403)
        self.end_headers()
        self.wfile.write(b"0123456789")

    def log_message(self, *arguments):
        pass


def test_sizes_and_states():
    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}/"
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            assert send(urllib.request.Request(url), opener, timeout=5).body == b"0123456789"
            with pytest.raises(HttpFailed, match="larger"):
                send(urllib.request.Request(url), opener, timeout=5, limit=9)
            with pytest.raises(HttpFailed, match="403") as caught:
                send(urllib.request.Request(url + "no"), opener, timeout=5)
            assert caught.value.status == 403
        finally:
            server.shutdown()
            thread.join(10)


def test_other_schemes():
    with pytest.raises(HttpFailed, match="http"):
        send(urllib.request.Request("ftp://x/"), urllib.request.build_opener(), timeout=1)


def test_origin_and_credentials():
    assert origin("https://A.example:8/x") == ("https", "a.example", 8)
    assert basic_credentials("u", "p") == "Basic dTpw"


def test_a_login_in_an_address_is_never_told():
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for url in ("http://me:swordfish@127.0.0.1:9/a", "ftp://me:swordfish@h/", "http://me:swordfish@h"):
        with pytest.raises(HttpFailed) as caught:
            send(urllib.request.Request(url), opener, timeout=5)
        assert "swordfish" not in f"{caught.value.message} {caught.value.facts}"
