"""Validates packages against an empty database and empty folders, and says what keeps each from being valid.

That is ``dtexec /VALIDATE`` with every SQL connection pointed at one new SQLite database and
every absolute Windows path into an empty folder: what a package still needs then is what its
author's machine had, and each missing table, file, variable or part must be named by a code.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from string import ascii_uppercase

from dtserve.connections.environment import ConnectionTarget
from dtserve.controlflow.cancel import CancelSwitch
from dtserve.controlflow.events import Event
from dtserve.controlflow.results import ExecResult
from dtserve.errors import DtserveError, hresult
from dtserve.execution.load import open_source
from dtserve.execution.options import ExecutionOptions, PackageSource
from dtserve.execution.run import run
from dtserve.machine import temporary_folder

__all__ = ["PackageValidation", "ValidationReport", "symbol_of", "validate_packages"]

SECONDS = 60.0
"""A validation that takes longer is stopped and reported as such."""

_OLEDB = 0xC0202009
_WRAPPERS = frozenset({0xC0024107, 0xC004700C, 0xC004706B, 0xC0047017})
"""Errors that only say that something below them is not valid."""


@dataclass(frozen=True)
class PackageValidation:
    """One package: ``state`` is ``valid``, ``invalid``, ``refused`` (before validation) or ``late`` (stopped)."""

    path: Path
    state: str
    errors: tuple[tuple[int, str], ...] = ()
    seconds: float = 0.0

    @property
    def reasons(self) -> list[tuple[int, str]]:
        """The errors that name something, each once; one of a database together with what it was asked for."""
        found: list[tuple[int, str]] = []
        pending: tuple[int, str] | None = None
        for code, text in self.errors:
            if code == _OLEDB:
                pending = (code, text)
                continue
            if code not in _WRAPPERS and (code, text) not in found:
                found.append((code, f"{pending[1]} {text}" if pending else text))
                pending = None
        if pending is not None and not found:
            found.append(pending)
        return found or list(self.errors[:1])


@dataclass
class ValidationReport:
    """All packages, and how many of them each code keeps from being valid."""

    packages: list[PackageValidation] = field(default_factory=list)

    @property
    def states(self) -> Counter[str]:
        """How many packages are in each state."""
        return Counter(package.state for package in self.packages)

    @property
    def causes(self) -> Counter[int]:
        """How many packages have each code as the first of their reasons."""
        return Counter(package.reasons[0][0] for package in self.packages if package.reasons)


def validate_packages(
    paths: Iterable[Path], url: str = "", *, password: str | None = None, seconds: float = SECONDS
) -> ValidationReport:
    """Validate every package; ``url`` is a database to use instead of an empty one."""
    return ValidationReport([_validated(path, url, password, seconds) for path in paths])


def _validated(path: Path, url: str, password: str | None, seconds: float) -> PackageValidation:
    started = time.monotonic()
    errors: list[tuple[int, str]] = []
    cancel = CancelSwitch()
    timer = threading.Timer(seconds, cancel.cancel)
    timer.daemon = True

    def sink(event: Event) -> None:
        if event.kind == "OnError":
            errors.append((event.code, event.message))

    with temporary_folder("") as folder:
        options = _options(folder, url, password)
        try:
            loaded = open_source(PackageSource(path=str(path)), options)
        except DtserveError as error:
            return PackageValidation(path, "refused", ((error.code, error.message),), time.monotonic() - started)
        timer.start()
        try:
            result = run(loaded.document, options, sink, project=loaded.project, cancel=cancel)
        finally:
            timer.cancel()
    spent = time.monotonic() - started
    if cancel.canceled:
        return PackageValidation(path, "late", tuple(errors), spent)
    if result.error is not None:
        errors = errors or [(result.error.code, result.error.message)]
        return PackageValidation(path, "refused", tuple(errors), spent)
    valid = result.result is ExecResult.SUCCESS and not errors
    return PackageValidation(path, "valid" if valid else "invalid", tuple(errors), spent)


def _options(folder: Path, url: str, password: str | None) -> ExecutionOptions:
    files = folder / "files"
    files.mkdir()
    target = ConnectionTarget(url or f"sqlite:///{folder / 'empty.db'}", server="*", database="*")
    places = {f"{letter}:": str(files / letter) for letter in ascii_uppercase}
    options = ExecutionOptions(validate_only=True, folder=str(files), temp=str(folder), password=password)
    return replace(options, connection_map=(target,), path_map=places)


def symbol_of(code: int) -> str:
    """The symbol of an error code, as the errors of the rooms declare it; the code itself where none does.

    >>> symbol_of(0xC020801C)
    'DTS_E_CANNOTACQUIRECONNECTIONFROMCONNECTIONMANAGER'
    """
    return next((cls.symbol for cls in _classes(DtserveError) if cls.code == code), hresult(code))


def _classes(base: type[DtserveError]) -> Iterator[type[DtserveError]]:
    for cls in base.__subclasses__():
        yield cls
        yield from _classes(cls)
