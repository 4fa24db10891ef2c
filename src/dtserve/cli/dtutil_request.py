"""What a line of dtutil asks for: the options, checked and put together (DTUTIL §2, §3.1, §4).

Everything that makes no sense is found here, before anything is touched; exit code 6.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field

from dtserve.cli import dtutil_passwords as passwords
from dtserve.cli import dtutil_texts as texts
from dtserve.cli.dtutil_options import ACTIONS, ALLOWED, FOLDER_ACTIONS, SOURCES, TABLE
from dtserve.cli.errors import ConflictingOptions, InvalidArgument, MissingOption, OptionNeedsOther
from dtserve.cli.options import Given, ParsedLine

__all__ = ["Location", "Request", "read_request"]

PASSWORD_LEVELS = ("2", "3")


@dataclass(frozen=True, slots=True)
class Location:
    """One place: ``kind`` is ``sql``, ``dts`` or ``file``, which has neither server nor login."""

    kind: str
    path: str
    server: str = ""
    user: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Request:
    """One call of dtutil."""

    action: str
    source: Location | None = None
    target: Location | None = None
    quiet: bool = False
    new_id: bool = False
    level: int | None = None
    password: str = field(default="", repr=False)
    decrypt: str | None = field(default=None, repr=False)
    ask_decrypt: bool = False
    thumbprint: str = ""
    folder: Location | None = None
    names: tuple[str, ...] = ()
    recursive: bool = False
    process_id: int = 0
    topic: str = ""

    @property
    def only_files(self) -> bool:
        """Whether it is about package files alone, for which no home folder need be made."""
        places = [each for each in (self.source, self.target, self.folder) if each is not None]
        return bool(places) and all(each.kind == "file" for each in places)


def read_request(words: Sequence[str]) -> Request:
    """Read a line; UsageError subclasses."""
    line = TABLE.parse(words)
    if "?" in line or "help" in line or not line.given:
        return Request("help", topic=line.text("help"))
    action = next((key for key in ACTIONS if key in line), "idregenerate" if "idregenerate" in line else "")
    if not action:
        names = ", ".join(_word(key) for key in (*ACTIONS, "idregenerate"))
        raise MissingOption(options=names)
    for given in line:
        key = given.option.key
        if key not in ALLOWED[action] and key != action:
            raise ConflictingOptions(option=_word(action), other=given.option.word)
    if action == "dump":
        return Request(action, process_id=_process_id(line.all("dump")[0]))
    if action in FOLDER_ACTIONS:
        return _folder_request(action, line)
    return _package_request(action, line)


def _package_request(action: str, line: ParsedLine) -> Request:
    source = _source(line)
    _check_source_login(line, source)
    target, level, password, thumbprint = _target(action, line)
    _check_target_login(line, target)
    decrypt = line.last("decrypt")
    return Request(
        action,
        source,
        target,
        quiet="quiet" in line,
        new_id="idregenerate" in line,
        level=level,
        password=password,
        decrypt=decrypt.text if decrypt is not None and decrypt.value is not None else None,
        ask_decrypt=decrypt is not None and decrypt.value is None,
        thumbprint=thumbprint,
    )


def _source(line: ParsedLine) -> Location:
    for kind in SOURCES:
        given = line.last(kind)
        if given is not None:
            login = _login(line, "source") if kind == "sql" else ("", "", "")
            return Location(kind, given.text, *login)
    raise MissingOption(options="DTS, SQL, or File")


def _target(action: str, line: ParsedLine) -> tuple[Location | None, int | None, str, str]:
    """Destination, level, password and thumbprint of COPY, MOVE, ENCRYPT and SIGN."""
    given = line.last(action)
    if action in ("copy", "move"):
        kind, path = _parts(given, 2, 2, "sql", "dts", "file")
        return _destination(kind, path, line), None, "", ""
    if action == "encrypt":
        kind, path, level, *rest = _parts(given, 3, 4, "sql", "file")
        password = rest[0] if rest else ""
        if level in PASSWORD_LEVELS and not password:
            password = passwords.kept(passwords.PACKAGE) or ""
            if rest and not password and sys.stdin.isatty():
                password = passwords.ask(texts.ENCRYPT_PROMPT, twice=True)
        _check_level(level, password, bool(rest))
        return _destination(kind, path, line), int(level), password, ""
    if action == "sign":
        kind, path, digits = _parts(given, 3, 3, "sql", "dts", "file")
        if not re.fullmatch(r"[0-9A-Fa-f]+", digits):
            raise InvalidArgument(argument=digits, option="Sign", reason="the hash is not hexadecimal")
        return _destination(kind, path, line), None, "", digits.upper()
    return None, None, "", ""


def _check_level(level: str, password: str, given: bool) -> None:
    if not re.fullmatch(r"[0-5]", level):
        raise InvalidArgument(argument=level, option="Encrypt", reason="the protection level is a digit from 0 to 5")
    if level in PASSWORD_LEVELS and not password:
        raise InvalidArgument(argument=level, option="Encrypt", reason="this protection level needs a password")
    if level not in PASSWORD_LEVELS and given:
        raise InvalidArgument(argument=level, option="Encrypt", reason="this protection level takes no password")


def _folder_request(action: str, line: ParsedLine) -> Request:
    given = line.last(action)
    names: tuple[str, ...] = ()
    recursive = False
    if action == "fdirectory":
        kind, *rest = _parts(given, 1, 3, "sql", "dts", root=True)
        below = rest[1].upper() if len(rest) == 2 else ""
        recursive = below == "S"
        if below not in ("", "S"):
            raise InvalidArgument(argument=rest[1], option="FDirectory", reason="the third part is S or nothing")
        path = rest[0] if rest else ""
    else:
        count = {"fcreate": 3, "fdelete": 3, "fexists": 2, "frename": 4}[action]
        kind, path, *new = _parts(given, count, count, "sql", "dts", root=True)
        names = tuple(new)
        if not all(names):
            raise InvalidArgument(argument=path, option=_word(action), reason="a name is missing")
    folder = Location(kind, path, *_login(line, "source"))
    return Request(action, folder=folder, names=names, recursive=recursive, quiet="quiet" in line)


def _parts(given: Given | None, low: int, high: int, *kinds: str, root: bool = False) -> list[str]:
    """The parts of an argument, the first one a location word; ``root`` allows an empty path.

    InvalidArgument never shows the fourth part, which may be a password.
    """
    if given is None:
        raise MissingOption(options=", ".join(_word(key) for key in ACTIONS))
    found = given.parts(high)
    shown = ";".join(found[:3])
    if found[0].lower() not in kinds:
        words = ", ".join(kind.upper() for kind in kinds)
        raise InvalidArgument(argument=shown, option=given.option.word, reason=f"it must begin with one of {words}")
    if not low <= len(found) <= high or not (root or found[1]):
        raise InvalidArgument(argument=shown, option=given.option.word, reason=f"its form is {given.option.metavar}")
    return [found[0].lower(), *found[1:]]


def _destination(kind: str, path: str, line: ParsedLine) -> Location:
    return Location(kind, path, *_login(line, "dest")) if kind != "file" else Location(kind, path)


def _login(line: ParsedLine, side: str) -> tuple[str, str, str]:
    user, password = line.text(f"{side}user"), line.text(f"{side}password")
    if user and f"{side}password" not in line:
        password = passwords.kept(passwords.SOURCE if side == "source" else passwords.DESTINATION) or ""
    return line.text(f"{side}server"), user, password


def _check_source_login(line: ParsedLine, source: Location) -> None:
    for key in ("sourceserver", "sourceuser", "sourcepassword"):
        if key in line and source.kind != "sql":
            raise ConflictingOptions(option=_word(source.kind), other=_word(key))


def _check_target_login(line: ParsedLine, target: Location | None) -> None:
    """Dest* belong to an SQL destination; with DTS they are tolerated, as scripts have them there."""
    for key in ("destserver", "destuser", "destpassword"):
        if key in line and (target is None or target.kind == "file"):
            raise OptionNeedsOther(option=_word(key), other="an action that writes to SQL")


def _process_id(given: Given) -> int:
    if not re.fullmatch(r"\d{1,9}", given.text) or int(given.text) == 0:
        raise InvalidArgument(argument=given.text, option="Dump", reason="a process id is wanted")
    return int(given.text)


def _word(key: str) -> str:
    return next(option.word for option in TABLE.options if option.key == key)
