"""Errors of the Send Mail Task (CONTROL_FLOW §16)."""

from __future__ import annotations

from dtserve.errors import ControlFlowError

__all__ = [
    "MailAttachmentMissing",
    "MailConnectionKind",
    "MailConnectionMissing",
    "MailFileMissing",
    "MailNoRecipient",
    "MailNoSender",
]


class MailNoRecipient(ControlFlowError):
    """Nobody to send to."""

    code = 0xC00291C3
    symbol = "DTS_E_SENDMAILTASK_NORECIPIENT"
    template = 'No recipient is specified for task "{task}".'
    remedy = "Fill ToLine, CCLine or BCCLine."


class MailNoSender(ControlFlowError):
    """No sender."""

    code = 0xC0D51514
    symbol = "DTSERVE_E_MAILNOSENDER"
    template = 'No sender is specified for task "{task}".'
    remedy = "Fill FromLine."


class MailConnectionMissing(ControlFlowError):
    """No SMTP connection manager."""

    code = 0xC0D51515
    symbol = "DTSERVE_E_MAILNOCONNECTION"
    template = 'No SMTP connection manager is specified for task "{task}".'
    remedy = "Name an SMTP connection manager."


class MailConnectionKind(ControlFlowError):
    """A connection manager that is no SMTP one."""

    code = 0xC0D51516
    symbol = "DTSERVE_E_MAILCONNECTIONKIND"
    template = 'The connection manager "{connection}" is not an SMTP connection manager.'
    remedy = "Name an SMTP connection manager."


class MailAttachmentMissing(ControlFlowError):
    """An attachment that is not there."""

    code = 0xC00291CB
    symbol = "DTS_E_SENDMAILTASK_ATTACHMENTMISSING"
    template = 'The attachment "{path}" does not exist.'
    remedy = "Check the paths in FileAttachments; | stands between them."


class MailFileMissing(ControlFlowError):
    """A message file that is not there."""

    code = 0xC00291CF
    symbol = "DTS_E_SENDMAILTASK_MESSAGEFILEMISSING"
    template = 'The message file "{path}" does not exist.'
    remedy = "Check the File connection manager of MessageSource."
