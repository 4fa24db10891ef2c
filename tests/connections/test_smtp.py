from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller

from dtserve.connections.errors import BadConnectionString, MailFailed, UnsupportedConnection
from dtserve.connections.registry import create_connection
from support.connections import environment, manager
from support.postgres import free_port


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
