"""Alerts over a real mail server and a real web hook."""

import json
import socket
import ssl
import threading
from email import message_from_bytes
from email.policy import default
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from aiosmtpd.controller import Controller

from dtserve.service.alert_channels import Channels
from dtserve.service.errors import AlertNotSent, BadAlert
from dtserve.service.home_paths import HomePaths
from dtserve.service.settings import read_settings

ROW = {
    "id": "1-2-3", "package_path": r"\MSDB\Load", "package_name": "Load", "user": "ann", "state": "failed",
    "created": 1.0, "started": 2.0, "ended": 3.0, "exit_code": 1, "reason": "It broke.", "errors": 2, "warnings": 0,
    "attempt": 1, "options": {"password": "canary"},
}  # fmt: skip
ALERT = {"name": "ops", "channel": "webhook", "target": ""}


class Mailbox:
    def __init__(self) -> None:
        self.messages: list[tuple[list[str], bytes]] = []
        self.refuse = False

    async def handle_DATA(self, server, session, envelope) -> str:
        if self.refuse:
            return "554 canary-text no thanks"
        self.messages.append((envelope.rcpt_tos, envelope.content))
        return "250 OK"


@pytest.fixture
def mail(tmp_path):
    mailbox = Mailbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = Controller(mailbox, hostname="127.0.0.1", port=port)
    server.start()
    settings = f'[mail]\nserver = "127.0.0.1"\nport = {port}\nsecurity = "none"\nsender = "dtserve@example.com"\n'
    (tmp_path / "dtserve.toml").write_text(settings)
    yield mailbox, Channels(HomePaths(tmp_path, read_settings(tmp_path / "dtserve.toml", {})), "ETL1")
    server.stop()


@pytest.fixture
def hook():
    got: list[dict] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            if self.path == "/noise-canary":
                self.wfile.write(b"no HTTP\r\n")
                return
            code = {"/ok": 204, "/move": 302}.get(self.path, 500)
            self.send_response(code)
            if code == 302:
                self.send_header("Location", "/ok")
            self.end_headers()

        def log_message(self, *_) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Hook)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", got
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_mail(mail) -> None:
    mailbox, channels = mail
    alert = {"name": "ops", "channel": "mail", "target": "a@example.com, b@example.com"}
    channels.check("mail", alert["target"])
    channels.send(alert, {**ROW, "package_name": "Löad"}, "timed_out")
    ((to, content),) = mailbox.messages
    message = message_from_bytes(content, policy=default)
    assert to == ["a@example.com", "b@example.com"]
    assert message["Subject"] == "[ETL1] Löad: timed out"
    text = message.get_content()
    assert r"\MSDB\Load" in text
    assert "It broke." in text
    assert "1970-01-01 00:00:02 UTC by ann" in text


def test_a_mail_that_is_refused(mail) -> None:
    mailbox, channels = mail
    mailbox.refuse = True
    with pytest.raises(AlertNotSent, match="SMTP code 554") as refused:
        channels.send({"name": "ops", "channel": "mail", "target": "a@example.com"}, ROW, "failed")
    assert "canary" not in str(refused.value)


def test_a_server_that_cannot_do_tls_gets_no_mail(mail, tmp_path) -> None:
    mailbox, _ = mail
    text = (tmp_path / "dtserve.toml").read_text().replace('security = "none"', 'security = "starttls"')
    (tmp_path / "dtserve.toml").write_text(text)
    strict = Channels(HomePaths(tmp_path, read_settings(tmp_path / "dtserve.toml", {})), "ETL1")
    with pytest.raises(AlertNotSent):
        strict.send({"name": "ops", "channel": "mail", "target": "a@example.com"}, ROW, "failed")
    assert mailbox.messages == []
    assert ssl.create_default_context().verify_mode is ssl.CERT_REQUIRED


def test_a_web_hook(hook, mail) -> None:
    address, got = hook
    mail[1].send({**ALERT, "target": f"{address}/ok"}, ROW, "failed")
    (body,) = got
    assert (body["alert"], body["event"], body["server"]) == ("ops", "failed", "ETL1")
    assert body["execution"]["package_path"] == r"\MSDB\Load"
    assert "canary" not in json.dumps(body)


@pytest.mark.parametrize("path", ["/secret-canary", "/move"])
def test_a_web_hook_that_does_not_take_it(hook, mail, path) -> None:
    address, got = hook
    with pytest.raises(AlertNotSent, match="HTTP status") as refused:
        mail[1].send({**ALERT, "target": f"{address}{path}"}, ROW, "failed")
    assert "canary" not in str(refused.value)
    assert len(got) == 1


def test_nobody_listens(mail) -> None:
    with pytest.raises(AlertNotSent, match=r"127\.0\.0\.1"):
        mail[1].send({**ALERT, "target": "http://127.0.0.1:9/"}, ROW, "failed")


@pytest.mark.parametrize(
    ("channel", "target"),
    [
        ("pigeon", "x"), ("webhook", "ftp://x/"), ("webhook", "file:///etc/passwd"), ("webhook", "http://u:p@x/"),
        ("webhook", "nothing"), ("mail", "nobody"), ("mail", "a@b\r\nBcc: c@d"),
    ],
)  # fmt: skip
def test_targets_that_cannot_work(mail, channel, target) -> None:
    with pytest.raises(BadAlert):
        mail[1].check(channel, target)


def test_mail_needs_its_settings(tmp_path) -> None:
    channels = Channels(HomePaths(tmp_path, read_settings(tmp_path / "none.toml", {})), "ETL1")
    with pytest.raises(BadAlert, match=r"mail\.server"):
        channels.check("mail", "a@example.com")


@pytest.mark.parametrize("path", ["/noise-canary", "/canary of blanks"])
def test_a_web_hook_that_speaks_no_http_and_an_address_that_is_none(hook, mail, path) -> None:
    with pytest.raises(AlertNotSent, match="no HTTP") as refused:
        mail[1].send({**ALERT, "target": f"{hook[0]}{path}"}, ROW, "failed")
    assert "canary" not in str(refused.value)


def test_names_that_no_header_takes(mail) -> None:
    mailbox, channels = mail
    alert = {"name": "ops", "channel": "mail", "target": "a@example.com"}
    channels.send(alert, {**ROW, "package_name": "Load\r\nBcc: x@example.com"}, "failed")
    assert (
        message_from_bytes(mailbox.messages[0][1], policy=default)["Subject"]
        == "[ETL1] Load Bcc: x@example.com: failed"
    )
    with pytest.raises(AlertNotSent):
        channels.send({**alert, "target": "a\nb@example.com"}, ROW, "failed")
