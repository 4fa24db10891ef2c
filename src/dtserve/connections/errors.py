"""Errors of connection managers and SQL sessions (own codes 0xC0D513xx; SSIS codes from EVENTS §5)."""

from __future__ import annotations

from dtserve.errors import ConnectionError_, TransientError, UnsupportedError

__all__ = [
    "BadConnectionMap", "BadConnectionString", "CannotAcquireConnection", "CannotOpenFile", "ConnectionNotFound",
    "DriverMissing", "FtpFailed", "HttpFailed", "InvalidFileName", "LostConnection", "MailFailed", "NoSuchTable",
    "NotTranslatable", "SqlError", "SqlTimeout", "UnknownConnectionKind", "UnsupportedConnection",
    "UnsupportedProvider", "ValueNotStorable", "WrongUsage",
]  # fmt: skip


class ConnectionNotFound(ConnectionError_):
    """No connection manager stands under that name, id or reference."""

    code = 0xC001000E
    symbol = "DTS_E_CONNECTIONNOTFOUND"
    template = 'The connection "{name}" is not found.'
    remedy = "Check the connection managers of the package and the project."


class UnknownConnectionKind(ConnectionError_):
    """The CreationName of a connection manager is none that SSIS or dtserve knows."""

    code = 0xC0014005
    symbol = "DTS_E_UNKNOWNCONNECTIONMANAGERTYPE"
    template = (
        'The connection type "{kind}" specified for connection manager "{name}" is not recognized as a valid '
        "connection manager type."
    )
    remedy = "Check the spelling of the connection type."


class UnsupportedConnection(UnsupportedError):
    """A known kind of connection manager that dtserve cannot open."""

    code = 0xC0D51301
    symbol = "DTSERVE_E_UNSUPPORTEDCONNECTION"


class UnsupportedProvider(UnsupportedError):
    """A database provider or driver without a counterpart here."""

    code = 0xC0D51302
    symbol = "DTSERVE_E_UNSUPPORTEDPROVIDER"
    template = 'Connection manager "{name}" uses the provider "{provider}", for which dtserve has no driver.'
    remedy = "Point the connection elsewhere with a connection map, or use an ODBC driver."


class CannotAcquireConnection(ConnectionError_):
    """The database or server refused or could not be reached."""

    code = 0xC020801C
    symbol = "DTS_E_CANNOTACQUIRECONNECTIONFROMCONNECTIONMANAGER"
    template = (
        'The AcquireConnection method call to the connection manager "{name}" failed with error code '
        "0xC0202009. {detail}"
    )
    remedy = "Check the connection string, the connection map, the password and the network."


class SqlError(ConnectionError_):
    """A statement failed; the text is the database's own."""

    code = 0xC0202009
    symbol = "DTS_E_OLEDBERROR"
    template = "An OLE DB error has occurred. Error code: 0x80040E14. {detail}"


class SqlTimeout(SqlError, TransientError):
    """A statement ran longer than its time limit."""

    template = "An OLE DB error has occurred. Error code: 0x80040E31. Query timeout expired after {seconds} s."
    remedy = "Raise the time limit of the task or component, or look at the plan of the statement."


class LostConnection(SqlError, TransientError):
    """The connection to the database broke, or the database was busy."""

    template = "An OLE DB error has occurred. Error code: 0x80004005. {detail}"


class NoSuchTable(SqlError):
    """A table or view that the database does not have."""

    template = 'An OLE DB error has occurred. Error code: 0x80040E37. Opening a rowset for "{table}" failed.'
    remedy = "Check that the object exists in the database."


class NotTranslatable(UnsupportedError):
    """A statement that cannot be said in the dialect of the database it was pointed to."""

    code = 0xC0D51303
    symbol = "DTSERVE_E_NOTTRANSLATABLE"
    template = "The statement cannot be translated to {dialect}: {reason}\n{statement}"
    remedy = "Rewrite the statement in portable SQL, or point the connection to a SQL Server."


class DriverMissing(UnsupportedError):
    """A driver that is not installed."""

    code = 0xC0D51304
    symbol = "DTSERVE_E_DRIVERMISSING"
    template = "{database} needs the Python package {package}, which is not installed."
    remedy = "Install it beside dtserve with pip, or install dtserve with its extra of that database."


class BadConnectionString(ConnectionError_):
    """A connection string that does not follow the rules of its kind."""

    code = 0xC0D51305
    symbol = "DTSERVE_E_CONNECTIONSTRING"
    template = 'The connection string of "{name}" is not valid: {detail}'
    remedy = "Check quotes, braces and keywords."


class BadConnectionMap(ConnectionError_):
    """A line of the connection map or path map that makes no sense."""

    code = 0xC0D51306
    symbol = "DTSERVE_E_CONNECTIONMAP"
    template = 'The connection map entry "{entry}" is not valid: {detail}'
    remedy = 'Write "manager=url" or "//server/database=url"; docs/reference/connections.md has examples.'


class ValueNotStorable(SqlError):
    """A value that the target database cannot hold without changing it."""

    code = 0xC0D51307
    symbol = "DTSERVE_E_VALUENOTSTORABLE"
    template = 'The value {value} of column "{column}" cannot be stored in {database} without loss.'
    remedy = "Use a narrower type or another database."


class CannotOpenFile(ConnectionError_):
    """A data file that is not there or cannot be read."""

    code = 0xC020200E
    symbol = "DTS_E_CANNOTOPENDATAFILE"
    template = 'Cannot open the datafile "{path}".'
    remedy = "Check the path; the path map tells where Windows folders and shares are on this machine."


class InvalidFileName(ConnectionError_):
    """A file name that is empty or cannot be one."""

    code = 0xC001401E
    symbol = "DTS_E_INVALIDFILENAMEINCONNECTION"
    template = 'The file name "{path}" specified in the connection was not valid.'
    remedy = "Check the ConnectionString of the connection manager and the expressions that set it."


class WrongUsage(ConnectionError_):
    """A connection manager of another kind than a task or component needs."""

    code = 0xC001401D
    symbol = "DTS_E_CONNECTIONVALIDATIONFAILED"
    template = 'Connection "{name}" failed validation. {detail}'


class FtpFailed(ConnectionError_):
    """An FTP server could not be reached, or refused the login."""

    code = 0xC002918F
    symbol = "DTS_E_FTPTASK_UNABLETOCONNECTTOSERVER"
    template = 'Unable to connect to FTP server using "{name}". {detail}'
    remedy = "Check server, port, user, password and passive mode."


class HttpFailed(ConnectionError_):
    """A web server could not be reached or refused a request."""

    code = 0xC0D51309
    symbol = "DTSERVE_E_HTTP"
    template = 'The request to "{url}" failed. {detail}'
    remedy = "Check the URL, the credentials, the proxy and the certificate."
    status: int = 0
    """The status of the answer, 0 when there was none."""
    body: bytes = b""
    """What came with that status (a SOAP fault, for instance); never printed."""


class MailFailed(ConnectionError_):
    """A mail server could not be reached or refused a message."""

    code = 0xC0D51308
    symbol = "DTSERVE_E_SMTP"
    template = 'The SMTP server "{server}" did not take the message. {detail}'
    remedy = "Check SmtpServer, Port, EnableSsl and the addresses."
