"""Send Mail Task (CONTROL_FLOW §16): one message through an SMTP connection manager."""

from __future__ import annotations

import enum
import mimetypes
import re
from collections.abc import Iterator
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from pathlib import Path
from typing import Any

from dtserve.controlflow.properties import Property
from dtserve.controlflow.registry import task
from dtserve.controlflow.task import Task, local_name
from dtserve.controlflow.task_host import TaskHost
from dtserve.controlflow.tasks import mail_errors as errors

__all__ = ["MailPriority", "MessageSource", "SendMailTask"]


class MailPriority(enum.IntEnum):
    """Priority."""

    HIGH = 1
    NORMAL = 3
    LOW = 5


class MessageSource(enum.IntEnum):
    """Where the text of the message is."""

    DIRECT_INPUT = 0
    FILE_CONNECTION = 1
    VARIABLE = 2


@task("SendMailTask")
class SendMailTask(Task):
    """Sends a message with attachments."""

    connection = Property("SmtpConnection", str, "", xml="SMTPServer", text="The SMTP connection manager.")
    sender = Property("FromLine", str, "", xml="From", text="The sender.")
    to = Property("ToLine", str, "", xml="To", text="Recipients, ; between them.")
    cc = Property("CCLine", str, "", xml="CC", text="Copies.")
    bcc = Property("BCCLine", str, "", xml="BCC", text="Blind copies.")
    subject = Property("Subject", str, "", text="The subject.")
    priority = Property(
        "Priority", MailPriority, MailPriority.NORMAL, prefixes=("MailPriority_",), text="High, Normal, Low."
    )
    source_type = Property(
        "MessageSourceType", MessageSource, MessageSource.DIRECT_INPUT, text="DirectInput, FileConnection, Variable."
    )
    source = Property("MessageSource", str, "", text="The text, or where it is.")
    attachments = Property("FileAttachments", str, "", text="Files, | between them.")

    def __init__(self, host: TaskHost) -> None:
        super().__init__(host)
        data = host.model.object_data
        names = [_file_name(child) for child in data] if data is not None else []
        stored = "|".join(name for name in names if name)
        if stored and not self.attachments:
            self.attachments = stored
        for name in ("ToLine", "FromLine", "CCLine", "BCCLine"):
            written = _attribute(data, name)
            if written and not self.get_property(name):
                self.set_property(name, written)

    # --- parts --------------------------------------------------------------------------------

    def _recipients(self) -> Iterator[str]:
        for line in (self.to, self.cc, self.bcc):
            yield from _addresses(line)

    def _text(self) -> str:
        if self.source_type is MessageSource.VARIABLE:
            value = self.host.scope.value(self.source)
            return "" if value is None else str(value)
        if self.source_type is MessageSource.FILE_CONNECTION:
            manager = self.host.connection(self.source)
            path = self.host.run.shared.environment.map_path(manager.connection_string)
            if not path.is_file():
                raise errors.MailFileMissing(path=manager.connection_string)
            data = path.read_bytes()
            encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
            return data.decode(encoding, "replace")
        return self.source

    def _files(self) -> Iterator[Path]:
        for name in self.attachments.split("|"):
            if name.strip():
                path = self.host.run.shared.environment.map_path(name.strip())
                if not path.is_file():
                    raise errors.MailAttachmentMissing(path=name.strip())
                yield path

    def validate(self) -> None:
        """Connection, sender, recipients, text and attachments."""
        if not self.connection.strip():
            raise errors.MailConnectionMissing(task=self.host.name)
        manager = self.host.connection(self.connection)
        if manager.model.creation_name.upper() != "SMTP":
            raise errors.MailConnectionKind(connection=manager.name)
        if not self.sender.strip():
            raise errors.MailNoSender(task=self.host.name)
        if not any(self._recipients()):
            raise errors.MailNoRecipient(task=self.host.name)
        if self.source_type is MessageSource.VARIABLE:
            self.host.scope.variable(self.source)
        for _ in self._files():
            pass

    # --- execution ----------------------------------------------------------------------------

    def execute(self) -> None:
        """Send the message."""
        self.host.check_cancel()
        manager: Any = self.host.connection(self.connection)
        recipients = list(self._recipients())
        if not recipients:
            raise errors.MailNoRecipient(task=self.host.name)
        message = self._message()
        self.host.custom_event("SendMailTaskBegin", "The Send Mail task has started.")
        self.host.custom_event("SendMailTaskInfo", f"Sending to {len(recipients)} recipients.")
        manager.send(message, recipients)
        self.host.custom_event("SendMailTaskEnd", "The Send Mail task has ended.")

    def _message(self) -> EmailMessage:
        message = EmailMessage()
        message["From"] = _one_line(self.sender)
        for header, line in (("To", self.to), ("Cc", self.cc)):
            if line.strip():
                message[header] = ", ".join(_addresses(line))
        message["Subject"] = _one_line(self.subject)
        message["Date"] = formatdate(localtime=True)
        message["Message-ID"] = make_msgid(domain="dtserve")
        if self.priority is not MailPriority.NORMAL:
            message["X-Priority"] = str(int(self.priority))
            message["Importance"] = self.priority.name.capitalize()
        message.set_content(self._text())
        for path in self._files():
            kind, _ = mimetypes.guess_type(path.name)
            main, _, sub = (kind or "application/octet-stream").partition("/")
            message.add_attachment(path.read_bytes(), maintype=main, subtype=sub, filename=path.name)
        return message


def _addresses(line: str) -> list[str]:
    """Addresses between semicolons or commas outside quotes; line breaks never reach a header.

    >>> _addresses('"Doe, Jane" <jane@x>; bob@x,,')
    ['"Doe, Jane" <jane@x>', 'bob@x']
    """
    found = re.findall(r'(?:"[^"]*"|[^;,"]|")+?(?=[;,]|\Z)', line)
    return [_one_line(each) for each in found if each.strip()]


def _one_line(text: str) -> str:
    return re.sub(r"[\r\n]+", " ", text).strip()


def _file_name(element: Any) -> str:
    return _attribute(element, "FileName") if local_name(element.tag) == "Attachments" else ""


def _attribute(element: Any, name: str) -> str:
    if element is not None:
        for key, value in element.attrib.items():
            if local_name(key) == name:
                return str(value)
    return ""
