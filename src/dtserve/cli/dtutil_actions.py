"""The actions of dtutil (DTUTIL §8): each takes a checked request and returns the exit code."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain
from pathlib import Path

from dtserve.cli import dtutil_passwords as passwords
from dtserve.cli import dtutil_texts as texts
from dtserve.cli.dtutil_request import Location, Request
from dtserve.cli.store_places import unc_path
from dtserve.errors import DtserveError, PackageError, PackageNotFound
from dtserve.package.document import PackageDocument
from dtserve.service.config import ServiceHome, is_local_server
from dtserve.stores.base import PackageStore, StorePath
from dtserve.stores.endpoints import Endpoint, FileEndpoint, StoreEndpoint
from dtserve.stores.names import (
    EXTENSION,
    check_file_name,
    format_path,
    parse_package_path,
    parse_path,
    strip_extension,
)
from dtserve.stores.transfer import Changes, load_package, move_package, save_package

__all__ = ["Session"]

THUMBPRINT_DIGITS = 40


class _Ended(Exception):
    """The action is over: everything was said, ``code`` is the exit code."""

    def __init__(self, code: int) -> None:
        self.code = code


class Session:
    """One call of dtutil on one home folder."""

    def __init__(self, home: ServiceHome) -> None:
        self.home = home

    def run(self, request: Request) -> int:
        """Do what the request asks; errors of the stores come out as they are, exit code in them."""
        actions: dict[str, Callable[[Request], int]] = {
            "copy": self._copy,
            "move": self._move,
            "delete": self._delete,
            "exists": self._exists,
            "encrypt": self._encrypt,
            "sign": self._sign,
            "idregenerate": self._new_id,
            "fcreate": self._folder_create,
            "fdelete": self._folder_delete,
            "fdirectory": self._folder_list,
            "fexists": self._folder_exists,
            "frename": self._folder_rename,
            "dump": self._dump,
        }
        try:
            code = actions[request.action](request)
        except _Ended as end:
            code = end.code
        finally:
            self.home.close()
        return code

    # packages

    def _copy(self, request: Request) -> int:
        source, target = self._source(request), self._target(request)
        document = self._load(source, request)
        target = self._folder_form(target, request, document)
        overwrite = self._may_overwrite(target, request)
        with _saving(target):
            save_package(document, target, Changes(new_id=request.new_id), overwrite=overwrite)
        return _done()

    def _move(self, request: Request) -> int:
        source, target = self._source(request), self._target(request)
        document = self._load(source, request)
        target = self._folder_form(target, request, document)
        overwrite = not source.same_as(target) and self._may_overwrite(target, request)
        with _saving(target):
            move_package(source, target, document=document, changes=Changes(new_id=request.new_id), overwrite=overwrite)
        return _done()

    def _delete(self, request: Request) -> int:
        source = self._source(request)
        try:
            if not source.exists():
                source.read()
            source.delete()
        except PackageNotFound as error:
            print(texts.load_failure(source.shown, error.hresult, error.message))
            return error.exit_code
        return _done()

    def _exists(self, request: Request) -> int:
        return self._answer(self._source(request).exists(), texts.PACKAGE_EXISTS, texts.PACKAGE_MISSING)

    def _encrypt(self, request: Request) -> int:
        document = self._load(self._source(request), request)
        target = self._target(request)
        with _saving(target):
            changes = Changes(level=request.level, password=request.password or None)
            save_package(document, target, changes, overwrite=True)
        return _done()

    def _sign(self, request: Request) -> int:
        source, target = self._source(request), self._target(request)
        document = self._load(source, request)
        from dtserve.package.errors import CertificateNotFound
        from dtserve.package.signature import find_certificate, is_signed, sign

        if is_signed(document) and not request.quiet:
            _confirm(texts.RESIGN.format(path=source.shown))
        folder = self.home.certificates_path
        with _saving(target):
            if len(request.thumbprint) != THUMBPRINT_DIGITS:  # no certificate has that hash
                raise CertificateNotFound(thumbprint=request.thumbprint, place=folder)
            signed = sign(document, find_certificate(request.thumbprint, folder))
            save_package(signed, target, overwrite=True)
        return _done()

    def _new_id(self, request: Request) -> int:
        source = self._source(request)
        document = self._load(source, request)
        with _saving(source):
            save_package(document, source, Changes(new_id=True), overwrite=True)
        return _done()

    # folders

    def _folder_create(self, request: Request) -> int:
        store, parent = self._folder(request)
        store.create_folder((*parent, *request.names))
        return _done()

    def _folder_delete(self, request: Request) -> int:
        store, parent = self._folder(request)
        store.delete_folder((*parent, *request.names))
        return _done()

    def _folder_rename(self, request: Request) -> int:
        store, parent = self._folder(request)
        old, new = request.names
        store.rename_folder((*parent, old), new)
        return _done()

    def _folder_exists(self, request: Request) -> int:
        store, folder = self._folder(request)
        return self._answer(store.folder_exists(folder), texts.FOLDER_EXISTS, texts.FOLDER_MISSING)

    def _folder_list(self, request: Request) -> int:
        store, folder = self._folder(request)
        missing: list[str] = []

        def failed(below: StorePath, error: DtserveError) -> None:
            missing.append(texts.LISTING_FAILED.format(path=format_path(below), code=error.hresult, text=error.message))

        content = store.walk(folder, failed) if request.recursive else [(folder, *store.list(folder))]
        for line in chain(texts.listing(content), missing):
            print(line)
        return 1 if missing else _done()

    # processes

    def _dump(self, request: Request) -> int:
        from dtserve.cli.dtutil_dump import dump_process

        for path in dump_process(request.process_id, self.home.path / "dumps", self.home.state_path):
            print(path)
        return _done()

    # places

    def _source(self, request: Request) -> Endpoint:
        assert request.source is not None  # noqa: S101 - read_request made sure
        return self._endpoint(request.source)

    def _target(self, request: Request) -> Endpoint:
        assert request.target is not None  # noqa: S101 - read_request made sure
        return self._endpoint(request.target)

    def _endpoint(self, place: Location) -> Endpoint:
        if place.kind == "file":
            unc = unc_path(place.path, self.home.path_map)
            share = self.home.share_entry(unc)
            if share is not None:
                from dtserve.service.shares import share_login
                from dtserve.stores.smb_file import ShareFileEndpoint

                return ShareFileEndpoint(unc, share_login(share), max_bytes=self.home.max_package_bytes)
            file = self.home.environment(folder=Path.cwd()).map_path(place.path)
            return FileEndpoint(file, place.path, self.home.max_package_bytes)
        if place.kind == "sql":
            parse_package_path(place.path)  # a path that ends in a separator names no package
        store, path = self._store(place)
        return StoreEndpoint(store, path, place.path)

    def _folder(self, request: Request) -> tuple[PackageStore, StorePath]:
        assert request.folder is not None  # noqa: S101 - read_request made sure
        return self._store(request.folder)

    def _store(self, place: Location) -> tuple[PackageStore, StorePath]:
        """The store that a place in msdb or in the package store is in, and its path there.

        The package store of another machine is its msdb below the root of that kind; what else
        its service has is not to be had from here, and never taken for this machine's.
        """
        path = parse_path(place.path)
        if place.kind == "dts":
            tree = self.home.tree()
            path = tree.resolve(path)
            if not place.server or is_local_server(place.server):
                return tree, path
            if not path or tree.root(path).kind != "SqlServerFolder":
                from dtserve.client.errors import ConnectFailed

                raise ConnectFailed(server=place.server, reason=texts.OTHER_STORE)
            path = path[1:]
        return self.home.msdb(place.server or ".", user=place.user, password=place.password), path

    def _folder_form(self, target: Endpoint, request: Request, document: PackageDocument) -> Endpoint:
        """A destination that is a folder, or ends in a separator, gets the package under its own name.

        DTUTIL §3 has it for MOVE (inferred); a COPY to a folder of files could only fail without it.
        """
        place = request.target
        assert place is not None  # noqa: S101 - read_request made sure
        ends = place.path[-1:] in ("/", "\\")
        if place.kind == "sql" or (place.kind == "dts" and request.action == "copy"):
            return target
        if not ends and not target.is_folder():
            return target
        name = document.model.name or strip_extension(Path(request.source.path).name if request.source else "")
        check_file_name(name)
        if isinstance(target, StoreEndpoint):
            return replace(target, path=(*target.path, name))
        separator = "" if ends else "\\" if "\\" in place.path else "/"
        return self._endpoint(replace(place, path=f"{place.path}{separator}{name}{EXTENSION}"))

    # talking

    def _load(self, source: Endpoint, request: Request) -> PackageDocument:
        """Open the source; 4 and 5 are told as the runtime tells them."""
        password = request.decrypt
        if password is None and request.ask_decrypt:
            password = passwords.kept(passwords.DECRYPT) or passwords.ask(texts.DECRYPT_PROMPT)
        try:
            return load_package(source, password or None)
        except (PackageNotFound, PackageError) as error:
            print(texts.load_failure(source.shown, error.hresult, error.message))
            raise _Ended(error.exit_code) from None

    def _may_overwrite(self, target: Endpoint, request: Request) -> bool:
        """Whether an existing target may be replaced; ends the call on N."""
        if not target.exists():
            return False
        if not request.quiet:
            _confirm(texts.OVERWRITE.format(path=target.shown))
        return True

    def _answer(self, found: bool, yes: str, no: str) -> int:
        print(yes if found else no)
        return 0 if found else self.home.settings.number("dtutil.exists_miss_exit_code")


@contextmanager
def _saving(target: Endpoint) -> Iterator[None]:
    """What goes wrong once the package is loaded is exit code 1."""
    try:
        yield
    except DtserveError as error:
        print(texts.save_failure(target.shown, error.hresult, error.message))
        raise _Ended(1) from None


def _done() -> int:
    print(texts.SUCCESS)
    return 0


def _confirm(question: str) -> None:
    """Ask until there is a Y or an N; N and the end of input end the call."""
    while True:
        print(question, end="", flush=True)
        answer = sys.stdin.readline()
        if answer.strip().upper() in ("Y", "YES"):
            return
        if not answer or answer.strip().upper() in ("N", "NO"):
            print()
            raise _Ended(1)
