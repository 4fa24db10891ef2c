"""The thirteen procedures of msdb, with their role checks and error numbers (MSDB §4).

Each method is one procedure, does what its body does, and raises :class:`ProcedureError` with the
number and text that the body raises. Where the procedures deviate from the prose of the
documentation, the procedures are followed: db_ssisadmin alone cannot delete a package that
has a writer role; a folder may be renamed to anything; unknown folders are deleted in silence.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from dtserve.stores.base import Caller, PackageInfo, StorePath
from dtserve.stores.errors import PackageDamaged
from dtserve.stores.facts import content_hash
from dtserve.stores.msdb.messages import ADMIN, GRANTS, LIMITED, MAX_MESSAGE, OPERATOR, ProcedureError
from dtserve.stores.msdb.prepared import change, first, rows
from dtserve.stores.msdb.rows import guid_text, listed_info
from dtserve.stores.msdb.schema import ROOT, folders, log, login_sid, packages, principals
from dtserve.stores.msdb.statements import (
    GET_FOLDER,
    GET_ROOT,
    INSERT,
    LIST_FOLDERS,
    LIST_PACKAGES,
    LIST_ROOT,
    ONE_PACKAGE,
    PRINCIPAL,
    PRINCIPALS,
    ROW,
    UPDATE,
    WHOLE_ROW,
)
from dtserve.stores.names import name_key

__all__ = ["AnyRow", "Procedures"]

AnyRow: TypeAlias = Any
"""A row by the names of its columns: one of SQLAlchemy, or a named tuple (see prepared.py)."""


class Procedures:
    """The procedures for one caller in one transaction."""

    def __init__(self, connection: sa.Connection, caller: Caller, known: set[bytes] | None = None) -> None:
        """``known`` are SIDs whose names the database has already; it is added to."""
        self._known = set() if known is None else known
        self._seen: dict[tuple[str, uuid.UUID], AnyRow | None] = {}
        self.connection = connection
        self._caller = caller
        self._sid = login_sid(caller.name)
        self._roles = {name_key(role) for role in caller.roles}

    # folders

    def sp_ssis_addfolder(self, parentfolderid: uuid.UUID, name: str, folderid: uuid.UUID | None = None) -> uuid.UUID:
        """Insert a folder; the parent is not checked. 14591 without the right, 2601 for a duplicate."""
        self._granted("sp_ssis_addfolder")
        if not self._may_keep():
            raise ProcedureError(14591, name)
        folderid = folderid or uuid.uuid4()
        row = {"folderid": folderid, "parentfolderid": parentfolderid, "foldername": name, "namekey": name_key(name)}
        self._unique(sa.insert(folders).values(row), parentfolderid, name)
        return folderid

    def sp_ssis_renamefolder(self, folderid: uuid.UUID, name: str) -> None:
        """Rename; no test of existence."""
        self._granted("sp_ssis_renamefolder")
        if not self._may_keep():
            raise ProcedureError(14591, name)
        parent = self._scalar(sa.select(folders.c.parentfolderid).where(folders.c.folderid == folderid))
        change = sa.update(folders).where(folders.c.folderid == folderid)
        self._unique(change.values(foldername=name, namekey=name_key(name)), parent, name)

    def sp_ssis_deletefolder(self, folderid: uuid.UUID) -> None:
        """Delete an empty folder; the root is guarded, an unknown id is nothing."""
        self._granted("sp_ssis_deletefolder")
        name = self._scalar(sa.select(folders.c.foldername).where(folders.c.folderid == folderid))
        if folderid == ROOT:
            raise ProcedureError(14307, name or "")
        if name is None:
            return
        if not self._may_keep():
            raise ProcedureError(14307, name)
        inside = self._scalar(sa.select(sa.func.count()).where(packages.c.folderid == folderid))
        below = self._scalar(sa.select(sa.func.count()).where(folders.c.parentfolderid == folderid))
        if inside or below:
            raise ProcedureError(14593, name)
        self.connection.execute(sa.delete(folders).where(folders.c.folderid == folderid))

    def sp_ssis_getfolder(self, name: str, parentfolderid: uuid.UUID | None) -> AnyRow | None:
        """Folder id, name, parent's id and parent's name; None when there is none."""
        self._granted("sp_ssis_getfolder")
        given = {"namekey": name_key(name), "parent": parentfolderid}
        return first(self.connection, GET_ROOT if parentfolderid is None else GET_FOLDER, given)

    def sp_ssis_listfolders(self, parentfolderid: uuid.UUID | None = None) -> Sequence[AnyRow]:
        """Id, parent's id and name of each folder, by name; without a parent the root itself."""
        self._granted("sp_ssis_listfolders")
        query = LIST_ROOT if parentfolderid is None else LIST_FOLDERS
        return rows(self.connection, query, {"parent": parentfolderid})

    # packages

    def sp_ssis_listpackages(self, folderid: uuid.UUID) -> Sequence[AnyRow]:
        """What the procedure gives of each package, by name, and dtserve's own columns behind it."""
        self._granted("sp_ssis_listpackages")
        return rows(self.connection, LIST_PACKAGES, {"folder": folderid})

    def folders(self, folderid: uuid.UUID) -> list[tuple[str, str]]:
        """Name and id of each folder, by name."""
        return [(row.foldername, guid_text(row.folderid)) for row in self.sp_ssis_listfolders(folderid)]

    def packages(self, folder: StorePath, folderid: uuid.UUID) -> list[PackageInfo]:
        """The packages of a folder, by name."""
        names = self._logins()
        found = self.sp_ssis_listpackages(folderid)
        return [listed_info((*folder, row.name), row._asdict(), names) for row in found]

    def package(self, path: StorePath, folderid: uuid.UUID) -> PackageInfo | None:
        """One of them."""
        self._granted("sp_ssis_listpackages")
        row = first(self.connection, ONE_PACKAGE, _key(path[-1], folderid))
        if row is None:
            return None
        return listed_info((*path[:-1], row.name), row._asdict(), self._logins())

    def stored(self, path: StorePath, columns: Mapping[str, Any]) -> PackageInfo:
        """What :meth:`package` tells of a package that this caller has just saved as a new one."""
        row = {**columns, "datalength": columns["datasize"], "ownersid": self._sid}
        return listed_info(path, row, {self._sid: self._caller.name[:128]})

    def _logins(self) -> dict[bytes, str]:
        return {bytes(sid): name for sid, name in rows(self.connection, PRINCIPALS, {})}

    def sp_ssis_checkexists(self, name: str, folderid: uuid.UUID) -> bool:
        """Whether the package is there."""
        self._granted("sp_ssis_checkexists")
        return self._row(name, folderid) is not None

    def sp_ssis_getpackage(self, name: str, folderid: uuid.UUID) -> bytes | None:
        """The bytes; None when there is none. 14586 or 14307 without the right to read, PackageDamaged."""
        self._granted("sp_ssis_getpackage")
        row = first(self.connection, WHOLE_ROW, _key(name, folderid))
        if row is None:
            return None
        allowed = self._is(ADMIN) or self._caller.sysadmin or (self._is(LIMITED) and row.ownersid == self._sid)
        if row.readrolesid is None:
            if not (allowed or self._is(OPERATOR)):
                raise ProcedureError(14586, name)
        elif not (allowed or self._is(self._role_name(row.readrolesid))):
            raise ProcedureError(14307, name)
        if row.contenthash != content_hash(row.packagedata):
            raise PackageDamaged(path=row.name)
        return bytes(row.packagedata)

    def sp_ssis_putpackage(self, name: str, folderid: uuid.UUID, columns: Mapping[str, Any]) -> None:
        """Insert, or update what is there keeping name, folder, owner and roles; 14307 without the right."""
        self._granted("sp_ssis_putpackage")
        row = self._row(name, folderid)
        self._seen.clear()
        if row is None:
            if not self._may_keep():
                raise ProcedureError(14307, name)
            self._remember(self._caller.name)
            fixed = {"name": name, "namekey": name_key(name), "folderid": folderid, "ownersid": self._sid}
            change(self.connection, INSERT, {**columns, **fixed})
            return
        allowed = self._is(ADMIN) or self._caller.sysadmin or (row.ownersid == self._sid and self._is(LIMITED))
        if not (allowed or (row.writerolesid is not None and self._is(self._role_name(row.writerolesid)))):
            raise ProcedureError(14307, name)
        change(self.connection, UPDATE, {**columns, **_key(name, folderid)})

    def sp_ssis_deletepackage(self, name: str, folderid: uuid.UUID) -> None:
        """Delete; an absent row is no error. With a writer role db_ssisadmin alone is not enough."""
        self._granted("sp_ssis_deletepackage")
        row = self._row(name, folderid)
        if row is None:
            return
        self._may_delete(name, row)
        self._seen.clear()
        self.connection.execute(sa.delete(packages).where(_at(name, folderid)))

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
        """Rename a row, or put its ``columns`` over another one, with the checks of deletepackage and putpackage."""
        row = self._row(name, folderid)
        if row is None:
            return
        self._may_delete(name, row)
        self._seen.clear()
        if replace:
            self.sp_ssis_putpackage(target, target_folder, columns())
            self.connection.execute(sa.delete(packages).where(_at(name, folderid)))
            return
        if not self._may_keep():
            raise ProcedureError(14307, target)
        place = {"name": target, "namekey": name_key(target), "folderid": target_folder}
        self.connection.execute(sa.update(packages).where(_at(name, folderid)).values(place))

    def sp_ssis_getpackageroles(self, name: str, folderid: uuid.UUID) -> tuple[str | None, str | None] | None:
        """Reader and writer role by name; None when there is no such package."""
        self._granted("sp_ssis_getpackageroles")
        row = self._row(name, folderid)
        if row is None:
            return None
        return self._name_of(row.readrolesid), self._name_of(row.writerolesid)

    def sp_ssis_setpackageroles(
        self, name: str, folderid: uuid.UUID, readrole: str | None, writerole: str | None
    ) -> None:
        """Set both roles, None clears; 15014 for an unknown role, 14307 without the right or the package."""
        self._granted("sp_ssis_setpackageroles")
        row = self._row(name, folderid)
        if row is None or not (self._is(ADMIN) or self._caller.sysadmin or row.ownersid == self._sid):
            raise ProcedureError(14307, name)
        reader, writer = (self._role_id(role) for role in (readrole, writerole))
        self._seen.clear()
        change = sa.update(packages).where(_at(name, folderid))
        self.connection.execute(change.values(readrolesid=reader, writerolesid=writer))

    # the log

    def sp_ssis_addlogentry(
        self,
        event: str,
        computer: str,
        operator: str,
        source: str,
        sourceid: uuid.UUID,
        executionid: uuid.UUID,
        starttime: datetime,
        endtime: datetime,
        datacode: int,
        databytes: bytes | None,
        message: str,
    ) -> None:
        """Append to sysssislog; texts are cut at the widths of their columns."""
        self._granted("sp_ssis_addlogentry")
        self.connection.execute(
            sa.insert(log).values(
                event=event[:128],
                computer=computer[:128],
                operator=operator[:128],
                source=source[:1024],
                sourceid=sourceid,
                executionid=executionid,
                starttime=starttime,
                endtime=endtime,
                datacode=datacode,
                databytes=databytes,
                message=message[:MAX_MESSAGE],
            )
        )

    # what the bodies share

    def _granted(self, procedure: str) -> None:
        if not self._caller.sysadmin and self._roles.isdisjoint(GRANTS[procedure]):
            raise ProcedureError(229, procedure)

    def _is(self, role: str) -> bool:
        """IS_MEMBER."""
        return name_key(role) in self._roles

    def _may_keep(self) -> bool:
        return self._is(LIMITED) or self._is(ADMIN) or self._caller.sysadmin

    def _may_delete(self, name: str, row: AnyRow) -> None:
        allowed = self._caller.sysadmin or (row.ownersid == self._sid and self._is(LIMITED))
        role = ADMIN if row.writerolesid is None else self._role_name(row.writerolesid)
        if not (allowed or self._is(role)):
            raise ProcedureError(14307, name)

    def _row(self, name: str, folderid: uuid.UUID) -> AnyRow | None:
        key = (name_key(name), folderid)
        if key not in self._seen:
            self._seen[key] = first(self.connection, ROW, _key(name, folderid))
        return self._seen[key]

    def _name_of(self, sid: bytes | None) -> str | None:
        if sid is None:
            return None
        found = first(self.connection, PRINCIPAL, {"of": sid})
        return None if found is None else str(found.name)

    def _role_name(self, sid: bytes) -> str:
        """The role of a SID; one that no longer resolves stands for db_ssisadmin."""
        return self._name_of(sid) or ADMIN

    def _role_id(self, role: str | None) -> bytes | None:
        if not role:
            return None
        query = sa.select(principals.c.sid).where(principals.c.kind == "R", principals.c.namekey == name_key(role))
        sid = self._scalar(query)
        if sid is None:
            raise ProcedureError(15014, role)
        return bytes(sid)

    def _remember(self, login: str) -> None:
        """Keep the login's name beside its SID, for listings."""
        if self._sid in self._known:
            return
        self._known.add(self._sid)
        if self._name_of(self._sid) is None:
            row = {"sid": self._sid, "name": login[:128], "namekey": name_key(login[:128]), "kind": "U"}
            self.connection.execute(sa.insert(principals).values(row))

    def _scalar(self, query: sa.Select[Any]) -> Any:
        return self.connection.execute(query).scalar()

    def _unique(self, statement: sa.Insert | sa.Update, parent: uuid.UUID | None, name: str) -> None:
        try:
            with self.connection.begin_nested():
                self.connection.execute(statement)
        except IntegrityError:
            key = f"{str(parent).upper()}, {name}"
            index = "U_sysssispackagefoldersuniquepath"
            raise ProcedureError(2601, "dbo.sysssispackagefolders", index, key) from None


def _at(name: str, folderid: uuid.UUID) -> sa.ColumnElement[bool]:
    return sa.and_(packages.c.namekey == name_key(name), packages.c.folderid == folderid)


def _key(name: str, folderid: uuid.UUID) -> dict[str, Any]:
    return {"package": name_key(name), "folder": folderid}
