"""Connection strings of OLE DB, ADO.NET and ODBC, and the ``key=value;`` strings of other managers.

One class reads and prints all three; what differs is how a value is quoted: OLE DB and
ADO.NET use ``"…"`` or ``'…'`` (the quote doubled inside), ODBC uses ``{…}`` (``}`` doubled).
Entries that nobody changed print as they were written, so that a string that is only
read comes back unchanged. Keywords are found in any case and under every synonym.
Source: FORMAT §3.4, CONFIG_LOGGING §1 (sub-properties re-compose the string).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["KEYWORDS", "ConnectionString", "ServerAddress", "split_server"]

KEYWORDS: dict[str, tuple[str, ...]] = {
    "server": ("Data Source", "Server", "Address", "Addr", "Network Address", "ServerName", "Host", "Hostname"),
    "database": ("Initial Catalog", "Database", "InitialCatalog", "Catalog", "DB", "DBName"),
    "user": ("User ID", "UID", "User", "UserName", "User Name", "UserId"),
    "password": ("Password", "PWD"),
    "integrated": ("Integrated Security", "Trusted_Connection"),
    "persist": ("Persist Security Info", "PersistSecurityInfo"),
    "provider": ("Provider",),
    "driver": ("Driver",),
    "dsn": ("DSN", "FileDSN"),
    "port": ("Port", "PortNumber"),
    "file": ("DBQ",),
    "extended": ("Extended Properties",),
    "timeout": ("Connect Timeout", "Connection Timeout", "Timeout", "LoginTimeout"),
    "encrypt": ("Encrypt", "Use Encryption for Data"),
    "trust": ("TrustServerCertificate", "Trust Server Certificate"),
    "application": ("Application Name", "APP"),
    "mars": ("MultipleActiveResultSets", "MARS Connection", "MARS_Connection"),
    "locale": ("Locale Identifier", "LocaleIdentifier"),
}
"""Canonical name → its keywords; the first is what is written when a string has none yet."""

_CANONICAL = {word.lower().replace(" ", ""): name for name, words in KEYWORDS.items() for word in words}
_PREFERRED = {"odbc": {"server": "Server", "database": "Database", "user": "UID", "password": "PWD"}}
_YES = {"true", "yes", "sspi", "1"}


def _fold(keyword: str) -> str:
    key = keyword.lower().replace(" ", "")
    return _CANONICAL.get(key, key)


@dataclass(slots=True)
class _Entry:
    keyword: str
    value: str
    raw: str | None


class ConnectionString:
    """A parsed connection string that can be changed part by part.

    ``style`` is ``oledb``, ``adonet`` or ``odbc``; parts are named by a canonical name
    (``server``, ``database`` …) or by any keyword. Raises ValueError for a quote or brace
    that is never closed.

    >>> s = ConnectionString("Data Source=A;Initial Catalog=B;Provider=SQLNCLI11.1;")
    >>> s.get("server"), s.get("Database")
    ('A', 'B')
    >>> s.set("database", "C;D")
    >>> str(s)
    'Data Source=A;Initial Catalog="C;D";Provider=SQLNCLI11.1;'
    """

    def __init__(self, text: str = "", style: str = "oledb") -> None:
        self.style = style
        self._entries: list[_Entry] = list(_entries(text, style))
        self._closed = not text or text.rstrip().endswith(";")

    def get(self, name: str, default: str = "") -> str:
        """The value under a canonical name or keyword; the last one wins, as providers do."""
        wanted, found = _fold(name), default
        for entry in self._entries:
            if _fold(entry.keyword) == wanted:
                found = entry.value
        return found

    def has(self, name: str) -> bool:
        """Whether the keyword (or a synonym) is there, be it empty."""
        wanted = _fold(name)
        return any(_fold(entry.keyword) == wanted for entry in self._entries)

    def set(self, name: str, value: str) -> None:
        """Change one part in place, or append it under its usual keyword."""
        wanted = _fold(name)
        same = [entry for entry in self._entries if _fold(entry.keyword) == wanted]
        if same:
            same[-1].value, same[-1].raw = value, None
            self._entries = [e for e in self._entries if e is same[-1] or _fold(e.keyword) != wanted]
            return
        words = KEYWORDS.get(wanted)
        usual = _PREFERRED.get(self.style, {}).get(wanted)
        self._entries.append(_Entry(usual or (words[0] if words else name), value, None))

    def remove(self, name: str) -> None:
        """Take a part out; nothing happens when it is not there."""
        wanted = _fold(name)
        self._entries = [entry for entry in self._entries if _fold(entry.keyword) != wanted]

    def flag(self, name: str) -> bool:
        """A yes/no part as the providers read it (``SSPI`` is yes)."""
        return self.get(name).strip().lower() in _YES

    def without_password(self) -> ConnectionString:
        """A copy that can be shown."""
        copy = ConnectionString("", self.style)
        copy._entries = [e for e in self._entries if _fold(e.keyword) != "password"]
        copy._closed = self._closed
        return copy

    def items(self) -> Iterator[tuple[str, str]]:
        """The keywords as written, with their values."""
        return ((entry.keyword, entry.value) for entry in self._entries)

    def __str__(self) -> str:
        text = ";".join(
            entry.raw if entry.raw is not None else f"{entry.keyword}={self._quoted(entry.value)}"
            for entry in self._entries
        )
        return f"{text};" if text and self._closed else text

    def __repr__(self) -> str:
        return f"ConnectionString({str(self.without_password())!r}, {self.style!r})"

    def _quoted(self, value: str) -> str:
        if self.style == "odbc":
            special = value != value.strip() or any(c in value for c in "[]{}(),;?*=!@")
            return "{" + value.replace("}", "}}") + "}" if special else value
        if value and (value != value.strip() or ";" in value or value[0] in "\"'={" or "\n" in value):
            if '"' in value and "'" not in value:
                return f"'{value}'"
            return '"' + value.replace('"', '""') + '"'
        return value


def _entries(text: str, style: str) -> Iterator[_Entry]:
    at, size = 0, len(text)
    while at < size:
        while at < size and text[at] in "; \t\r\n\0":
            at += 1
        start = at
        equals = text.find("=", at)
        semicolon = text.find(";", at)
        if start >= size:
            return
        if equals < 0 or 0 <= semicolon < equals:
            at = semicolon if semicolon >= 0 else size
            yield _Entry(text[start:at].strip(), "", text[start:at])
            continue
        while text[equals : equals + 2] == "==":  # a doubled sign belongs to the keyword
            equals = text.find("=", equals + 2)
            if equals < 0:
                raise ValueError(f"keyword without value at position {start}")
        keyword = text[start:equals].replace("==", "=").strip()
        value, at = _value(text, equals + 1, _OPENING[style == "odbc"])
        yield _Entry(keyword, value, text[start:at])


_OPENING: tuple[dict[str, str], dict[str, str]] = ({'"': '"', "'": "'", "{": "}"}, {"{": "}"})
"""What opens a quoted value, and what closes it: OLE DB and ADO.NET, ODBC."""


def _value(text: str, at: int, quotes: dict[str, str]) -> tuple[str, int]:
    while at < len(text) and text[at] in " \t":
        at += 1
    opening = text[at : at + 1]
    closing = quotes.get(opening)
    if closing is None:
        end = text.find(";", at)
        end = len(text) if end < 0 else end
        return text[at:end].strip(), end
    parts, here = [], at + 1
    while True:
        end = text.find(closing, here)
        if end < 0:
            raise ValueError(f"{opening} at position {at} is never closed")
        parts.append(text[here:end])
        if text[end + 1 : end + 2] != closing:
            break
        parts.append(closing)
        here = end + 2
    rest = text.find(";", end)
    rest = len(text) if rest < 0 else rest
    if text[end + 1 : rest].strip():  # a quote inside an unquoted value, as in Driver={x} y
        return text[at:rest].strip(), rest
    return "".join(parts), rest


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """Host, named instance and port of a SQL Server's Data Source; ``port`` 0 means the default."""

    host: str
    instance: str = ""
    port: int = 0


def split_server(text: str) -> ServerAddress:
    r"""Take a Data Source apart.

    >>> split_server("tcp:db01\\SQL2019,1455")
    ServerAddress(host='db01', instance='SQL2019', port=1455)
    >>> split_server("(local)").host, split_server(".").host
    ('localhost', 'localhost')
    """
    text = text.strip()
    for protocol in ("tcp:", "np:", "lpc:", "admin:"):
        if text.lower().startswith(protocol):
            text = text[len(protocol) :]
    text, comma, port = text.partition(",")
    host, _, instance = text.strip().partition("\\")
    if host.strip().lower() in ("", ".", "(local)", "localhost"):
        host = "localhost"
    number = int(port.strip()) if comma and port.strip().isdigit() else 0
    return ServerAddress(host.strip(), instance.strip(), number)
