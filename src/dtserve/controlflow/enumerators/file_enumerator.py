"""Foreach File enumerator (CONTROL_FLOW §7.2).

Files are listed up front, without hidden order: by name without case, a folder's own files
before its subfolders. ``*`` and ``?`` match as on Windows, an extension of exactly three
letters also matches longer ones (``*.xls`` finds ``.xlsx``). Paths are given to the variable in the form in
which the package names its folder, so that a mapped ``C:\\data`` stays one.
"""

from __future__ import annotations

import enum
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dtserve.controlflow.containers.errors import EnumeratorError
from dtserve.controlflow.enumerator import Enumerator
from dtserve.controlflow.properties import Property
from dtserve.controlflow.registry import enumerator
from dtserve.controlflow.task import local_name

__all__ = ["FileEnumerator", "FileNameRetrieval", "file_pattern"]

W_FILEENUMEMPTY = 0x8001C004


class FileNameRetrieval(enum.IntEnum):
    """What of a file's name the variable gets."""

    FULLY_QUALIFIED = 0
    NAME_AND_EXTENSION = 1
    NAME_ONLY = 2


def file_pattern(spec: str) -> re.Pattern[str]:
    """The expression for a FileSpec.

    >>> bool(file_pattern("*.xls").fullmatch("Book.XLSX")), bool(file_pattern("*.csvx").fullmatch("a.csv"))
    (True, False)
    """
    spec = spec.strip() or "*"
    if spec == "*.*":
        spec = "*"
    text = "".join(".*" if char == "*" else "." if char == "?" else re.escape(char) for char in spec)
    if re.fullmatch(r".*\*\.[^.*?]{3}", spec):
        text += "[^.]*"
    return re.compile(text, re.IGNORECASE | re.DOTALL)


@enumerator("ForEachFileEnumerator")
class FileEnumerator(Enumerator):
    """Gives each file of a folder that matches a pattern: one text value."""

    directory = Property("Directory", str, "", xml="Folder", aliases=("Folder",), text="The folder.")
    file_spec = Property("FileSpec", str, "*", text="Pattern with * and ?.")
    retrieval = Property(
        "FileNameRetrieval",
        FileNameRetrieval,
        FileNameRetrieval.FULLY_QUALIFIED,
        xml="FileNameRetrievalType",
        aliases=("FileNameRetrievalType",),
        text="0 fully qualified, 1 name and extension, 2 name only.",
    )
    recurse = Property("Recurse", bool, False, text="Subfolders too.")

    def read_data(self, data: Any) -> None:
        """Several FEFEProperty elements hold one attribute each."""
        stored: dict[str, str] = {}
        if data is not None:
            for each in (data, *data):
                stored.update({local_name(name): value for name, value in each.attrib.items()})
        self.read_properties(stored)

    def elements(self) -> Iterator[tuple[Any, ...]]:
        """The matching files."""
        folder = self.loop.run.shared.environment.map_path(self.directory)
        if not self.directory.strip():
            raise EnumeratorError(name=self.loop.name, detail="The folder is empty.")
        found = list(self._files(folder, file_pattern(self.file_spec)))
        if not found:
            self.loop.fire_warning(
                W_FILEENUMEMPTY,
                "The For Each File enumerator is empty. The For Each File enumerator did not find any files that "
                "matched the file pattern, or the specified directory was empty.",
            )
        return ((self._value(folder, path),) for path in found)

    def _files(self, folder: Path, pattern: re.Pattern[str]) -> Iterator[Path]:
        if not folder.is_dir():
            return
        entries = sorted(os.scandir(folder), key=lambda entry: (entry.name.upper(), entry.name))
        for entry in entries:
            if entry.is_file() and pattern.fullmatch(entry.name):
                yield Path(entry.path)
        if self.recurse:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    yield from self._files(Path(entry.path), pattern)

    def _value(self, folder: Path, path: Path) -> str:
        if self.retrieval is FileNameRetrieval.NAME_AND_EXTENSION:
            return path.name
        if self.retrieval is FileNameRetrieval.NAME_ONLY:
            return path.stem
        written = self.directory
        separator = "\\" if "\\" in written or re.match(r"[A-Za-z]:", written) else "/"
        return written.rstrip("\\/") + separator + separator.join(path.relative_to(folder).parts)
