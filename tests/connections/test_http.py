import base64
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from dtserve.connections.errors import HttpFailed, UnsupportedConnection
from dtserve.connections.registry import create_connection
from support.connections import environment, manager
from support.postgres import free_port


class Handler(BaseHTTPRequestHandler):
    seen: list = []  # noqa: RUF012

    def do_GET(self):
        type(self).seen.append((self.command, self.path, dict(self.headers)))
        code = 404 if self.path.endswith("/none") else 200
        self.send_response(code)
        self.send_header("Content-Type", "text/plain")
        self.end_headers()
        self.wfile.write(b"answer")

    do_POST = do_GET

    def log_message(self, *arguments):
        pass


@pytest.fixture
def server():
    Handler.seen = []
    held = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=held.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://127.0.0.1:{held.server_port}"
    held.shutdown()
    held.server_close()
    thread.join(10)


def make(url, extra="", **sensitive):
    xml = f'<DTS:ConnectionManager><DTS:HttpConnection DTS:ServerURL="{url}" {extra}/></DTS:ConnectionManager>'
    return create_connection(manager("HTTP", {"ConnectionString": url}, xml=xml, sensitive=sensitive), environment())


def test_requests(server):
    found = make(f"{server}/a")
    answer = found.request()
    assert (answer.status, answer.body, answer.headers["Content-Type"]) == (200, b"answer", "text/plain")
    found.request("POST", data=b"x", headers={"SOAPAction": "y"})
    assert Handler.seen[1][0] == "POST"
    with pytest.raises(HttpFailed, match="404"):
        found.request(url=f"{server}/none")
    with pytest.raises(HttpFailed):
        make(f"http://127.0.0.1:{free_port()}/").request()


def test_credentials_go_to_their_own_server_only(server):
    found = make(f"{server}/a", 'DTS:UseServerCredentials="True" DTS:ServerUserName="u"', ServerPassword="pw")
    found.request()
    assert Handler.seen[0][2]["Authorization"] == "Basic " + base64.b64encode(b"u:pw").decode()
    found.request(url=server.replace("127.0.0.1", "localhost") + "/b")
    assert "Authorization" not in Handler.seen[1][2]


def test_a_proxy_and_who_passes_it_by(server):
    extra = f'DTS:UseProxy="True" DTS:ProxyURL="{server}" DTS:UseProxyCredentials="True" DTS:ProxyUserName="p" DTS:BypassProxyOnLocal="True" DTS:BypassList="*.inside.example"'
    found = make("http://outside.example/x", extra, ProxyPassword="pw")
    found.request()
    assert Handler.seen[0][1] == "http://outside.example/x"
    assert Handler.seen[0][2]["Proxy-Authorization"].startswith("Basic ")
    with pytest.raises(HttpFailed):
        found.request(url="http://a.inside.example/x")
    found.request(url=f"{server}/direct")
    assert Handler.seen[1][1] == "/direct"


def test_validation():
    with pytest.raises(HttpFailed, match="http"):
        make("file:///etc/passwd").validate()
    with pytest.raises(HttpFailed):
        make("http://x/").request(url="ftp://x/")
    with pytest.raises(UnsupportedConnection, match="certificate"):
        make("http://x/", 'DTS:CertificateIdentifier="c"').validate()
    found = make("http://x/")
    found.set_property("ServerURL", "http://y/")
    assert found.connection_string == "http://y/"
