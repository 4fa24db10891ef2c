"""What dtexec takes from dtserve's home: packages of msdb and of the package store, and its maps (DTEXEC §4)."""

from __future__ import annotations

import os
import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from dtserve.execution.options import ExecutionOptions, PackageSource

if TYPE_CHECKING:
    from dtserve.cli.dtexec_request import Request
    from dtserve.service.config import ServiceHome

__all__ = ["source_from_store", "with_home"]

SETTINGS_FILE = "dtserve.toml"
_SECTION = re.compile(r"\[[a-z_]+\]")


def source_from_store(request: Request) -> tuple[PackageSource, ExecutionOptions]:
    r"""The package behind ``/SQL`` or ``/DTS``: its bytes, and the options with the home's maps.

    Raises PackageNotFound and StoreError subclasses.
    """
    from dtserve.service.config import load_home
    from dtserve.stores.names import parse_package_path, parse_path

    home = load_home(Path(request.home) if request.home else None)
    try:
        folder = home.work_path
        if request.store == "sql":
            store = home.msdb(request.server or ".", user=request.user, password=request.server_password)
            data = store.read(parse_package_path(request.path))
        else:
            tree = home.tree()
            place = tree.resolve(parse_path(request.path))
            data = tree.read(place)
            folder = tree.folder_path(place[:-1]) or folder
        folder.mkdir(parents=True, exist_ok=True)
        options = _with(request.options, home)
        if request.store == "sql":
            beside = "\\".join(parse_package_path(request.path)[:-1])
            options = replace(options, store_server=request.server or ".", store_folder=beside)
    finally:
        home.close()
    return PackageSource(data=data, display_path=request.path, folder=str(folder)), options


def with_home(request: Request) -> ExecutionOptions:
    """The options with the maps of the home, when there is one (a run of a file makes none)."""
    path = _home(request.home)
    if path is not None and not (path / SETTINGS_FILE).is_file():
        return request.options
    if path is not None and _says_nothing(path / SETTINGS_FILE):
        from dtserve.stores.msdb.urls import sqlite_url

        return replace(request.options, msdb={".": sqlite_url(path / "msdb.sqlite")})
    from dtserve.service.config import home_path, load_home

    path = home_path(Path(request.home) if request.home else None)
    if not (path / SETTINGS_FILE).is_file():
        return request.options
    home = load_home(path)
    try:
        return _with(request.options, home)
    finally:
        home.close()


def _home(given: str) -> Path | None:
    """The home folder, found without the import of the service's settings; None where that takes more."""
    if given:
        return Path(given).absolute()
    named = os.environ.get("DTSERVE_HOME")
    if named:
        return Path(named).expanduser().absolute()
    if sys.platform in ("win32", "darwin"):
        return None
    return Path(os.environ.get("XDG_DATA_HOME", "").strip() or os.path.expanduser("~/.local/share")) / "dtserve"


def _says_nothing(settings: Path) -> bool:
    """Whether the settings are all defaults: nothing but comments and sections in the file, no variable for one."""
    if any(name.startswith("DTSERVE_") and name != "DTSERVE_HOME" for name in os.environ):
        return False
    try:
        text = settings.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return False
    said = [line for line in map(str.strip, text.splitlines()) if line and not line.startswith("#")]
    return len(said) == len(set(said)) and all(_SECTION.fullmatch(line) for line in said)


def _with(options: ExecutionOptions, home: ServiceHome) -> ExecutionOptions:
    """Maps of the command line come before those of the home."""
    return replace(
        options,
        connection_map=(*options.connection_map, *home.connection_map),
        path_map={**home.path_map, **options.path_map},
        memory_limit=options.memory_limit or home.settings.number("execution.max_memory"),
        msdb=home.msdb_urls(),
        registry_file=options.registry_file or home.registry_file,
    )
