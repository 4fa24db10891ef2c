r"""Scripts that move stored packages with dtutil, line for line as the documentation shows them (AZURE §7).

One ``dtutil /ENCRYPT`` (or ``/COPY``) line per package, behind the lines that make the folders; for cmd.exe or
a Unix shell. Passwords never stand in a script: it takes them from environment variables. Where
only a query tool reaches the msdb, :func:`query` is the T-SQL that writes the same lines there.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from dtserve.stores.base import PackageInfo, StorePath
from dtserve.stores.names import EXTENSION, format_path, parse_path

__all__ = ["SHELLS", "Migration", "lines", "query"]

SHELLS = ("cmd", "sh")
PACKAGE_PASSWORD, TARGET_PASSWORD = "DTUTIL_PACKAGE_PASSWORD", "DTUTIL_DEST_PASSWORD"
"""The environment variables that a script takes the packages' new password and the server's from."""
_PASSWORD_LEVELS = (2, 3)


@dataclass(frozen=True)
class Migration:
    """What the script shall do.

    ``source`` and ``target`` are ``SQL``, ``DTS`` or ``FILE``; ``source_root`` and ``target_root`` are what stands before
    each package's path: a folder of msdb, a root of the store with its folder, or a folder of files.
    ``level`` None copies packages as they are.
    """

    source: str
    target: str
    source_root: str = ""
    target_root: str = ""
    level: int | None = None
    server: str = ""
    user: str = ""
    shell: str = "cmd"

    @property
    def verb(self) -> str:
        """``/ENCRYPT`` knows no DTS; it is used where the level changes."""
        return "/COPY" if self.level is None else "/ENCRYPT"


class _Words:
    """How one shell writes arguments."""

    def __init__(self, shell: str) -> None:
        self.posix = shell == "sh"

    def word(self, text: str, secret: str = "") -> str:
        """One argument, and behind it the value of an environment variable."""
        if self.posix:
            quoted = shlex.quote(text) if text else ""
            return quoted + (f'"${secret}"' if secret else "")
        text = text.replace("%", "%%") + (f"%{secret}%" if secret else "")
        return f'"{text}"' if secret or any(char in text for char in " &()[]{}^=;!'+,`~\"") else text

    def remark(self, text: str) -> str:
        return f"# {text}" if self.posix else f"rem {text}"

    def unless(self, test: str, then: str) -> str:
        """``then`` where ``test`` fails."""
        return f"{test} > /dev/null || {then}" if self.posix else f"{test} > nul || {then}"

    def make_folder(self, path: str) -> str:
        if self.posix:
            return f"mkdir -p {shlex.quote(path.replace(chr(92), '/'))}"
        return f'if not exist "{path}\\" mkdir "{path}"'.replace("%", "%%")


def lines(
    migration: Migration, content: Iterable[tuple[StorePath, Sequence[object], Sequence[PackageInfo]]]
) -> Iterator[str]:
    """The script, line by line; ``content`` is what walking the source gives, paths below ``source_root``."""
    words = _Words(migration.shell)
    if migration.shell == "sh":
        yield "#!/bin/sh"
    else:
        yield "@echo off"
    for variable, what in _variables(migration):
        yield words.remark(f"{variable}: {what}")
    found = [(folder, packages) for folder, _, packages in content]
    needed = {folder[:depth] for folder, packages in found if packages for depth in range(1, len(folder) + 1)}
    if any(packages for _, packages in found):
        yield from _target_folders(migration, words)
    for folder, packages in found:
        if folder in needed:
            yield _folder(migration, words, folder)
        for info in packages:
            yield _package(migration, words, (*folder, info.name))


def _variables(migration: Migration) -> Iterator[tuple[str, str]]:
    if migration.level in _PASSWORD_LEVELS:
        yield PACKAGE_PASSWORD, "the password that the packages get"
    if migration.user:
        yield TARGET_PASSWORD, f"the password of {migration.user}"


def _target_folders(migration: Migration, words: _Words) -> Iterator[str]:
    """Make the folder that all packages go below; roots of the package store, drives and shares are there or not."""
    parts = parse_path(migration.target_root)
    if migration.target != "FILE":
        first = 2 if migration.target == "DTS" else 1
        for depth in range(first, len(parts) + 1):
            yield _store_folder(migration, words, parts[:depth])
        return
    shares = 2 if migration.target_root.startswith("\\\\") else 0
    if len(parts) > shares and not (len(parts) == 1 and parts[0].endswith(":")):
        yield words.make_folder(migration.target_root.rstrip("\\/"))


def _folder(migration: Migration, words: _Words, folder: StorePath) -> str:
    """Make a folder at the target, unless it is there."""
    if migration.target == "FILE":
        return words.make_folder(migration.target_root + ("/" if words.posix else "\\").join(folder))
    return _store_folder(migration, words, (*parse_path(migration.target_root), *folder))


def _store_folder(migration: Migration, words: _Words, path: StorePath) -> str:
    login = _login(migration, words, "SOURCE") if migration.target == "SQL" else ""
    test = f"dtutil /FEXISTS {words.word(f'{migration.target};{format_path(path)}')}{login}"
    new = f"{migration.target};{format_path(path[:-1]) or chr(92)};{path[-1]}"
    return words.unless(test, f"dtutil /FCREATE {words.word(new)}{login}")


def _package(migration: Migration, words: _Words, path: StorePath) -> str:
    source = _place(migration.source, migration.source_root, path, words.posix)
    target = f"{migration.target};{_place(migration.target, migration.target_root, path, words.posix)}"
    secret = ""
    if migration.level is not None:
        target += f";{migration.level}"
        if migration.level in _PASSWORD_LEVELS:
            target, secret = target + ";", PACKAGE_PASSWORD
    line = f"dtutil /{migration.source} {words.word(source)} {migration.verb} {words.word(target, secret)}"
    line += " /QUIET" if migration.level is None else ""
    return line + (_login(migration, words, "DEST") if migration.target == "SQL" else "")


def _place(kind: str, root: str, path: StorePath, posix: bool) -> str:
    if kind == "FILE":
        return root + ("/" if posix else "\\").join(path) + EXTENSION
    return root + format_path(path)


def _login(migration: Migration, words: _Words, side: str) -> str:
    """The options that name the target's server: for packages /DEST…, for its folders /SOURCE…."""
    given = f" /{side}SERVER {words.word(migration.server)}" if migration.server else ""
    if migration.user:
        given += f" /{side}USER {words.word(migration.user)} /{side}PASSWORD {words.word('', TARGET_PASSWORD)}"
    return given


def query(migration: Migration) -> str:
    """The T-SQL that writes one dtutil line per package of an msdb, at any depth of folders."""
    tail = ""
    if migration.level is not None:
        tail += f";{migration.level}"
        tail += f";%{PACKAGE_PASSWORD}%" if migration.level in _PASSWORD_LEVELS else ""
    end = {"FILE": EXTENSION}.get(migration.target, "")
    login = ""
    if migration.target == "SQL" and migration.server:
        login = f" /DestServer {migration.server}"
        login += f" /DestUser {migration.user} /DestPassword %{TARGET_PASSWORD}%" if migration.user else ""
    quoted = [each.replace("'", "''") for each in (migration.verb, migration.target_root, end + tail, login)]
    verb, root, tail, login = quoted
    quiet = " /QUIET" if migration.level is None else ""
    return f"""WITH f AS (
  SELECT folderid, CAST(N'' AS nvarchar(4000)) AS path
  FROM msdb.dbo.sysssispackagefolders WHERE parentfolderid IS NULL
  UNION ALL
  SELECT c.folderid, CAST(f.path + c.foldername + N'\\' AS nvarchar(4000))
  FROM msdb.dbo.sysssispackagefolders c INNER JOIN f ON c.parentfolderid = f.folderid)
SELECT N'dtutil /SQL "' + f.path + p.name + N'" {verb} "{migration.target};{root}' + f.path + p.name
  + N'{tail}"{quiet}{login}'
FROM msdb.dbo.sysssispackages p INNER JOIN f ON p.folderid = f.folderid
ORDER BY f.path, p.name;"""
