r"""Places on the command line of ``dtserve packages`` and ``dtserve backup``.

``\MSDB\Finance`` is a place in the package store, ``sql:Finance`` one in msdb, ``file:/data/packages`` a folder of
the operating system; dtutil's ``DTS;…``, ``SQL;…`` and ``FILE;…`` are understood too.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Mapping
from pathlib import Path

from dtserve.cli.errors import InvalidArgument
from dtserve.service.config import ServiceHome, load_home
from dtserve.stores.base import PackageStore, StorePath
from dtserve.stores.filesystem import FileSystemStore
from dtserve.stores.names import parse_path

__all__ = ["add_home", "home_of", "kind_of", "one_or_many", "place", "unc_path"]

_FORM = re.compile(r"(?P<kind>dts|sql|file)[;:](?P<path>.*)\Z", re.IGNORECASE | re.DOTALL)


def add_home(parser: argparse.ArgumentParser) -> None:
    """The option that names the home folder."""
    parser.add_argument("--home", type=Path, help="home folder (default: $DTSERVE_HOME, else the user's data folder)")


def home_of(arguments: argparse.Namespace) -> ServiceHome:
    """The home folder that the options name."""
    return load_home(arguments.home)


def place(home: ServiceHome, text: str) -> tuple[PackageStore, StorePath]:
    """The store and path that a place names; InvalidArgument."""
    form = _FORM.match(text)
    kind, path = (form["kind"].lower(), form["path"]) if form else ("dts", text)
    if kind == "sql":
        return home.msdb(), parse_path(path)
    if kind == "file":
        if not path:
            raise InvalidArgument(argument=text, option="place", reason="a folder is wanted")
        share = home.share_entry(unc_path(path, home.path_map))
        if share is not None:
            from dtserve.service.shares import open_share

            unc = unc_path(path, home.path_map)
            return open_share(unc, unc, share, home.max_package_bytes), ()
        folder = home.environment(folder=Path.cwd()).map_path(path)
        return FileSystemStore(str(folder), folder, max_bytes=home.max_package_bytes), ()
    if form is None and text[:1] not in ("\\", "/"):
        raise InvalidArgument(argument=text, option="place", reason=r"write \ROOT\FOLDER, sql:FOLDER or file:FOLDER")
    return home.tree(), parse_path(path)


def unc_path(text: str, path_map: Mapping[str, str]) -> str:
    r"""A path on a drive that the path map connects with a share, as ``net use`` does; any other one unchanged.

    >>> print(unc_path(r"Z:\Finance\Load.dtsx", {"z:": r"\\files\ssis"}))
    \\files\ssis\Finance\Load.dtsx
    """
    plain = text.strip().strip('"')
    for prefix, target in path_map.items():
        drive = prefix.replace("/", "\\").rstrip("\\").lower()
        rest = plain.replace("/", "\\")[len(drive) :]
        if target.startswith("\\\\") and plain.lower().replace("/", "\\").startswith(drive) and rest[:1] in ("", "\\"):
            return target.rstrip("\\") + rest
    return plain


def one_or_many(home: ServiceHome, text: str) -> tuple[PackageStore, StorePath, str]:
    """As :func:`place`; a place that is one package gives its folder and its name."""
    store, path = place(home, text)
    if path and not store.folder_exists(path) and store.exists(path):
        return store, path[:-1], path[-1]
    return store, path, ""


def kind_of(text: str) -> tuple[str, str]:
    """How dtutil names a place: ``SQL``, ``DTS`` or ``FILE``, and what stands before the paths below it."""
    form = _FORM.match(text)
    kind, path = (form["kind"].upper(), form["path"]) if form else ("DTS", text)
    if kind == "FILE":
        return kind, path if path[-1:] in ("/", "\\") else path + ("\\" if "\\" in path else "/")
    path = "\\".join(parse_path(path))
    return kind, f"{path}\\" if path else ""
