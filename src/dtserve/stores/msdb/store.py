"""msdb as a package store: paths are walked folder by folder, the procedures do the rest (MSDB §6, DTUTIL §8)."""

from __future__ import annotations

import builtins
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar, TypeAlias

from dtserve.errors import DtserveError
from dtserve.stores.base import Caller, FolderEntry, PackageInfo, PackageStore, StorePath
from dtserve.stores.errors import (
    FolderExists,
    FolderNotFound,
    PackageExists,
    PackageTooLarge,
    PathWithoutPackage,
    RevisionChanged,
    RootFixed,
)
from dtserve.stores.facts import package_facts
from dtserve.stores.filesystem import MAX_PACKAGE_BYTES
from dtserve.stores.msdb import errors
from dtserve.stores.msdb.engine import Database
from dtserve.stores.msdb.messages import ProcedureError
from dtserve.stores.msdb.procedures import Procedures
from dtserve.stores.msdb.remote import RemoteDatabase, RemoteProcedures
from dtserve.stores.msdb.rows import NO_ID as ROOT
from dtserve.stores.msdb.rows import package_columns
from dtserve.stores.names import check_file_name, check_msdb_name, format_path, name_key, printable

__all__ = ["LOCAL_CALLER", "AnyDatabase", "MsdbStore"]

LOCAL_CALLER = Caller("sa", sysadmin=True)
"""Who a command line is to the embedded msdb: whoever can open its file may do everything anyway."""
AnyDatabase: TypeAlias = Database | RemoteDatabase
AnyProcedures: TypeAlias = Procedures | RemoteProcedures
NEWEST_FORMAT = 8
_OLEDB = {2601: "0x80040E2F", 229: "0x80040E09"}
_OLEDB_OTHER = "0x80040E14"


class MsdbStore(PackageStore):
    """The packages of one msdb, as ``caller`` may see and change them."""

    kind: ClassVar[str] = "SqlServerFolder"

    def __init__(
        self,
        name: str,
        database: AnyDatabase,
        caller: Caller = LOCAL_CALLER,
        *,
        max_bytes: int = MAX_PACKAGE_BYTES,
        newest_format: int = NEWEST_FORMAT,
    ) -> None:
        self.name = name
        self.database = database
        self.caller = caller
        self.max_bytes = max_bytes
        self.newest_format = newest_format

    def for_caller(self, caller: Caller) -> MsdbStore:
        """The same msdb with the rights of another login."""
        limits = {"max_bytes": self.max_bytes, "newest_format": self.newest_format}
        return MsdbStore(self.name, self.database, caller, **limits)

    def close(self) -> None:
        """Close the connections."""
        self.database.dispose()

    def place_of(self, path: StorePath) -> tuple[object, StorePath]:
        """The database, without who signs in."""
        return self.database.place, path

    # reading

    def list(self, folder: StorePath) -> tuple[Sequence[FolderEntry], Sequence[PackageInfo]]:
        """Folders and packages; FindFolderFailed without a role that may list."""
        with self._calls(errors.FindFolderFailed, write=False) as msdb:
            here = _walk(msdb, folder)
            entries = [FolderEntry(name, (*folder, name), folder_id) for name, folder_id in msdb.folders(here)]
            found = msdb.packages(folder, here)
        return sorted(entries, key=lambda each: name_key(each.name)), sorted(
            found, key=lambda each: name_key(each.name)
        )

    def info(self, path: StorePath) -> PackageInfo:
        """Facts of one package."""
        with self._calls(errors.FindFolderFailed, write=False) as msdb:
            return _one(msdb, path)

    def read(self, path: StorePath) -> bytes:
        """The bytes as stored; LoadFromSqlServerFailed without the right."""
        with self._calls(errors.LoadFromSqlServerFailed, write=False) as msdb:
            folder = _package_folder(msdb, path)
            data = msdb.sp_ssis_getpackage(path[-1], folder)
        if data is None:
            raise errors.PackageNotInDatabase(path=format_path(path))
        return data

    def read_many(self, paths: Sequence[StorePath]) -> builtins.list[bytes | DtserveError]:
        """All in one transaction, each folder looked up once; when one is refused, one by one."""
        if not self.database.transactional:
            return super().read_many(paths)
        known: dict[StorePath, uuid.UUID] = {}
        found: builtins.list[bytes | DtserveError] = []
        try:
            with self._calls(errors.LoadFromSqlServerFailed, write=False) as msdb:
                for path in paths:
                    if path[:-1] not in known:
                        known[path[:-1]] = _package_folder(msdb, path)
                    data = msdb.sp_ssis_getpackage(path[-1], known[path[:-1]])
                    found.append(errors.PackageNotInDatabase(path=format_path(path)) if data is None else data)
        except DtserveError:
            return super().read_many(paths)
        return found

    def exists(self, path: StorePath) -> bool:
        """Whether a package stands there."""
        with self._calls(errors.ExistsFailed, write=False) as msdb:
            try:
                return bool(path) and msdb.sp_ssis_checkexists(path[-1], _package_folder(msdb, path))
            except errors.PackageNotInDatabase:
                return False

    def folder_exists(self, folder: StorePath) -> bool:
        """Whether a folder stands there."""
        with self._calls(errors.FindFolderFailed, write=False) as msdb:
            try:
                _walk(msdb, folder)
            except FolderNotFound:
                return False
        return True

    # writing

    def write(
        self, path: StorePath, data: bytes, *, overwrite: bool = False, expected_revision: str | None = None
    ) -> PackageInfo:
        """Store the bytes; an existing row keeps its owner and roles. SaveToSqlServerFailed without the right."""
        columns = self._columns(path, data)
        with self._calls(errors.SaveToSqlServerFailed) as msdb:
            return self._put(msdb, path, columns, overwrite, expected_revision)

    def write_many(
        self, items: Sequence[tuple[StorePath, bytes]], *, overwrite: bool = False
    ) -> builtins.list[DtserveError | None]:
        """All in one transaction; when that fails as a whole, one by one."""
        if not self.database.transactional:
            return super().write_many(items, overwrite=overwrite)
        done: builtins.list[DtserveError | None] = []
        try:
            with self._calls(errors.SaveToSqlServerFailed) as msdb:
                for path, data in items:
                    try:
                        self._put(msdb, path, self._columns(path, data), overwrite, None)
                        done.append(None)
                    except DtserveError as error:
                        done.append(error)
        except DtserveError:
            return super().write_many(items, overwrite=overwrite)
        return done

    def _columns(self, path: StorePath, data: bytes) -> dict[str, Any]:
        """The row of a package; PackageTooLarge, NewerFormat."""
        if not path:
            raise PathWithoutPackage(path="")
        if len(data) > self.max_bytes:
            raise PackageTooLarge(path=format_path(path), size=len(data), limit=self.max_bytes)
        facts = package_facts(data)
        if facts.format_version > min(self.newest_format, self.database.newest_format):
            raise errors.NewerFormat()
        return package_columns(data, facts)

    def _put(
        self,
        msdb: AnyProcedures,
        path: StorePath,
        columns: Mapping[str, Any],
        overwrite: bool,
        expected_revision: str | None,
    ) -> PackageInfo:
        folder = _walk(msdb, path[:-1])
        found = printable(path[-1]) and msdb.sp_ssis_checkexists(path[-1], folder)
        if not found:
            check_msdb_name(path[-1])
        if expected_revision is not None:
            if not found or _one(msdb, path).revision != expected_revision:
                raise RevisionChanged(path=format_path(path))
        elif found and not overwrite:
            raise PackageExists(path=format_path(path))
        msdb.sp_ssis_putpackage(path[-1], folder, columns)
        if not found and isinstance(msdb, Procedures):
            return msdb.stored(path, columns)
        stored = msdb.package(path, folder)
        if stored is None:
            raise errors.PackageNotInDatabase(path=format_path(path))
        return stored

    def delete(self, path: StorePath) -> None:
        """Delete the row; RemoveFromSqlServerFailed without the right."""
        with self._calls(errors.RemoveFromSqlServerFailed) as msdb:
            folder = _package_folder(msdb, path)
            if not msdb.sp_ssis_checkexists(path[-1], folder):
                raise errors.PackageNotInDatabase(path=format_path(path))
            msdb.sp_ssis_deletepackage(path[-1], folder)

    def move(self, source: StorePath, target: StorePath, *, overwrite: bool = False) -> None:
        """Give the row another name or folder, keeping owner and roles; a row replaced keeps its own."""
        if not target:
            raise PathWithoutPackage(path="")
        with self._calls(errors.SaveToSqlServerFailed) as msdb:
            old = _package_folder(msdb, source)
            if not msdb.sp_ssis_checkexists(source[-1], old):
                raise errors.PackageNotInDatabase(path=format_path(source))
            new = _walk(msdb, target[:-1])
            same = old == new and name_key(source[-1]) == name_key(target[-1])
            taken = not same and printable(target[-1]) and msdb.sp_ssis_checkexists(target[-1], new)
            if not taken:
                check_msdb_name(target[-1])
            if taken and not overwrite:
                raise PackageExists(path=format_path(target))

            def columns() -> Mapping[str, Any]:
                data = msdb.sp_ssis_getpackage(source[-1], old) or b""
                return package_columns(data, package_facts(data))

            msdb.move_package(source[-1], old, target[-1], new, columns, replace=taken)

    # folders

    def create_folder(self, folder: StorePath) -> None:
        """Insert a folder below an existing one."""
        if not folder:
            raise FolderExists(name="", parent="")
        check_file_name(folder[-1])
        with self._calls(errors.CreateFolderFailed) as msdb:
            msdb.sp_ssis_addfolder(_walk(msdb, folder[:-1]), folder[-1])

    def rename_folder(self, folder: StorePath, name: str) -> None:
        """Rename a folder; dtserve guards the root, the procedure does not."""
        if not folder:
            raise RootFixed(name=self.name, action="renamed")
        check_file_name(name)
        with self._calls(errors.RenameFolderFailed) as msdb:
            msdb.sp_ssis_renamefolder(_walk(msdb, folder), name)

    def delete_folder(self, folder: StorePath) -> None:
        """Delete an empty folder."""
        if not folder:
            raise RootFixed(name=self.name, action="deleted")
        with self._calls(errors.RemoveFolderFailed) as msdb:
            msdb.sp_ssis_deletefolder(_walk(msdb, folder))

    # roles

    def roles(self, path: StorePath) -> tuple[str, str]:
        """Reader and writer role by name, empty for the defaults."""
        with self._calls(errors.RolesFailed, write=False) as msdb:
            found = msdb.sp_ssis_getpackageroles(path[-1], _package_folder(msdb, path))
        if found is None:
            raise errors.PackageNotInDatabase(path=format_path(path))
        return found[0] or "", found[1] or ""

    def set_roles(self, path: StorePath, reader: str, writer: str) -> None:
        """Set both, empty clears; RolesFailed for an unknown role (15014) or without the right (14307)."""
        with self._calls(errors.RolesFailed) as msdb:
            folder = _package_folder(msdb, path)
            if not msdb.sp_ssis_checkexists(path[-1], folder):
                raise errors.PackageNotInDatabase(path=format_path(path))
            msdb.sp_ssis_setpackageroles(path[-1], folder, reader or None, writer or None)

    def role_names(self, path: StorePath = ()) -> Sequence[str]:
        """The roles of the database, by name."""
        return self.database.role_names()

    def add_role(self, path: StorePath, role: str) -> None:
        """Make a role of the database; that of a real SQL Server is left to its administrators."""
        self.database.add_role(role)

    @contextmanager
    def _calls(self, refused: type[errors.SqlServerError], *, write: bool = True) -> Iterator[AnyProcedures]:
        """The procedures in one transaction; what they refuse comes out as ``refused`` or a closer kind."""
        try:
            with self.database.procedures(self.caller, write=write) as msdb:
                yield msdb
        except ProcedureError as error:
            kind = _CLOSER.get((refused, error.number), refused)
            raise kind(native=error.number, oledb=_OLEDB.get(error.number, _OLEDB_OTHER), detail=str(error)) from None


_CLOSER: Mapping[tuple[type[errors.SqlServerError], int], type[errors.SqlServerError]] = {
    (errors.CreateFolderFailed, 2601): errors.SqlFolderExists,
    (errors.RenameFolderFailed, 2601): errors.SqlFolderNameTaken,
    (errors.RemoveFolderFailed, 14593): errors.SqlFolderNotEmpty,
}


def _walk(msdb: AnyProcedures, folder: StorePath) -> uuid.UUID:
    """The id of a folder; FolderNotFound with the name where the way breaks off."""
    here = ROOT
    for part in folder:
        row = msdb.sp_ssis_getfolder(part, here) if printable(part) else None
        if row is None:
            raise FolderNotFound(name=part)
        here = row[0]
    return here


def _package_folder(msdb: AnyProcedures, path: StorePath) -> uuid.UUID:
    """The folder of a package; a missing one means that the package is missing."""
    if not path:
        raise PathWithoutPackage(path="")
    if not printable(path[-1]):
        raise errors.PackageNotInDatabase(path=format_path(path))
    try:
        return _walk(msdb, path[:-1])
    except FolderNotFound:
        raise errors.PackageNotInDatabase(path=format_path(path)) from None


def _one(msdb: AnyProcedures, path: StorePath) -> PackageInfo:
    folder = _package_folder(msdb, path)
    found = msdb.package(path, folder)
    if found is None:
        raise errors.PackageNotInDatabase(path=format_path(path))
    return found
