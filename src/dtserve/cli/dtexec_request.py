"""From a parsed dtexec line to what is to be run (DTEXEC §1, §3, §4)."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from dtserve.cli.dtexec_console import Reporting
from dtserve.cli.dtexec_options import LONG_OPTIONS, TABLE
from dtserve.cli.errors import CommandFileUnreadable, InvalidArgument, MissingArgument, MissingOption, UnknownOption
from dtserve.cli.options import Given, ParsedLine
from dtserve.cli.quoting import split_arguments, split_line, unquote
from dtserve.errors import UsageError
from dtserve.execution.options import ExecutionOptions, PackageSource

if TYPE_CHECKING:
    from dtserve.cli.dtexec_console import ConsoleLog
    from dtserve.execution.options import Logger, Setting

__all__ = ["Request", "options_of_files", "read_line", "request_from"]

DECRYPT_VARIABLE = "SSIS_PACKAGE_DECRYPT"
MAX_COMMAND_FILE = 1 << 20
MIN_MEMORY = 64 << 20
"""The least a data flow can do with: four blocking components at their own minimum."""
SETTINGS = ("set", "configfile", "parameter", "connection", "logger")
_SIZES = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}


@dataclass(frozen=True, eq=False)
class Request:
    """What the line asks for. ``store`` is ``sql`` or ``dts`` with ``path`` and ``server`` when it is no file."""

    source: PackageSource
    options: ExecutionOptions
    reporting: Reporting
    console_log: ConsoleLog | None
    sums: bool = False
    store: str = ""
    path: str = ""
    server: str = ""
    user: str = ""
    server_password: str = field(default="", repr=False)
    home: str = ""
    classic: bool = False
    reports_progress: bool = False
    ask_password: bool = False
    password_on_line: bool = False
    remarks: tuple[str, ...] = ()
    dumps: bool = False


def read_line(words: Sequence[str]) -> tuple[ParsedLine, dict[str, list[str]]]:
    """Slash options and long options of a line, command files read in their place; UsageError subclasses."""
    long: dict[str, list[str]] = {}
    depth = [0]

    def expand(given: Given) -> Iterable[str] | None:
        if given.option.key != "commandfile":
            return None
        depth[0] += 1
        if depth[0] > 64:
            raise CommandFileUnreadable(path=given.text, reason="command files are nested too deep")
        return _take_long(_command_file(given.text), long)

    return TABLE.parse(_take_long(list(words), long), expand=expand), long


def _command_file(name: str) -> list[str]:
    path = Path(name)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise CommandFileUnreadable(path=name, reason=error.strerror or "it cannot be opened") from None
    if len(data) > MAX_COMMAND_FILE:
        raise CommandFileUnreadable(path=name, reason="it is larger than 1 MB")
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    return split_line(text)


def _take_long(words: list[str], found: dict[str, list[str]]) -> list[str]:
    """Take ``--name[=value]`` words out of a line."""
    rest: list[str] = []
    todo = iter(words)
    for word in todo:
        if not word.startswith("--") or len(word) == 2:
            rest.append(word)
            continue
        name, equals, value = word[2:].partition("=")
        if name not in LONG_OPTIONS:
            raise UnknownOption(option="--" + name)
        if LONG_OPTIONS[name][0] and not equals:
            given = next(todo, None)
            if given is None:
                raise MissingArgument(option="--" + name, metavar=LONG_OPTIONS[name][0])
            value = given
        found.setdefault(name, []).append(unquote(value))
    return rest


def options_of_files(paths: Sequence[str]) -> ExecutionOptions:
    """The options in command files, in order, without a package; UsageError subclasses."""
    words = [word for path in paths for word in ("/COMMANDFILE", f'"{path}"')]
    line, long = read_line(words)
    return _options(line, long, _password(line, long)[0])


def request_from(line: ParsedLine, long: dict[str, list[str]]) -> Request:
    """What the line asks for; UsageError subclasses when it makes no sense."""
    if "isserver" in line:
        raise UsageError(
            detail="/ISServer needs the SSIS catalog, which dtserve is not. Run the package from its project: "
            "/Project file.ispac /Package name.dtsx."
        )
    if not any(key in line for key in ("sql", "dts", "file", "project")):
        raise MissingOption(options="DTS, SQL, or File")
    source = PackageSource(
        path=line.text("file"),
        project_path=line.text("project"),
        package_name=line.text("package"),
        display_path=line.text("file") or line.text("project"),
    )
    password, ask, on_line = _password(line, long)
    store = next((key for key in ("sql", "dts") if key in line), "")
    return Request(
        source,
        _options(line, long, password),
        _reporting(line),
        _console_log(line),
        sums="sum" in line,
        store=store,
        path=line.text(store) if store else "",
        server=line.text("server"),
        user=line.text("user"),
        server_password=line.text("password"),
        home=long.get("home", [""])[-1],
        classic="classic" in long,
        reports_progress="reporting" in line,
        ask_password=ask,
        password_on_line=on_line,
        remarks=tuple(each.text for each in line.all("rem")),
        dumps="dump" in line or "dumponerror" in line,
    )


def _password(line: ParsedLine, long: dict[str, list[str]]) -> tuple[str | None, bool, bool]:
    """The password, whether to ask for it, whether it stood on the line."""
    if "decrypt-file" in long:
        name = long["decrypt-file"][-1]
        try:
            lines = Path(name).read_text("utf-8-sig").splitlines()
        except (OSError, UnicodeDecodeError):
            raise InvalidArgument(argument=name, option="--decrypt-file", reason="the file cannot be read.") from None
        return (lines[0] if lines else ""), False, False
    given = line.last("decrypt")
    if given is None:
        return os.environ.get(DECRYPT_VARIABLE), False, False
    if given.value is None:
        return None, True, False
    return given.text, False, True


def _options(line: ParsedLine, long: dict[str, list[str]], password: str | None) -> ExecutionOptions:
    maps = long.get("map", ())
    if maps:
        from dtserve.connections.connection_map import parse_map_line

    settings: tuple[Setting, ...] = ()
    loggers: tuple[Logger, ...] = ()
    if any(key in line for key in SETTINGS):  # a line without them starts without their rules
        from dtserve.cli.dtexec_settings import loggers_of, settings_of

        settings, loggers = settings_of(line), loggers_of(line)
    restart = line.last("restart")
    checkpointing = line.last("checkpointing")
    verify_build = tuple(_number(part, "VerifyBuild") for part in split_arguments(line.text("verifybuild")) if part)
    return ExecutionOptions(
        settings=settings,
        password=password,
        validate_only="validate" in line,
        warnings_as_errors="warnaserror" in line,
        max_concurrent=_max_concurrent(line),
        checkpoint_file=line.text("checkfile") if "checkfile" in line else None,
        checkpointing=None if checkpointing is None else _on_off(checkpointing),
        restart="" if restart is None else _choice(restart, ("deny", "force", "ifPossible"), "force"),
        loggers=loggers,
        verbose_log="vlog" in line,
        verbose_log_file=line.text("vlog"),
        verify_build=verify_build,
        verify_package_id=line.text("verifypackageid"),
        verify_version_id=line.text("verifyversionid"),
        verify_signed="verifysigned" in line,
        connection_map=tuple(parse_map_line(each) for each in maps),
        path_map=dict(_path_pair(each) for each in long.get("path-map", ())),
        memory_limit=_size(long["memory"][-1]) if "memory" in long else 0,
        temp=long.get("temp", [""])[-1],
        results=long.get("results", [""])[-1],
        debug="debug" in long,
    )


def _number(text: str, option: str) -> int:
    try:
        return int(text.strip())
    except ValueError:
        raise InvalidArgument(argument=text, option=option, reason="a number wanted.") from None


def _max_concurrent(line: ParsedLine) -> int | None:
    if "maxconcurrent" not in line:
        return None
    number = _number(line.text("maxconcurrent"), "MaxConcurrent")
    if number < 1 and number != -1:
        raise InvalidArgument(argument=number, option="MaxConcurrent", reason="1 or more, or -1 wanted.")
    return number


def _choice(given: Given, choices: Sequence[str], default: str) -> str:
    text = given.text.strip() or default
    for choice in choices:
        if text.lower() == choice.lower():
            return choice
    raise InvalidArgument(argument=text, option=given.option.word, reason=f"{', '.join(choices)} wanted.")


def _on_off(given: Given) -> bool:
    return _choice(given, ("on", "off"), "on") == "on"


def _path_pair(text: str) -> tuple[str, str]:
    windows, equals, local = text.partition("=")
    if not equals or not windows.strip() or not local.strip():
        raise InvalidArgument(argument=text, option="--path-map", reason=r"C:\folder=/folder wanted.")
    return windows.strip(), local.strip()


def _size(text: str) -> int:
    found = re.fullmatch(r"\s*(\d+)\s*([KMGT]?)B?\s*", text.upper())
    if found is None:
        raise InvalidArgument(argument=text, option="--memory", reason="a size like 512M wanted.")
    size = int(found[1]) * _SIZES[found[2]]
    if size < MIN_MEMORY:
        raise InvalidArgument(argument=text, option="--memory", reason="64M or more wanted.")
    return size


def _reporting(line: ParsedLine) -> Reporting:
    given = line.last("reporting")
    if given is None:
        return Reporting()
    level, *events = [part.strip() for part in given.parts()]
    letters = level.upper()
    if not letters or set(letters) - set("NEWICDPV") or (len(letters) > 1 and set(letters) & set("NV")):
        raise InvalidArgument(argument=level, option="Reporting", reason="letters of N, E, W, I, C, D, P, V wanted.")
    return Reporting(letters, frozenset(each.lower() for each in events if each))


def _console_log(line: ParsedLine) -> ConsoleLog | None:
    if "consolelog" not in line:
        return None
    from dtserve.cli.dtexec_settings import console_log_of

    return console_log_of(line)
