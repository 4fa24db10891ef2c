"""Errors of msdb (MSDB §4.2, EVENTS §2).

What a procedure refuses comes with its number of SQL Server (``native``), wrapped in the code
of the method that called it, as the runtime does.
"""

from __future__ import annotations

from typing import ClassVar

from dtserve.errors import PackageNotFound, StoreError
from dtserve.stores.errors import FolderExists, FolderNotEmpty

__all__ = [
    "CreateFolderFailed",
    "ExistsFailed",
    "FindFolderFailed",
    "LoadFromSqlServerFailed",
    "NewerFormat",
    "PackageNotInDatabase",
    "RemoveFolderFailed",
    "RemoveFromSqlServerFailed",
    "RenameFolderFailed",
    "RolesFailed",
    "SaveToSqlServerFailed",
    "SchemaTooNew",
    "SqlFolderExists",
    "SqlFolderNameTaken",
    "SqlFolderNotEmpty",
    "SqlServerError",
]


class PackageNotInDatabase(PackageNotFound):
    """No row of that name in msdb."""

    code = 0xC0014062
    symbol = "DTS_E_LOADFROMSQLSERVER"
    template = 'LoadFromSQLServer method has failed. The package "{path}" was not found.'


class NewerFormat(StoreError):
    """A package newer than the store's server takes (SERVICE §9)."""

    code = 0xC001401C
    symbol = "DTS_E_SQLPERSISTENCEVERSION"
    template = (
        "Storing or modifying packages in SQL Server requires the SSIS runtime and database to be the same version. "
        "Storing packages in earlier versions is not supported."
    )


class SchemaTooNew(StoreError):
    """The database was made by a later version of dtserve."""

    code = 0xC0D5170C
    symbol = "DTSERVE_E_SCHEMATOONEW"
    template = "The database has schema version {found}; this dtserve knows versions up to {known}."
    remedy = "Use the dtserve that made it or a later one."


class SqlServerError(StoreError):
    """A statement that msdb refused; ``native`` is SQL Server's error number."""

    code = 0xC0014012
    symbol = "DTS_E_LOADFROMSQLSERVER_OLEDB"
    template = (
        "The LoadFromSQLServer method has encountered OLE DB error code {oledb} ({detail}).  "
        "The SQL statement that was issued has failed."
    )
    denials: ClassVar[frozenset[int]] = frozenset({229, 14307, 14586})

    @property
    def native(self) -> int:
        """SQL Server's number: 14307, 14586, 14591, 14593, 15014, 229, 2601; 0 when there is none."""
        return int(self.facts.get("native", 0))

    @property
    def denied(self) -> bool:
        """Whether the caller lacks the right."""
        return self.native in self.denials


class LoadFromSqlServerFailed(SqlServerError):
    """Loading was refused."""


class SaveToSqlServerFailed(SqlServerError):
    """Saving was refused."""

    code = 0xC0014011
    symbol = "DTS_E_SAVETOSQLSERVER_OLEDB"
    template = (
        "The SaveToSQLServer method has encountered OLE DB error code {oledb} ({detail}).  "
        "The SQL statement that was issued has failed."
    )


class RemoveFromSqlServerFailed(SqlServerError):
    """Deleting was refused."""

    code = 0xC0014013
    symbol = "DTS_E_REMOVEFROMSQLSERVER_OLEDB"
    template = (
        "The RemoveFromSQLServer method encountered OLE DB error code {oledb} ({detail}) "
        "The SQL statement that was issued has failed."
    )


class CreateFolderFailed(SqlServerError):
    """Creating a folder was refused."""

    code = 0xC0014043
    symbol = "DTS_E_CREATEFOLDERONSQLSERVER_OLEDB"
    template = (
        "The CreateFolderOnSQLServer method has encountered OLE DB error code {oledb} ({detail}) "
        "The SQL statement issued has failed."
    )


class RenameFolderFailed(SqlServerError):
    """Renaming a folder was refused."""

    code = 0xC0014045
    symbol = "DTS_E_RENAMEFOLDERONSQLSERVER_OLEDB"
    template = (
        "The RenameFolderOnSQLServer method encountered OLE DB error code {oledb} ({detail}). "
        "The SQL statement issued has failed."
    )


class RemoveFolderFailed(SqlServerError):
    """Deleting a folder was refused."""

    code = 0xC0014047
    symbol = "DTS_E_REMOVEFOLDERFROMSQLSERVER_OLEDB"
    template = (
        "The RemoveFolderOnSQLServer method encountered OLE DB error code {oledb} ({detail}). "
        "The SQL statement issued has failed."
    )


class FindFolderFailed(SqlServerError):
    """Listing or walking folders was refused."""

    code = 0xC001404A
    symbol = "DTS_E_FINDFOLDERONSQLSERVER_OLEDB"
    template = (
        "While trying to find a folder on SQL an OLE DB error was encountered with error code {oledb} ({detail})."
    )


class ExistsFailed(SqlServerError):
    """Testing for a package was refused."""

    code = 0xC0014014
    symbol = "DTS_E_EXISTSONSQLSERVER_OLEDB"
    template = (
        "The ExistsOnSQLServer method has encountered OLE DB error code {oledb} ({detail}). "
        "The SQL statement issued has failed."
    )


class RolesFailed(SqlServerError):
    """Reading or setting package roles was refused."""

    code = 0xC0D5170D
    symbol = "DTSERVE_E_PACKAGEROLES"
    template = "The roles of the package could not be read or set ({detail})."
    remedy = "Only sysadmin, db_ssisadmin and the owner set roles; the roles must exist in msdb."


class SqlFolderExists(CreateFolderFailed, FolderExists):
    """The unique index on parent and name refused a folder."""


class SqlFolderNameTaken(RenameFolderFailed, FolderExists):
    """The unique index on parent and name refused a new name."""


class SqlFolderNotEmpty(RemoveFolderFailed, FolderNotEmpty):
    """Message 14593: the folder holds packages or folders."""
