"""msdb of a real SQL Server, through its own procedures: ``mssql://user:password@host[:port][/msdb]``.

Nothing of dtserve is created there. The server checks roles and raises its own errors; names
of owners and the hash of a package's content are not to be had from the procedures, so the
revision of a package is made of its ids, version and size. A move is what dtutil does: put the
package under its new name, with its roles, and delete the old one.

Drivers: python-tds (no encryption without pyOpenSSL and ``?cafile=``) or mssql-python (``?driver=mssql-python``).
"""

from __future__ import annotations

import dataclasses
import hashlib
import importlib
import re
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar
from urllib.parse import parse_qs, unquote, urlsplit

from dtserve.stores.base import Caller, PackageInfo, StorePath
from dtserve.stores.errors import StoreUnavailable
from dtserve.stores.msdb.messages import MESSAGES, ProcedureError
from dtserve.stores.msdb.rows import guid_text, listed_info
from dtserve.stores.msdb.server_names import server_place
from dtserve.stores.names import name_key

__all__ = ["RemoteDatabase", "RemoteProcedures", "remote_url"]

LOGIN_SECONDS = 15
FORMATS: Mapping[int, int] = {9: 2, 10: 3, 11: 6}
"""Major version of SQL Server → the latest PackageFormatVersion that its msdb takes; later ones take the newest."""
NEWEST_FORMAT = 8
_GENERATION = "SELECT CAST(SERVERPROPERTY('ProductVersion') AS nvarchar(128)), OBJECT_ID('msdb.dbo.sysssispackages')"
PUT_PARAMETERS = (
    "id", "description", "createdate", "packagedata", "packageformat", "packagetype", "vermajor", "verminor", "verbuild",
    "vercomments", "verid",
)  # fmt: skip
LIST_COLUMNS = (
    "name", "id", "description", "createdate", "folderid", "datalength", "vermajor", "verminor", "verbuild", "vercomments",
    "verid",
)  # fmt: skip
"""The columns of sp_ssis_listpackages by position (MSDB §4)."""
_PATTERNS = [
    (number, re.compile(re.sub(r"\\\{\d\\\}", ".*", re.escape(text)), re.DOTALL))
    for number, text in sorted(MESSAGES.items())
]


def remote_url(server: str, user: str, password: str) -> str:
    """The URL of a server as dtutil names it: ``host``, ``host\\instance``, ``host,port``; StoreUnavailable for no port."""
    from urllib.parse import quote

    host, port = server_place(server)
    place = quote(host, safe="") + (f":{port}" if port else "")
    return f"mssql://{quote(user, safe='')}:{quote(password, safe='')}@{place}/msdb"


class RemoteDatabase:
    """A SQL Server by URL; connects anew for each use."""

    transactional: ClassVar[bool] = False
    """Each procedure is done when it returns."""

    def __init__(self, url: str, *, connect: Callable[[], Any] | None = None, marker: str = "%s") -> None:
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:  # its text may hold the password
            raise StoreUnavailable(store="mssql", reason="The server's URL cannot be read.") from None
        self.place = f"mssql://{unquote(parts.hostname or '')}{f':{port}' if port else ''}/msdb"
        self._marker = marker
        self._binary: Callable[[bytes], Any] = bytes
        self._connect = connect or self._driver(url)

    def _driver(self, url: str) -> Callable[[], Any]:
        """How to connect with the driver that the URL names, or the first one that is installed."""
        options = {key: values[-1] for key, values in parse_qs(urlsplit(url).query).items()}
        wanted = options.pop("driver", "")
        for name, opener, marker in (("pytds", _open_pytds, "%s"), ("mssql_python", _open_mssql_python, "?")):
            if wanted.replace("-", "_") in ("", name):
                try:
                    module = importlib.import_module(name)
                except ImportError:
                    continue
                self._marker = marker
                self._binary = getattr(module, "Binary", bytes)  # python-tds takes plain bytes for text of a code page
                return lambda: opener(module, url, options)
        reason = "no driver for SQL Server is installed; install dtserve[databases]"
        raise StoreUnavailable(store=self.place, reason=reason)

    @contextmanager
    def procedures(self, caller: Caller, *, write: bool = True, probe: bool = True) -> Iterator[RemoteProcedures]:
        """The procedures; who the caller is, the server knows from the login. StoreUnavailable."""
        prefix = self.generation[0] if probe else "sp_ssis_"
        try:
            connection = self._connect()
        except Exception as error:
            reason = f"Login Timeout Expired. {_first_line(error)}"
            raise StoreUnavailable(store=self.place, reason=reason) from None
        try:
            yield RemoteProcedures(connection, self._marker, self.place, prefix, self._binary)
        finally:
            with suppress(Exception):
                connection.close()

    @cached_property
    def generation(self) -> tuple[str, int]:
        """How the procedures of this server begin (SQL Server 2005 has sp_dts_*), and the latest package format it takes.

        A server of an older version refuses packages of later formats (SERVICE §9); one that does not tell
        its version is taken for a current one.
        """
        with self.procedures(Caller(""), probe=False) as msdb:
            try:
                (row,) = msdb._rows(_GENERATION, ())
            except (ProcedureError, StoreUnavailable, ValueError):
                return "sp_ssis_", NEWEST_FORMAT
        major = str(row[0] or "").partition(".")[0]
        newest = FORMATS.get(int(major), NEWEST_FORMAT) if major.isdecimal() else NEWEST_FORMAT
        return ("sp_dts_", min(newest, FORMATS[9])) if row[1] is None else ("sp_ssis_", newest)

    @property
    def newest_format(self) -> int:
        """The latest package format that the server takes; StoreUnavailable when it does not answer."""
        return self.generation[1]

    def role_names(self) -> list[str]:
        """The database roles of msdb that the login may see."""
        with self.procedures(Caller("")) as msdb:
            return msdb.role_names()

    def add_role(self, role: str) -> None:
        """Nothing: its administrators make roles; an unknown one is refused by the server (15014)."""

    def dispose(self) -> None:
        """Nothing is kept open."""


def _open_pytds(module: Any, url: str, options: Mapping[str, str]) -> Any:
    parts = urlsplit(url)
    return module.connect(
        unquote(parts.hostname or ""),
        "msdb",
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        port=parts.port,
        autocommit=True,
        login_timeout=float(options.get("login_timeout", LOGIN_SECONDS)),
        cafile=options.get("cafile"),
        validate_host=options.get("validate_host", "1") != "0",
    )


def _open_mssql_python(module: Any, url: str, options: Mapping[str, str]) -> Any:
    parts = urlsplit(url)
    server = unquote(parts.hostname or "") + (f",{parts.port}" if parts.port else "")
    fields = {"Server": server, "Database": "msdb", "Encrypt": "yes"}
    if parts.username:
        fields |= {"UID": unquote(parts.username), "PWD": unquote(parts.password or "")}
    elif not any(key.lower() == "authentication" for key in options):
        fields["Trusted_Connection"] = "yes"  # the account of this process: Windows, or Kerberos
    fields |= options
    text = ";".join(f"{key}={{{value.replace('}', '}}')}}}" for key, value in fields.items())
    return module.connect(text, autocommit=True)


class RemoteProcedures:
    """The procedures of one connection; ProcedureError with the server's number and text."""

    def __init__(
        self,
        connection: Any,
        marker: str,
        place: str,
        prefix: str = "sp_ssis_",
        binary: Callable[[bytes], Any] = bytes,
    ) -> None:
        self._prefix = prefix
        self._binary = binary
        self._connection = connection
        self._marker = marker
        self._place = place

    def _call(self, procedure: str, **parameters: Any) -> list[Sequence[Any]]:
        """NULL stands in the text: of a marker's, Microsoft's driver would ask the server for the type first."""
        markers = {name: "NULL" if value is None else self._marker for name, value in parameters.items()}
        names = ", ".join(f"@{name} = {marker}" for name, marker in markers.items())
        named = procedure.replace("sp_ssis_", self._prefix, 1)
        values = (self._binary(each) if isinstance(each, bytes) else each for each in parameters.values())
        return self._rows(f"EXEC dbo.{named} {names}", tuple(each for each in values if each is not None))

    def _rows(self, statement: str, values: tuple[Any, ...]) -> list[Sequence[Any]]:
        cursor = self._connection.cursor()
        try:
            cursor.execute(statement, values)
            return list(cursor.fetchall()) if cursor.description else []
        except Exception as error:
            text = _told(error)
            number = getattr(error, "msg_no", 0) or next((n for n, p in _PATTERNS if p.search(text)), 0)
            if number == 2627:  # the same as 2601, of a constraint
                number = 2601
            if not number:
                raise StoreUnavailable(store=self._place, reason=_first_line(error)) from None
            raise ProcedureError.told(number, text) from None
        finally:
            with suppress(Exception):
                cursor.close()

    def role_names(self) -> list[str]:
        """The roles of the database but for public, by name."""
        query = "SELECT name FROM sys.database_principals WHERE type = 'R' AND name <> 'public' ORDER BY name"
        return [str(row[0]) for row in self._rows(query, ())]

    # folders

    def sp_ssis_addfolder(self, parentfolderid: uuid.UUID, name: str, folderid: uuid.UUID | None = None) -> uuid.UUID:
        """Create a folder."""
        folderid = folderid or uuid.uuid4()
        self._call("sp_ssis_addfolder", parentfolderid=parentfolderid, name=name, folderid=folderid)
        return folderid

    def sp_ssis_renamefolder(self, folderid: uuid.UUID, name: str) -> None:
        """Rename a folder."""
        self._call("sp_ssis_renamefolder", folderid=folderid, name=name)

    def sp_ssis_deletefolder(self, folderid: uuid.UUID) -> None:
        """Delete an empty folder."""
        self._call("sp_ssis_deletefolder", folderid=folderid)

    def sp_ssis_getfolder(self, name: str, parentfolderid: uuid.UUID | None) -> Sequence[Any] | None:
        """Folder id, name, parent's id and name; None when there is none."""
        rows = self._call("sp_ssis_getfolder", name=name, parentfolderid=parentfolderid)
        return (_uuid(rows[0][0]), *rows[0][1:]) if rows else None

    def folders(self, folderid: uuid.UUID) -> list[tuple[str, str]]:
        """Name and id of each folder, by name."""
        rows = self._call("sp_ssis_listfolders", parentfolderid=folderid)
        return [(str(row[2]), guid_text(_uuid(row[0]))) for row in rows]

    # packages

    def packages(self, folder: StorePath, folderid: uuid.UUID) -> list[PackageInfo]:
        """The packages of a folder, by name."""
        found = []
        for values in self._call("sp_ssis_listpackages", folderid=folderid):
            row = dict(zip(LIST_COLUMNS, values, strict=False))
            row.update(id=_uuid(row["id"]), verid=_uuid(row["verid"]), contenthash=_revision(row))
            found.append(listed_info((*folder, str(row["name"])), row))
        return found

    def package(self, path: StorePath, folderid: uuid.UUID) -> PackageInfo | None:
        """One of them, with its roles where the caller may ask for them."""
        wanted = name_key(path[-1])
        found = next((each for each in self.packages(path[:-1], folderid) if name_key(each.name) == wanted), None)
        if found is not None:
            with suppress(ProcedureError):
                reader, writer = self.sp_ssis_getpackageroles(path[-1], folderid) or (None, None)
                found = dataclasses.replace(found, read_role=reader or "", write_role=writer or "")
        return found

    def sp_ssis_checkexists(self, name: str, folderid: uuid.UUID) -> bool:
        """Whether the package is there."""
        return bool(self._call("sp_ssis_checkexists", name=name, folderid=folderid))

    def sp_ssis_getpackage(self, name: str, folderid: uuid.UUID) -> bytes | None:
        """The bytes; None when there is none."""
        rows = self._call("sp_ssis_getpackage", name=name, folderid=folderid)
        return bytes(rows[0][0]) if rows else None

    def sp_ssis_putpackage(self, name: str, folderid: uuid.UUID, columns: Mapping[str, Any]) -> None:
        """Insert or update; the server sets the owner."""
        given = {key: columns[key] for key in PUT_PARAMETERS}
        self._call("sp_ssis_putpackage", name=name, folderid=folderid, **given)

    def sp_ssis_deletepackage(self, name: str, folderid: uuid.UUID) -> None:
        """Delete the package."""
        self._call("sp_ssis_deletepackage", name=name, folderid=folderid)

    def move_package(
        self,
        name: str,
        folderid: uuid.UUID,
        target: str,
        target_folder: uuid.UUID,
        columns: Callable[[], Mapping[str, Any]],
        *,
        replace: bool,
    ) -> None:
        """Put the package under its new name and delete the old one.

        The roles go along unless a package is replaced; the owner is who does it. Where only the case
        of the name changes the package goes over another name, so that it is never gone.
        """
        roles, row = self.sp_ssis_getpackageroles(name, folderid), columns()
        case_only = folderid == target_folder and name_key(name) == name_key(target)
        between = f"{target[:100]}~{uuid.uuid4().hex[:8]}"
        if case_only:
            self.sp_ssis_putpackage(between, folderid, row)
            self.sp_ssis_deletepackage(name, folderid)
        self.sp_ssis_putpackage(target, target_folder, row)
        if roles and any(roles) and not replace:
            self.sp_ssis_setpackageroles(target, target_folder, *roles)
        self.sp_ssis_deletepackage(between if case_only else name, folderid)

    def sp_ssis_getpackageroles(self, name: str, folderid: uuid.UUID) -> tuple[str | None, str | None] | None:
        """Reader and writer role; None when there is no such package."""
        rows = self._call("sp_ssis_getpackageroles", name=name, folderid=folderid)
        return (rows[0][0], rows[0][1]) if rows else None

    def sp_ssis_setpackageroles(
        self, name: str, folderid: uuid.UUID, readrole: str | None, writerole: str | None
    ) -> None:
        """Set both roles."""
        self._call("sp_ssis_setpackageroles", name=name, folderid=folderid, readrole=readrole, writerole=writerole)

    def sp_ssis_addlogentry(self, **entry: Any) -> None:
        """Append to sysssislog."""
        self._call("sp_ssis_addlogentry", **entry)


def _revision(row: Mapping[str, Any]) -> str:
    """What changes with nearly every save: ids, version, size and dates."""
    parts = [row[key] for key in ("id", "verid", "datalength", "vermajor", "verminor", "verbuild", "createdate")]
    texts = [part.isoformat() if isinstance(part, datetime) else str(part) for part in parts]
    return hashlib.sha256("|".join(texts).encode()).hexdigest()


def _uuid(value: Any) -> uuid.UUID:
    return value if isinstance(value, uuid.UUID) else uuid.UUID(str(value))


def _told(error: BaseException) -> str:
    """What the server said, without what Microsoft's driver puts before it."""
    text = str(getattr(error, "text", "") or error)
    return text.partition("[SQL Server]")[2] or text


def _first_line(error: BaseException) -> str:
    lines = _told(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
