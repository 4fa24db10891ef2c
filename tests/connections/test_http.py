import base64
import select
import socket
import ssl
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from dtserve.connections.errors import HttpFailed, UnsupportedConnection
from dtserve.connections.registry import create_connection
from support.certificates import Authority
from support.connections import environment, manager
from support.postgres import free_port


class Handler(BaseHTTPRequestHandler):
    seen: list = []  # noqa: RUF012

    def do_GET(self):
        type(self).seen.append((self.command, self.path, dict(self.headers)))
        if self.path.endswith("/slow"):
            time.sleep(2)
            return
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


def test_a_domain_stands_before_the_name(server):
    names = 'DTS:UseServerCredentials="True" DTS:ServerUserName="u" DTS:ServerDomain="CORP"'
    make(f"{server}/a", names, ServerPassword="pw").request()
    assert Handler.seen[0][2]["Authorization"] == "Basic " + base64.b64encode(b"CORP\\u:pw").decode()


def test_the_time_limit(server):
    started = time.monotonic()
    with pytest.raises(HttpFailed, match="timed out"):
        make(f"{server}/slow", 'DTS:TimeOut="1"').request()
    assert time.monotonic() - started < 8


@pytest.fixture
def secure(tmp_path):
    """An https server whose certificate an authority of the test's own has signed; its address and the authority."""
    authority = Authority(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*authority.issue("localhost"))
    Handler.seen = []
    held = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    held.socket = context.wrap_socket(held.socket, server_side=True)
    thread = threading.Thread(target=held.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"https://127.0.0.1:{held.server_port}", authority.pem
    held.shutdown()
    held.server_close()
    thread.join(10)


def test_a_certificate_of_an_unknown_authority_is_refused(secure, monkeypatch):
    url, authority = secure
    found = make(f"{url}/a", 'DTS:UseServerCredentials="True" DTS:ServerUserName="u"', ServerPassword="pw")
    with pytest.raises(HttpFailed, match="CERTIFICATE_VERIFY_FAILED"):
        found.request()
    assert Handler.seen == []
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    assert found.request().body == b"answer"
    assert Handler.seen[0][2]["Authorization"].startswith("Basic ")


class Tunnel(BaseHTTPRequestHandler):
    """A proxy for https: CONNECT alone, for who knows the password."""

    seen: list = []  # noqa: RUF012

    def do_CONNECT(self):
        type(self).seen.append((self.path, self.headers.get("Proxy-Authorization"), self.headers.get("Authorization")))
        if not self.headers.get("Proxy-Authorization"):
            self.send_error(407)
            return
        host, _, port = self.path.rpartition(":")
        with socket.create_connection((host, int(port))) as far:
            self.send_response(200)
            self.end_headers()
            while True:
                ready, _, _ = select.select([self.connection, far], [], [], 5)
                for plug in ready:
                    data = plug.recv(65536)
                    if not data:
                        return
                    (far if plug is self.connection else self.connection).sendall(data)
                if not ready:
                    return

    def log_message(self, *arguments):
        pass


def test_https_goes_through_the_proxy_as_a_tunnel(secure, monkeypatch):
    url, authority = secure
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    Tunnel.seen = []
    held = ThreadingHTTPServer(("127.0.0.1", 0), Tunnel)
    thread = threading.Thread(target=held.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        proxy = f'DTS:UseProxy="True" DTS:ProxyURL="http://127.0.0.1:{held.server_port}"'
        server = 'DTS:UseServerCredentials="True" DTS:ServerUserName="u"'
        with pytest.raises(HttpFailed, match="407"):
            make(f"{url}/a", proxy).request()
        mine = f'{proxy} {server} DTS:UseProxyCredentials="True" DTS:ProxyUserName="p"'
        found = make(f"{url}/a", mine, ServerPassword="pw", ProxyPassword="secret")
        assert found.request().body == b"answer"
        place, passed, told = Tunnel.seen[-1]
        assert (place, told) == (url.removeprefix("https://"), None)
        assert passed == "Basic " + base64.b64encode(b"p:secret").decode()
        headers = Handler.seen[-1][2]
        assert headers["Authorization"] == "Basic " + base64.b64encode(b"u:pw").decode()
        assert "Proxy-Authorization" not in headers
    finally:
        held.shutdown()
        held.server_close()
        thread.join(10)
