"""The home folder of dtserve: where everything stands, and what its configuration says.

::

    $DTSERVE_HOME/            0700; the platform's folder for user data otherwise
      Binn/MsDtsSrvr.ini.xml  the roots of the package store (SERVICE §2)
      Packages/               the root «File System»: ..\\Packages seen from Binn
      msdb.sqlite             the msdb of the server «.»
      dtserve.toml            settings
      state.sqlite            executions, events, identities of the service
      versions/               replaced and deleted packages

``.``, ``(local)``, ``localhost`` and this machine's name are the embedded msdb; any other server
is looked up in ``[servers]`` of the settings.
"""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PureWindowsPath
from typing import TYPE_CHECKING, Any

from dtserve.connections.environment import ConnectionTarget, Environment
from dtserve.service.home_paths import HomePaths
from dtserve.service.roots import (
    DEFAULT_FILE,
    SMB_FOLDER,
    SQL_SERVER_FOLDER,
    Problem,
    ServiceConfiguration,
    TopLevelFolder,
    read_configuration,
)
from dtserve.service.settings import NEWEST_SERVER, SERVER_FORMATS, SETTINGS, read_settings, template
from dtserve.stores.base import Caller, PackageStore
from dtserve.stores.durable import sync_folder, write_file
from dtserve.stores.errors import StoreUnavailable
from dtserve.stores.msdb.server_names import server_key

if TYPE_CHECKING:
    from dtserve.stores.msdb.store import AnyDatabase
    from dtserve.stores.tree import PackageTree
    from dtserve.stores.versions import VersionArchive

__all__ = ["HOME_VARIABLE", "JOURNAL", "ServiceHome", "home_path", "is_local_server", "load_home"]

HOME_VARIABLE = "DTSERVE_HOME"
JOURNAL = "restore.sqlite"
"""Stands in the home folder while a backup is restored, and is left there when the process of a restore is killed."""
_LOCAL_NAMES = {"", ".", "(local)", "localhost", "127.0.0.1", "::1", "(localdb)"}
_FOLDERS = ("Packages", "versions")


@dataclass(frozen=True)
class ServiceHome(HomePaths):
    """A home folder as it was when it was read; edits take effect at the next start."""

    configuration: ServiceConfiguration
    problems: tuple[Problem, ...] = ()
    _databases: dict[str, AnyDatabase] = field(default_factory=dict, repr=False, compare=False)

    @property
    def stop_executing_packages_on_shutdown(self) -> bool:
        """Whether running packages are asked to stop with the service."""
        return self.configuration.stop_executing_packages_on_shutdown

    @property
    def listen_host(self) -> str:
        """The address of the service."""
        return self.settings.text("service.listen_host")

    @property
    def listen_port(self) -> int:
        """The port of the service; 0 for any."""
        return self.settings.number("service.listen_port")

    @property
    def max_package_bytes(self) -> int:
        """The largest package that stores take."""
        return self.settings.number("limits.max_package_bytes")

    @cached_property
    def connection_map(self) -> tuple[ConnectionTarget, ...]:
        """The connection map of the settings; BadConnectionMap names an entry that cannot be used."""
        from dtserve.connections.connection_map import load_connection_map

        entries = load_connection_map(self.settings.maps.get("connections", {}))
        return entries + load_connection_map(self.settings.maps.get("connection", ()))

    @property
    def path_map(self) -> dict[str, str]:
        """The path map of the settings."""
        return dict(self.settings.maps.get("paths", {}))

    def environment(self, folder: Path = Path(), temp: Path = Path()) -> Environment:
        """The surroundings of a run on this machine."""
        return Environment(folder=folder, temp=temp, connection_map=self.connection_map, path_map=self.path_map)

    def msdb(self, server: str = ".", *, user: str = "", password: str = "", name: str = "") -> PackageStore:
        """The msdb of a server; StoreUnavailable for a server that nobody configured and no login is given for.

        The embedded msdb is guarded by the permissions of its file: there, ``user`` only
        becomes the owner of what it saves.
        """
        from dtserve.stores.msdb.store import LOCAL_CALLER, MsdbStore

        url, newest = self._server(server, user, password)
        database = self._databases.get(url) or self._databases.setdefault(url, _database(url, server))
        caller = Caller(user, sysadmin=True) if user else LOCAL_CALLER
        limits = {"max_bytes": self.max_package_bytes, "newest_format": newest}
        key = f"msdb:{'.' if is_local_server(server) else server_key(server)}"
        return self._versioned(MsdbStore(name or "MSDB", database, caller, **limits), key, user)

    def _versioned(self, store: PackageStore, key: str, user: str = "") -> PackageStore:
        """The store with its history, unless the settings keep none."""
        keep = self.settings.number("versions.keep")
        if not keep:
            return store
        from dtserve.stores.versioned import VersionedStore

        days = self.settings.number("versions.keep_days")
        return VersionedStore(store, self.version_archive, key, who=user or _this_user(), keep=keep, keep_days=days)

    @cached_property
    def version_archive(self) -> VersionArchive:
        """The kept versions of the packages of all stores."""
        from dtserve.stores.versions import VersionArchive

        return VersionArchive(self.versions_path / "versions.sqlite")

    def _server(self, server: str, user: str, password: str) -> tuple[str, int]:
        """The URL of a server's msdb, and the latest package format that it takes."""
        for known, value in self.settings.maps.get("servers", {}).items():
            if server_key(known) == server_key(server):
                table = {"url": value} if isinstance(value, str) else value
                newest = SERVER_FORMATS[table.get("version", NEWEST_SERVER)]
                return _signed(str(table["url"]), user, password), newest
        if is_local_server(server):
            from dtserve.stores.msdb.urls import sqlite_url

            url = self.settings.text("msdb.url") or sqlite_url(self.msdb_path)
            return _signed(url, user, password), SERVER_FORMATS[NEWEST_SERVER]
        if user:
            from dtserve.stores.msdb.remote import remote_url

            return remote_url(server, user, password), SERVER_FORMATS[NEWEST_SERVER]
        reason = "Login Timeout Expired. No entry of [servers] in dtserve.toml tells where its msdb is, and no login."
        raise StoreUnavailable(store=server, reason=reason)

    def msdb_urls(self) -> dict[str, str]:
        """Server name → URL of its msdb: what a run needs for Execute Package tasks that name a server."""
        return {name: self._server(name, "", "")[0] for name in (".", *self.settings.maps.get("servers", {}))}

    def close(self) -> None:
        """Close the connections of all stores that this home opened."""
        for database in self._databases.values():
            database.dispose()
        if "version_archive" in self.__dict__:
            self.version_archive.close()

    def store_path(self, text: str) -> Path:
        """The folder of a StorePath: relative ones begin at Binn, others go through the path map."""
        from dtserve.connections.paths import map_windows_path

        windows = PureWindowsPath(text)
        if windows.drive or windows.root or Path(text).is_absolute():
            return map_windows_path(text, self.path_map, self.binn)
        return Path(os.path.normpath(self.binn / text.replace("\\", "/")))

    def tree(self, caller: Caller | None = None) -> PackageTree:
        """The package store: one root per top-level folder, opened when it is first used."""
        from dtserve.stores.tree import PackageTree, Root

        roots = [
            Root(each.name, lambda each=each: self._open(each), each.kind, each.place)  # type: ignore[misc]
            for each in self.configuration.folders
        ]
        return PackageTree(roots, caller=caller)

    def _open_files(self, folder: TopLevelFolder) -> PackageStore:
        share = self.share_entry(folder.place)
        if share is None and (folder.kind == SMB_FOLDER or self._elsewhere(folder.place)):
            share = {}  # the account of this process
        if share is not None:
            from dtserve.service.shares import open_share

            return self._versioned(
                open_share(folder.name, folder.place, share, self.max_package_bytes), f"share:{folder.place.lower()}"
            )
        from dtserve.stores.filesystem import FileSystemStore

        path = self.store_path(folder.place)
        key = path.relative_to(self.path).as_posix() if path.is_relative_to(self.path) else str(path)
        return self._versioned(FileSystemStore(folder.name, path, max_bytes=self.max_package_bytes), f"files:{key}")

    def _elsewhere(self, place: str) -> bool:
        """Whether a StorePath is a share that is neither mounted (``[paths]``) nor this system's to reach."""
        from dtserve.connections.paths import WINDOWS, map_windows_path

        share = not WINDOWS and place.startswith("\\\\")
        return share and self.store_path(place) == map_windows_path(place, {}, self.binn)

    def share_entry(self, place: str) -> Mapping[str, Any] | None:
        """The entry of [shares] that a UNC path begins with."""
        wanted = place.replace("/", "\\").lower().rstrip("\\") + "\\"
        for known, table in self.settings.maps.get("shares", {}).items():
            if wanted.startswith(known.replace("/", "\\").lower().rstrip("\\") + "\\"):
                found: Mapping[str, Any] = table
                return found
        return None

    def _open(self, folder: TopLevelFolder) -> PackageStore:
        if folder.kind == SQL_SERVER_FOLDER:
            return self.msdb(folder.place, name=folder.name)
        return self._open_files(folder)


def _database(url: str, server: str) -> AnyDatabase:
    """The database behind a URL: SQL Server through its procedures, others with dtserve's tables."""
    if url.startswith("mssql"):
        from dtserve.stores.msdb.remote import RemoteDatabase

        return RemoteDatabase(url)
    from dtserve.stores.msdb.engine import Database

    return Database(url, name=server)


def _signed(url: str, user: str, password: str) -> str:
    """The URL with another login; SQLite knows none."""
    if not user or url.startswith("sqlite:"):
        return url
    from urllib.parse import quote, urlsplit, urlunsplit

    parts = urlsplit(url)
    login = f"{quote(user, safe='')}:{quote(password, safe='')}"
    return urlunsplit(parts._replace(netloc=f"{login}@{parts.netloc.rpartition('@')[2]}"))


def _this_user() -> str:
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""


def home_path(home: Path | None = None) -> Path:
    """The home folder: the given one, ``$DTSERVE_HOME``, or the platform's folder for user data."""
    if home is not None:
        return Path(home).absolute()
    named = os.environ.get(HOME_VARIABLE)
    if named:
        return Path(named).expanduser().absolute()
    import platformdirs

    return platformdirs.user_data_path("dtserve", appauthor=False)


def is_local_server(server: str) -> bool:
    """Whether a server's name means this machine; named instances are other servers."""
    name = server_key(server)
    here = socket.gethostname().lower()
    return name in _LOCAL_NAMES or name in (here, here.partition(".")[0])


def load_home(home: Path | None = None, *, make: bool = True) -> ServiceHome:
    """Read a home folder, making it on first use; without ``make`` one that is not there has the defaults.

    Problems of MsDtsSrvr.ini.xml are told in ``problems`` (events 272 to 274); problems of dtserve.toml
    are BadSettingsFile, UnknownSetting, BadSetting. A restore that was interrupted is undone first.
    """
    path = home_path(home)
    if (path / JOURNAL).exists():
        from dtserve.service.home_restore import undo_interrupted

        undo_interrupted(path)
    if make:
        _make(path)
    settings = read_settings(path / "dtserve.toml")
    problems: list[Problem] = []
    named = settings.text("service.config_file").strip()
    if not named:
        problems.append(("DTS_MSG_SERVER_MISSING_CONFIG_REG", ()))
        named = str(next(each.default for each in SETTINGS if each.name == "service.config_file"))
    configuration, found = read_configuration(path / named)
    return ServiceHome(path, settings, configuration, (*problems, *found))


def _make(path: Path) -> None:
    """Make the folders, and the two files once: a file deleted later stays deleted.

    Binn comes last and whole, so that a second program that starts now finds nothing or everything.
    """
    if (path / "Binn").is_dir():
        return
    for folder in (path, *(path / name for name in _FOLDERS)):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not (path / "dtserve.toml").exists():
        write_file(path / "dtserve.toml", template().encode("utf-8"), mode=0o600)
    making = Path(tempfile.mkdtemp(prefix=".binn-", dir=path))
    write_file(making / "MsDtsSrvr.ini.xml", DEFAULT_FILE.encode("utf-8"), mode=0o600)
    try:
        making.rename(path / "Binn")
    except OSError:
        shutil.rmtree(making, ignore_errors=True)
        if not (path / "Binn").is_dir():
            raise
    sync_folder(path)
