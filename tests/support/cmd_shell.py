r"""As much of cmd.exe as the documented dtutil scripts need, with dtutil as the only program.

Understood: ``@echo off``, ``rem``, ``%NAME%``, ``%%``, ``for %%f in (mask) do line`` (and ``%f`` as typed at the prompt),
``if not exist "path\" mkdir "path"``, ``line > nul || line``. Anything else fails.
"""

from __future__ import annotations

import fnmatch
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from dtserve.cli.dtutil import main
from dtserve.cli.quoting import split_line

FOR = re.compile(r"for\s+%%?(?P<name>\w)\s+in\s+\((?P<mask>[^)]*)\)\s+do\s+(?P<line>.*)", re.IGNORECASE)
MKDIR = re.compile(r'if not exist "(?P<path>[^"]*)\\" mkdir "(?P=path)"', re.IGNORECASE)
OR = re.compile(r"(?P<test>.*) > nul \|\| (?P<then>.*)", re.IGNORECASE)


def run_script(
    text: str, *, variables: Mapping[str, str] | None = None, make_folder: Callable[[str], None] | None = None
) -> list[tuple[str, int]]:
    """Run the lines in the current folder; each dtutil line that was run, with its exit code."""
    done: list[tuple[str, int]] = []
    for line in text.splitlines():
        _run(line.strip(), variables or {}, make_folder, done)
    return done


def _run(
    line: str, variables: Mapping[str, str], make_folder: Callable[[str], None] | None, done: list[tuple[str, int]]
) -> int:
    low = line.lower()
    if not line or low == "@echo off" or low.startswith("rem "):
        return 0
    loop = FOR.fullmatch(line)
    if loop is not None:
        names = sorted(name for name in os.listdir(Path.cwd()) if fnmatch.fnmatch(name.lower(), loop["mask"].lower()))
        for name in names:
            inner = re.sub(rf"%%?{loop['name']}\b", lambda _, name=name: name, loop["line"])
            _run(inner, variables, make_folder, done)
        return 0
    folder = MKDIR.fullmatch(line)
    if folder is not None:
        assert make_folder is not None
        make_folder(folder["path"].replace("%%", "%"))
        return 0
    either = OR.fullmatch(line)
    if either is not None:
        return _run(either["test"], variables, make_folder, []) and _run(either["then"], variables, make_folder, done)
    words = split_line(re.sub(r"%%|%(\w+)%", lambda found: variables[found[1]] if found[1] else "%", line))
    assert words[0].lower() in ("dtutil", "dtutil.exe"), line
    code = main(words[1:])
    done.append((line, code))
    return code
