"""The OData connection manager against a real server on loopback."""

import base64
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from dtserve.connections.errors import BadConnectionString, HttpFailed, UnsupportedConnection
from dtserve.connections.registry import create_connection
from support.connections import environment, manager
from support.postgres import free_port


class Handler(BaseHTTPRequestHandler):
    seen: list = []  # noqa: RUF012
    broken = 0

    def do_GET(self):
        cls = type(self)
        cls.seen.append((self.path, dict(self.headers)))
        if cls.broken > 0:
            cls.broken -= 1
            self.send_error(503)
            return
        self.send_response(404 if self.path.endswith("/none") else 200)
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *arguments):
        pass


@pytest.fixture
def server():
    Handler.seen, Handler.broken = [], 0
    held = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=held.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://127.0.0.1:{held.server_port}"
    held.shutdown()
    held.server_close()
    thread.join(10)


def make(url, extra="", string="Retry Count=2;Retry Sleep=1", user="", **sensitive):
    xml = f'<ODataConnectionManager UserName="{user}" Url="{url}" ConnectionString="Service Document Url={url};{string}" {extra}/>'
    return create_connection(manager("ODATA", xml=xml, sensitive=sensitive), environment())


def test_anonymous_and_basic(server):
    assert make(f"{server}/svc/").get(f"{server}/svc/T").body == b"{}"
    assert "Authorization" not in Handler.seen[0][1]
    found = make(f"{server}/svc/", user="u", Password="p")
    found.get(f"{server}/svc/T", headers={"Accept": "application/json"})
    assert Handler.seen[1][1]["Authorization"] == "Basic " + base64.b64encode(b"u:p").decode()
    assert Handler.seen[1][1]["Accept"] == "application/json"
    found.get(server.replace("127.0.0.1", "localhost") + "/other")
    assert "Authorization" not in Handler.seen[2][1]


def test_retries(server):
    Handler.broken = 2
    assert make(server).get(f"{server}/T").status == 200
    Handler.broken = 3
    with pytest.raises(HttpFailed, match="503"):
        make(server).get(f"{server}/T")
    Handler.seen.clear()
    with pytest.raises(HttpFailed, match="404"):
        make(server).get(f"{server}/none")
    assert len(Handler.seen) == 1
    with pytest.raises(HttpFailed):
        make("http://x/").get(f"http://127.0.0.1:{free_port()}/")


def test_url_and_connection_string_follow_each_other():
    found = make("http://a/svc", user="me")
    assert (found.url, found.get_property("UserName")) == ("http://a/svc", "me")
    found.set_property("Url", "http://b/svc")
    assert found.connection_string.startswith("Service Document Url=http://b/svc;")
    found.set_property("ConnectionString", "Service Document Url=http://c/;User ID=you;Password=secret;")
    assert (found.url, found.get_property("UserName"), found.secret("Password")) == ("http://c/", "you", "secret")
    assert "secret" not in found.connection_string
    with pytest.raises(BadConnectionString):
        found.set_property("ConnectionString", 'a="b')


@pytest.mark.parametrize("extra", ['MicrosoftOnlineServicesAuth="True"', 'AuthType="MicrosoftOnlineService"'])
def test_online_sign_ins_are_refused(extra):
    with pytest.raises(UnsupportedConnection, match="Online"):
        make("http://a/", extra).validate()


def test_other_schemes_are_refused():
    with pytest.raises(HttpFailed, match="http"):
        make("file:///etc/passwd").validate()
