"""A tree of stores and its copy elsewhere, for the tests of backups."""

from __future__ import annotations

from pathlib import Path

from dtserve.stores import Database, FileSystemStore, MsdbStore, PackageTree, Root
from dtserve.stores.msdb.engine import sqlite_url
from support.store_packages import package

PATHS = [("MSDB", "Load"), ("MSDB", "A", "B", "Deep"), ("File System", "Ünï 名"), ("File System", "X", "Load")]
TOPS = [("MSDB",), ("File System",)]
BESIDE = ("File System", "X", "Load.dtsConfig")


def make_tree(folder: Path, *, database: str = "") -> PackageTree:
    """An msdb and a folder of files, empty."""
    msdb = MsdbStore("MSDB", Database(database or sqlite_url(folder / "m.sqlite")))
    files = FileSystemStore("F", folder / "files")
    return PackageTree(
        [Root("MSDB", lambda: msdb, "SqlServerFolder"), Root("File System", lambda: files, "FileSystemFolder")]
    )


def filled_tree(folder: Path) -> PackageTree:
    """The same with packages, empty folders, roles, an owner and a configuration file."""
    made = make_tree(folder)
    for path in (("MSDB", "A"), ("MSDB", "A", "B"), ("MSDB", "Empty"), ("File System", "X")):
        made.create_folder(path)
    for path in PATHS:
        made.write(path, package(path[-1]))
    made.add_role(("MSDB", "Load"), "night shift")
    made.set_roles(("MSDB", "Load"), "db_ssisoperator", "night shift")
    made.write_attachment(BESIDE, b"<DTSConfiguration/>")
    return made
