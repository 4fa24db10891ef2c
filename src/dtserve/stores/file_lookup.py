"""Finding what stands in a folder of the operating system: names without case, links, facts of a file."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from dtserve.stores.base import StorePath
from dtserve.stores.durable import NotConfirmed
from dtserve.stores.errors import NameTooLong, NotDurable, PathWithoutPackage, WriteFailed
from dtserve.stores.names import addressable, format_path, name_key

__all__ = ["coded_writing", "facts_of", "find_entry", "package_name", "resolve_link", "revision_of"]


def find_entry(folder: Path, name: str) -> Path | None:
    """The entry of that name, the exact one before one that differs in case."""
    if name in ("", ".", "..") or "/" in name or "\\" in name or "\0" in name:
        return None
    exact = folder / name
    try:
        exact.lstat()
    except OSError:
        pass
    else:
        return exact
    key = name_key(name)
    with os.scandir(folder) as entries:
        found = sorted(entry.name for entry in entries if addressable(entry.name) and name_key(entry.name) == key)
    return folder / found[0] if found else None


def resolve_link(path: Path, trail: Sequence[Path]) -> Path | None:
    """What stands at ``path``; None for a link that leads out of the root, back onto the trail or nowhere."""
    if not path.is_symlink():
        return path
    try:
        target = path.resolve(strict=True)
    except (OSError, RuntimeError):
        return None
    real = [here.resolve() for here in trail]
    if not target.is_relative_to(real[0]) or any(here.is_relative_to(target) for here in real):
        return None
    return target


@contextmanager
def coded_writing(path: StorePath) -> Iterator[None]:
    """Turn what the operating system refuses into a coded error."""
    try:
        yield
    except NotConfirmed as error:
        raise NotDurable(path=format_path(path), reason=error.strerror) from None
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            raise NameTooLong() from None
        raise WriteFailed(path=format_path(path), reason=error.strerror or type(error).__name__) from None


def package_name(path: StorePath) -> str:
    """The last part of a path; PathWithoutPackage when there is none."""
    if not path:
        raise PathWithoutPackage(path="")
    return path[-1]


def revision_of(facts: os.stat_result) -> str:
    """What changes with the content of a file."""
    return f"{facts.st_mtime_ns:x}-{facts.st_size:x}-{facts.st_ino:x}"


def facts_of(path: Path) -> os.stat_result | None:
    """What the operating system knows of a file; None when it is not there."""
    try:
        return path.stat()
    except OSError:
        return None
