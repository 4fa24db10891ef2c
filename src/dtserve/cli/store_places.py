r"""Places on the command line of ``dtserve packages`` and ``dtserve backup``.

``\MSDB\Finance`` is a place in the package store, ``sql:Finance`` one in msdb, ``file:/data/packages`` a folder of
the operating system; dtutil's ``DTS;…``, ``SQL;…`` and ``FILE;…`` are understood too.
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from dtserve.cli.errors import InvalidArgument
from dtserve.service.config import ServiceHome, load_home
from dtserve.stores.base import PackageStore, StorePath
from dtserve.stores.filesystem import FileSystemStore
from dtserve.stores.names import parse_path

__all__ = ["add_home", "home_of", "place"]

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
        folder = home.environment(folder=Path.cwd()).map_path(path)
        return FileSystemStore(str(folder), folder, max_bytes=home.max_package_bytes), ()
    if form is None and text[:1] not in ("\\", "/"):
        raise InvalidArgument(argument=text, option="place", reason=r"write \ROOT\FOLDER, sql:FOLDER or file:FOLDER")
    return home.tree(), parse_path(path)
