r"""Windows paths of packages on this machine.

A package names files as its author's Windows saw them. In this order:

1. the longest prefix of the path map that fits (``C:\data`` → ``/srv/data``,
   ``\\server\share`` → ``/mnt/share``), in any case and with either slash;
2. otherwise the rule of SSIS on Linux: the drive letter is dropped and backslashes become
   slashes (CONTROL_FLOW §29); a share ``\\server\share\x`` becomes ``//server/share/x``;
3. a relative path belongs to the package's folder, or to the working directory if it is
   only there.

Then every component that is not there as written is looked up without regard to case, as
Windows does. Components that do not exist yet stay as written. On Windows only the map
and rule 3 apply.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

__all__ = ["find_case", "map_windows_path"]

WINDOWS = os.name == "nt"


def map_windows_path(text: str, path_map: Mapping[str, str], folder: Path) -> Path:
    r"""Where the path ``text`` of a package points on this machine.

    >>> map_windows_path(r"C:\data\in\a.csv", {r"c:\DATA": "/srv/etl"}, Path("/pkg")).as_posix()
    '/srv/etl/in/a.csv'
    """
    plain = text.strip().strip("\0")
    if len(plain) > 1 and plain[0] == plain[-1] == '"':
        plain = plain[1:-1]
    for prefix, unc in (("\\\\?\\UNC\\", "\\\\"), ("\\\\?\\", ""), ("\\\\.\\", "")):
        if plain.upper().startswith(prefix):
            plain = unc + plain[len(prefix) :]
    mapped = _mapped(plain, path_map)
    if mapped is not None:
        return find_case(mapped)
    if WINDOWS:
        local = Path(plain)
    else:
        if len(plain) > 1 and plain[1] == ":" and plain[0].isalpha():
            plain = plain[2:]
        local = Path(plain.replace("\\", "/"))
    if local.is_absolute():
        return find_case(local)
    beside = find_case(folder / local)
    if not beside.exists():
        here = find_case(Path.cwd() / local)
        if here.exists():
            return here
    return beside


def _mapped(text: str, path_map: Mapping[str, str]) -> Path | None:
    slashed = text.replace("\\", "/")
    folded = slashed.lower()
    best, target = -1, ""
    for prefix, place in path_map.items():
        want = prefix.replace("\\", "/").rstrip("/").lower()
        fits = folded == want or folded.startswith(f"{want}/")
        if fits and len(want) > best:
            best, target = len(want), place
    if best < 0:
        return None
    rest = slashed[best:].lstrip("/")
    return Path(target) / rest if rest else Path(target)


def find_case(path: Path) -> Path:
    """``path`` with each component spelled as the file system has it, where only the case differs.

    The first in sorted order is taken when several differ only in case and none is equal.
    """
    if WINDOWS or os.path.lexists(path):
        return path
    here = Path(path.anchor) if path.anchor else Path()
    parts = path.parts[1:] if path.anchor else path.parts
    for number, part in enumerate(parts):
        step = here / part
        if part != ".." and not os.path.lexists(step):
            try:
                with os.scandir(here) as entries:
                    names = sorted(e.name for e in entries if e.name.casefold() == part.casefold())
            except OSError:
                names = []
            if not names:
                return step.joinpath(*parts[number + 1 :])
            step = here / names[0]
        here = step
    return here
