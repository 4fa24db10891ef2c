"""The Send Mail task against a real SMTP server."""

import socket
from email import message_from_bytes
from email.policy import default

import pytest
from aiosmtpd.controller import Controller

from dtserve.controlflow.results import ExecResult
from support.control_flow import execute, package

NS = 'xmlns:SendMailTask="www.microsoft.com/sqlserver/dts/tasks/sendmailtask"'


class Inbox:
    def __init__(self) -> None:
        self.mails: list[tuple[list[str], object]] = []

    async def handle_DATA(self, server, session, envelope) -> str:
        self.mails.append((envelope.rcpt_tos, message_from_bytes(envelope.content, policy=default)))
        return "250 OK"


@pytest.fixture
def inbox():
    handler = Inbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        handler.port = probe.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=handler.port)
    controller.start()
    yield handler
    controller.stop()


def smtp(port: int) -> str:
    inner = (
        f'<SmtpConnectionManager ConnectionString="SmtpServer=127.0.0.1:{port};UseWindowsAuthentication=False;'
        'EnableSsl=False;"/>'
    )
    return f'<connection name="smtp" kind="SMTP">{inner}</connection>'


def mail(port: int, attributes: str, inner: str = "") -> bytes:
    data = f'<SendMailTask:SendMailTaskData {NS} SendMailTask:SMTPServer="smtp" {attributes}>{inner}</SendMailTask:SendMailTaskData>'
    return package(smtp(port) + f'<task name="Mail" type="Microsoft.SendMailTask">{data}</task>')


def attribute(**values: str) -> str:
    return " ".join(f'SendMailTask:{name.rstrip("_")}="{value}"' for name, value in values.items())


def test_a_message_with_attachment_reaches_everybody(inbox, tmp_path) -> None:
    (tmp_path / "a.csv").write_text("1,2")
    given = attribute(
        From_="me@x",
        To="a@x; b@x",
        CC="c@x",
        BCC="d@x",
        Subject="Größe&#10;BCC: e@x",
        Priority="High",
        MessageSource="Text ä",
    )
    attachment = f'<SendMailTask:Attachments SendMailTask:FileName="{tmp_path}\\a.csv"/>'
    outcome = execute(mail(inbox.port, given, attachment))
    assert outcome.result is ExecResult.SUCCESS, outcome.errors()
    ((recipients, message),) = inbox.mails
    assert recipients == ["a@x", "b@x", "c@x", "d@x"]
    assert message["Subject"] == "Größe BCC: e@x"
    assert message["Bcc"] is None
    assert message["X-Priority"] == "1"
    assert message.get_body().get_content().strip() == "Text ä"
    (attached,) = message.iter_attachments()
    assert attached.get_filename() == "a.csv"
    assert attached.get_payload(decode=True) == b"1,2"
    assert [kind for kind in ("SendMailTaskBegin", "SendMailTaskEnd") if outcome.sources(kind)]


def test_the_text_may_come_from_a_variable_or_file(inbox, tmp_path) -> None:
    (tmp_path / "t.txt").write_text("from file")
    body = (
        smtp(inbox.port)
        + f'<connection name="f" string="{tmp_path}/t.txt"/><variable name="User::t" type="8" value="from variable"/>'
        + "".join(
            f'<task name="{kind}" type="Microsoft.SendMailTask"><SendMailTask:SendMailTaskData {NS} '
            + attribute(SMTPServer="smtp", From_="m@x", To="a@x", MessageSourceType=kind, MessageSource=source)
            + "/></task>"
            for kind, source in (("Variable", "User::t"), ("FileConnection", "f"))
        )
        + '<constraint from="Variable" to="FileConnection"/>'
    )
    assert execute(package(body)).result is ExecResult.SUCCESS
    assert [message.get_content().strip() for _, message in inbox.mails] == ["from variable", "from file"]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"From_": "m@x"}, "0xC00291C3"),
        ({"To": "a@x"}, "0xC0D51514"),
        ({"From_": "m@x", "To": "a@x", "MessageSourceType": "Variable", "MessageSource": "User::no"}, "0xC0010001"),
    ],
)
def test_what_is_missing_is_told_in_validation(given, code) -> None:
    outcome = execute(mail(1, attribute(**given)))
    assert outcome.errors() == [f"Mail {code}", "Mail 0xC0024107"]


def test_a_missing_attachment_and_a_dead_server() -> None:
    given = attribute(From_="m@x", To="a@x")
    missing = execute(mail(1, given, '<SendMailTask:Attachments SendMailTask:FileName="/no/such"/>'))
    assert missing.errors()[0] == "Mail 0xC00291CB"
    assert execute(mail(1, given)).errors() == ["Mail 0xC0D51308"]
