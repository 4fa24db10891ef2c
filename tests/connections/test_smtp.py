import socket
import ssl
import time
import warnings
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from dtserve.connections import smtp
from dtserve.connections.errors import BadConnectionString, MailFailed, UnsupportedConnection
from dtserve.connections.registry import create_connection
from support.certificates import Authority
from support.connections import environment, manager
from support.postgres import free_port

pytestmark = pytest.mark.filterwarnings(
    "ignore:Requiring AUTH while not:UserWarning", "ignore:Session.login_data:DeprecationWarning"
)
"""What the server itself warns of while it serves."""


class Box:
    def __init__(self):
        self.mails = []

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody"):
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.mails.append(envelope)
        return "250 OK"


@pytest.fixture
def box():
    held = Box()
    controller = Controller(held, hostname="127.0.0.1", port=free_port())
    controller.start()
    held.port = controller.port
    yield held
    controller.stop()


def make(text):
    return create_connection(manager("SMTP", {"ConnectionString": text}), environment())


def message():
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "a@x", "b@x", "s"
    mail.set_content("hello")
    return mail


def test_a_mail_arrives(box):
    make(f"SmtpServer=127.0.0.1;UseWindowsAuthentication=False;EnableSsl=False;Port={box.port};Timeout=5000").send(
        message(), ["b@x"]
    )
    assert box.mails[0].rcpt_tos == ["b@x"]
    make(f"SmtpServer=127.0.0.1:{box.port};").send(message(), ["c@x"])
    assert len(box.mails) == 2


def test_refusals_are_told(box):
    found = make(f"SmtpServer=127.0.0.1;Port={box.port}")
    with pytest.raises(MailFailed, match="nobody"):
        found.send(message(), ["b@x", "nobody@x"])
    with pytest.raises(MailFailed):
        found.send(message(), ["nobody@x"])
    with pytest.raises(MailFailed):
        make(f"SmtpServer=127.0.0.1;Port={free_port()}").send(message(), ["b@x"])


def test_properties_and_validation():
    found = make("SmtpServer=;UseWindowsAuthentication=False;EnableSsl=False;")
    with pytest.raises(MailFailed, match="empty"):
        found.validate()
    found.set_property("SmtpServer", "mail.example")
    assert found.connection_string == "SmtpServer=mail.example;UseWindowsAuthentication=False;EnableSsl=False;"
    assert found.get_property("enablessl") == "False"
    found.validate()
    found.set_property("UseWindowsAuthentication", "True")
    with pytest.raises(UnsupportedConnection, match="Windows"):
        found.validate()
    found.set_property("ConnectionString", "SmtpServer=other;")
    found.set_property("Note", "x")
    assert (found.server, found.get_property("Note")) == ("other", "x")
    with pytest.raises(BadConnectionString):
        found.set_property("ConnectionString", 'a="')


# --- TLS and logins ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("ca"))


def serve(held, authority, *, implicit=False, authenticate=True):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*authority.issue("mail"))

    def check(server, session, envelope, mechanism, data):
        given = [part if isinstance(part, str) else part.decode() for part in (data.login, data.password)]
        held.logins.append((mechanism, given[0]))
        return AuthResult(success=given == ["etl", "s;cret"], handled=False)

    options = {"ssl_context": context} if implicit else {"tls_context": context, "require_starttls": True}
    if authenticate:
        options |= {"authenticator": check, "auth_required": True, "auth_require_tls": not implicit}
    return Controller(held, hostname="127.0.0.1", port=free_port(), **options)


@pytest.fixture(params=["STARTTLS", "implicit TLS"])
def secure_box(request, authority, monkeypatch):
    held = Box()
    held.logins = []
    implicit = request.param == "implicit TLS"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        controller = serve(held, authority, implicit=implicit)
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.pem))
        controller.start()
    held.port = controller.port
    if implicit:
        monkeypatch.setattr(smtp, "TLS_PORT", held.port)
    yield held
    controller.stop()


def login(box, user="etl", password="s;cret", more=""):
    return make(
        f'SmtpServer=127.0.0.1;Port={box.port};Timeout=5000;EnableSsl=True;UseWindowsAuthentication=True;UserName={user};Password="{password}";{more}'
    )


def test_a_login_over_tls(secure_box):
    found = login(secure_box)
    assert "s;cret" not in found.connection_string + repr(found) + str(found.properties)
    found.send(message(), ["b@x"])
    assert [mail.rcpt_tos for mail in secure_box.mails] == [["b@x"]]
    assert secure_box.logins[-1][1] == "etl"


def test_a_wrong_password_is_told_without_showing_it(secure_box):
    with pytest.raises(MailFailed, match="535") as caught:
        login(secure_box, password="guess").send(message(), ["b@x"])
    assert "guess" not in caught.value.message
    assert secure_box.mails == []


def test_a_server_that_wants_a_login_refuses_without_one(secure_box):
    found = make(f"SmtpServer=127.0.0.1;Port={secure_box.port};EnableSsl=True;")
    with pytest.raises(MailFailed, match=r"530|Authentication required"):
        found.send(message(), ["b@x"])


def test_a_certificate_nobody_vouches_for_is_refused(secure_box, monkeypatch, tmp_path):
    monkeypatch.setenv("SSL_CERT_FILE", str(Authority(tmp_path, "Somebody else").pem))
    with pytest.raises(MailFailed, match="certificate verify failed"):
        login(secure_box).send(message(), ["b@x"])
    assert secure_box.logins == []


def test_a_server_without_tls_does_not_get_the_password(box):
    with pytest.raises(MailFailed, match="STARTTLS"):
        login(box).send(message(), ["b@x"])
    plain = make("SmtpServer=mail.example;UserName=etl;Password=x;")
    with pytest.raises(MailFailed, match="EnableSsl must be True"):
        plain.send(message(), ["b@x"])


def test_a_server_that_says_nothing_is_given_up():
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(1)
        started = time.monotonic()
        with pytest.raises(MailFailed, match="timed out"):
            make(f"SmtpServer=127.0.0.1;Port={silent.getsockname()[1]};Timeout=300").send(message(), ["b@x"])
        assert time.monotonic() - started < 5
