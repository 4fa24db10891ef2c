"""The actions of dtutil (DTUTIL §8): each takes a checked request and returns the exit code."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from dtserve.cli import dtutil_passwords as passwords
from dtserve.cli import dtutil_texts as texts
from dtserve.cli.dtutil_request import Location, Request
from dtserve.cli.store_places import unc_path
from dtserve.errors import DtserveError, PackageError, PackageNotFound
from dtserve.package.document import PackageDocument
from dtserve.service.config import ServiceHome
from dtserve.stores.base import PackageStore, StorePath
from dtserve.stores.endpoints import Endpoint, FileEndpoint, StoreEndpoint
from dtserve.stores.names import EXTENSION, parse_package_path, parse_path, strip_extension
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
        content = store.walk(folder) if request.recursive else [(folder, *store.list(folder))]
        for line in texts.listing(content):
            print(line)
        return _done()

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
            path = self.home.environment(folder=Path.cwd()).map_path(place.path)
            return FileEndpoint(path, place.path, self.home.max_package_bytes)
        if place.kind == "dts":
            tree = self.home.tree()
            return StoreEndpoint(tree, tree.resolve(parse_path(place.path)), place.path)
        store = self.home.msdb(place.server or ".", user=place.user, password=place.password)
        return StoreEndpoint(store, parse_package_path(place.path), place.path)

    def _folder(self, request: Request) -> tuple[PackageStore, StorePath]:
        place = request.folder
        assert place is not None  # noqa: S101 - read_request made sure
        path = parse_path(place.path)
        if place.kind == "dts":
            return self.home.tree(), path
        return self.home.msdb(place.server or ".", user=place.user, password=place.password), path

    def _folder_form(self, target: Endpoint, request: Request, document: PackageDocument) -> Endpoint:
        """A destination of MOVE that is a folder gets the package under its own name (DTUTIL §3, inferred)."""
        assert request.target is not None  # noqa: S101 - read_request made sure
        ends = request.target.path.rstrip('"')[-1:] in ("/", "\\")
        name = document.model.name or strip_extension(Path(request.source.path).name if request.source else "")
        if isinstance(target, FileEndpoint) and (ends or target.path.is_dir()):
            return replace(target, path=target.path / f"{name}{EXTENSION}")
        if isinstance(target, StoreEndpoint) and request.target.kind == "dts":
            folder = parse_path(request.target.path)
            if ends or (not target.exists() and target.store.folder_exists(folder)):
                return replace(target, path=(*folder, name))
        return target

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
