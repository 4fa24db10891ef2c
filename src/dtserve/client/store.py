"""A service's package store as a store: every tool that works on stores works on another machine's, too.

Errors are those of the store there, by their code; what the caller may do there is decided there.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar

from dtserve.client.client import Client
from dtserve.client.errors import RemoteProblem
from dtserve.client.model import Package
from dtserve.client.transport import Transport
from dtserve.errors import DtserveError, PackageError, PackageNotFound, StoreError, declared_errors
from dtserve.stores.base import FolderEntry, PackageInfo, PackageStore, StorePath
from dtserve.stores.errors import (
    FolderExists,
    FolderNotFound,
    PackageTooLarge,
    PathWithoutPackage,
    RevisionChanged,
    RootFixed,
)
from dtserve.stores.names import check_file_name, format_path, name_key, parse_path
from dtserve.stores.tree import tree_path

__all__ = ["RemoteStore"]

ERROR_MODULES = (
    "dtserve.stores.errors",
    "dtserve.stores.msdb.errors",
    "dtserve.package.errors",
    "dtserve.service.errors",
)


class RemoteStore(PackageStore):
    """The store of a service, or what is below ``root`` in it."""

    kind: ClassVar[str] = ""

    def __init__(self, client: Client, transport: Transport, name: str, root: StorePath = ()) -> None:
        self.name = name
        self._client = client
        self._json = transport.json
        self._root = root
        self._place = (transport.address.shown, root)

    def place_of(self, path: StorePath) -> tuple[object, StorePath]:
        """The service, and the path in it."""
        return self._place[0], (*self._root, *path)

    # reading

    def list(self, folder: StorePath) -> tuple[Sequence[FolderEntry], Sequence[PackageInfo]]:
        """Folders and packages that the caller may enumerate."""
        with _told():
            found = self._client.list(self._at(folder))
        folders = [FolderEntry(each.name, self._below(each.path)) for each in found.folders]
        packages = [self._info(each) for each in found.packages]
        if self._root or folder:
            folders.sort(key=lambda each: name_key(each.name))
        return folders, sorted(packages, key=lambda each: name_key(each.name))

    def info(self, path: StorePath) -> PackageInfo:
        """Facts of one package."""
        self._named(path)
        with _told():
            return self._info(self._client.package(self._at(path)))

    def read(self, path: StorePath) -> bytes:
        """The bytes as they are stored there."""
        self._named(path)
        with _told():
            return self._client.export(self._at(path))

    def exists(self, path: StorePath) -> bool:
        """Whether a package stands there that the caller may see."""
        return bool(path) and self._entry(path, 1) is not None

    def folder_exists(self, folder: StorePath) -> bool:
        """Whether a folder stands there that the caller may see."""
        return not folder or self._entry(folder, 0) is not None

    def _entry(self, path: StorePath, kind: int) -> FolderEntry | PackageInfo | None:
        """A folder (0) or package (1) in the list of its folder."""
        try:
            found = self.list(path[:-1])[kind]
        except FolderNotFound:
            return None
        return next((each for each in found if name_key(each.name) == name_key(path[-1])), None)

    # writing

    def write(
        self, path: StorePath, data: bytes, *, overwrite: bool = False, expected_revision: str | None = None
    ) -> PackageInfo:
        """Import; with a revision only over that one."""
        self._named(path)
        try:
            with _told():
                return self._info(
                    self._client.import_(self._at(path), data, overwrite=overwrite, revision=expected_revision or "")
                )
        except RemoteProblem as problem:
            if problem.told_symbol == "DTSERVE_E_PRECONDITION":
                raise RevisionChanged(path=format_path(path)) from None
            if problem.status == 413:
                raise PackageTooLarge(path=format_path(path), size=len(data), limit="what the service takes") from None
            raise

    def delete(self, path: StorePath) -> None:
        """Delete a package."""
        self._named(path)
        with _told():
            self._client.delete(self._at(path))

    def move(self, source: StorePath, target: StorePath, *, overwrite: bool = False) -> None:
        """Rename or move a package there."""
        self._named(source)
        self._named(target)
        check_file_name(target[-1])
        if (source[:-1], name_key(source[-1])) == (target[:-1], name_key(target[-1])) and source == target:
            self.info(source)
            return
        body = {
            "paths": [self._at(source)], "target": self._at(target[:-1]), "name": target[-1],
            "existing": "replace" if overwrite else "fail",
        }  # fmt: skip
        with _told():
            (result,) = self._json("POST", "/api/packages/move", body=body)["results"]
            if result["outcome"] == "failed":
                raise RemoteProblem(detail=result["message"], code=result["code"], status=409)

    # folders

    def create_folder(self, folder: StorePath) -> None:
        """Create a folder in an existing one."""
        if not folder:
            raise FolderExists(name="", parent="")
        check_file_name(folder[-1])
        with _told():
            self._client.create_folder(self._at(folder))

    def rename_folder(self, folder: StorePath, name: str) -> None:
        """Give a folder another name."""
        if not folder:
            raise RootFixed(name=self.name, action="renamed")
        check_file_name(name)
        with _told():
            self._client.rename_folder(self._at(folder), name)

    def delete_folder(self, folder: StorePath) -> None:
        """Delete an empty folder."""
        if not folder:
            raise RootFixed(name=self.name, action="deleted")
        with _told():
            self._client.delete_folder(self._at(folder))

    # roles

    def roles(self, path: StorePath) -> tuple[str, str]:
        """Reader and writer role of a package."""
        self._named(path)
        with _told():
            found = self._json("GET", "/api/packages/roles", query={"path": self._at(path)})
        return found["reader"], found["writer"]

    def set_roles(self, path: StorePath, reader: str, writer: str) -> None:
        """Set them."""
        self._named(path)
        with _told():
            body = {"reader": reader, "writer": writer}
            self._json("PUT", "/api/packages/roles", query={"path": self._at(path)}, body=body)

    # paths

    def _at(self, path: StorePath) -> str:
        """The path as text; a part that would not come back as it is raises InvalidName."""
        for part in path:
            if not part or "\\" in part or "/" in part:
                check_file_name(part)
        return tree_path((*self._root, *path)) if self._root or path else ""

    def _below(self, path: str) -> StorePath:
        return parse_path(path)[len(self._root) :]

    def _named(self, path: StorePath) -> None:
        if not path:
            raise PathWithoutPackage(path="")

    def _info(self, told: Package) -> PackageInfo:
        major, minor, build = (int(part) for part in (told.version or "0.0.0").split("."))
        same = {
            name: getattr(told, name)
            for name in (
                "name", "package_id", "version_id", "description", "size", "created", "modified", "package_format",
                "version_comments", "protection_level", "owner", "revision",
            )
        }  # fmt: skip
        return PackageInfo(
            path=self._below(told.path), version_major=major, version_minor=minor, version_build=build,
            read_role=told.reader_role, write_role=told.writer_role, **same,
        )  # fmt: skip


@contextmanager
def _told() -> Iterator[None]:
    """Errors of the store there as the same errors here."""
    try:
        yield
    except RemoteProblem as problem:
        kind = _kind(problem.hresult, problem.told_symbol)
        if kind is None:
            raise
        error = kind.__new__(kind)
        Exception.__init__(error, problem.message)
        error.facts = dict(problem.facts)
        raise error from None


def _kind(code: str, symbol: str) -> type[DtserveError] | None:
    """The class of a store's error by what was told; None for all others."""
    for module in ERROR_MODULES:
        importlib.import_module(module)
    fits: Callable[[Any], bool] = lambda cls: f"0x{cls.code:08X}" == code and symbol in ("", cls.symbol)  # noqa: E731
    found = [each for each in declared_errors() if fits(each)]
    return next((each for each in found if issubclass(each, StoreError | PackageNotFound | PackageError)), None)
