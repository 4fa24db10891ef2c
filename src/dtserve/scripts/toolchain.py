"""Mono and its C# compiler on this machine, found when a script first asks for them."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from dtserve.scripts.errors import ScriptRuntimeMissing

__all__ = ["Toolchain", "find_toolchain"]

COMPILE_SECONDS = 120
"""How long one compilation may take."""


@dataclass(frozen=True)
class Toolchain:
    """The programs; ``identity`` changes when one of them does."""

    mono: str
    compiler: str
    identity: str

    @property
    def assemblies(self) -> Path:
        """The folder of Mono's own assemblies of .NET Framework 4.x."""
        return Path(self.mono).resolve().parent.parent / "lib" / "mono" / "4.5"

    def compile(
        self, output: Path, sources: Sequence[Path], options: Sequence[str]
    ) -> subprocess.CompletedProcess[str]:
        """Run the compiler; its messages are in ``stdout`` and ``stderr``."""
        command = [
            self.compiler,
            "-nologo",
            "-noconfig",
            "-codepage:utf8",
            f"-out:{output}",
            *options,
            *map(str, sources),
        ]
        environment = {**os.environ, "LC_ALL": "C.UTF-8"}
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            stdin=subprocess.DEVNULL,
            timeout=COMPILE_SECONDS,
            env=environment,
        )


@cache
def find_toolchain() -> Toolchain:
    """The programs on the search path; ScriptRuntimeMissing names what is not there (on Windows: pipes to Mono)."""
    if os.name != "posix":
        raise ScriptRuntimeMissing(program="mono for Linux or macOS")
    found = {}
    for program in ("mono", "mcs"):
        place = shutil.which(program)
        if place is None:
            raise ScriptRuntimeMissing(program=program)
        found[program] = place
    facts = []
    for place in found.values():
        state = os.stat(place)
        facts.append(f"{os.path.realpath(place)} {state.st_size} {state.st_mtime_ns}")
    return Toolchain(found["mono"], found["mcs"], hashlib.sha256("\n".join(facts).encode()).hexdigest())
