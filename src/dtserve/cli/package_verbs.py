"""``dtserve packages info|exists|import|export|roles|create-folder|rename-folder|delete-folder``: one package, one folder."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from dtserve.cli.package_files import add_password, password_of
from dtserve.cli.packages_command import ONE, PLACE, add_verb, ask_about, moment
from dtserve.cli.store_places import add_home, place
from dtserve.service.config import ServiceHome
from dtserve.stores.base import PackageStore, StorePath
from dtserve.stores.bulk import EXISTING
from dtserve.stores.bulk_targets import make_folders
from dtserve.stores.endpoints import FileEndpoint, StoreEndpoint
from dtserve.stores.errors import PackageExists
from dtserve.stores.names import format_path, strip_extension
from dtserve.stores.transfer import Changes, load_package, save_package, unused_path

__all__ = ["declare"]


def declare(verbs: Any) -> None:
    """Declare the verbs."""
    info = add_verb(verbs, "info", "what is known of a package", ONE)
    info.add_argument("--json", action="store_true", help="one JSON object")
    info.set_defaults(call=_info)
    add_verb(verbs, "exists", "whether a package is there; exit code 1 when not", ONE).set_defaults(call=_exists)
    taking = verbs.add_parser("import", help="store a package file", description="store a package file")
    taking.add_argument("file", type=Path)
    taking.add_argument("place", help=f"{ONE}; a folder takes it under the file's name")
    taking.add_argument("--existing", choices=EXISTING, default="fail", help="a package there")
    add_home(taking)
    taking.set_defaults(call=_import)
    giving = add_verb(verbs, "export", "write a package to a file", ONE)
    giving.add_argument("file", type=Path)
    giving.add_argument("--overwrite", action="store_true", help="replace the file")
    giving.set_defaults(call=_export)
    for parser in (taking, giving):
        parser.add_argument("--level", type=int, choices=range(6), help="give it this protection level")
        add_password(parser)
        add_password(parser, "new-password", "the result")
    roles = add_verb(verbs, "roles", "show or set reader and writer role of a package in msdb", ONE)
    roles.add_argument("--reader", metavar="ROLE", help="the new reader role; empty for the defaults")
    roles.add_argument("--writer", metavar="ROLE", help="the new writer role; empty for the defaults")
    roles.set_defaults(call=_roles)
    add_verb(verbs, "create-folder", "make a folder, with those above it", PLACE).set_defaults(call=_create_folder)
    rename = add_verb(verbs, "rename-folder", "give a folder another name", PLACE)
    rename.add_argument("name")
    rename.set_defaults(call=_rename_folder)
    add_verb(verbs, "delete-folder", "delete an empty folder", PLACE).set_defaults(call=_delete_folder)


def _info(home: ServiceHome, arguments: argparse.Namespace) -> int:
    store, path = place(home, arguments.place)
    found = store.info(path)
    if arguments.json:
        print(json.dumps({**asdict(found), "path": format_path(found.path)}, indent=1))
        return 0
    version = f"{found.version_major}.{found.version_minor}.{found.version_build}"
    rows = {
        "name": found.name, "path": format_path(found.path), "description": found.description, "version": version,
        "version comments": found.version_comments, "package id": found.package_id, "version id": found.version_id,
        "format": found.package_format or "unknown", "size": found.size, "created": moment(found.created),
        "modified": moment(found.modified), "encrypted": "yes" if found.encrypted else "no",
        "protection level": "unknown" if found.protection_level < 0 else found.protection_level,
        "owner": found.owner, "reader role": found.read_role, "writer role": found.write_role,
    }  # fmt: skip
    for name, value in rows.items():
        print(f"{name}: {value}".rstrip())
    return 0


def _exists(home: ServiceHome, arguments: argparse.Namespace) -> int:
    store, path = place(home, arguments.place)
    found = store.exists(path)
    print("It exists." if found else "It does not exist.")
    return 0 if found else 1


def _changes(arguments: argparse.Namespace) -> Changes:
    return Changes(arguments.level, password_of(arguments, "new-password"))


def _import(home: ServiceHome, arguments: argparse.Namespace) -> int:
    store, path = place(home, arguments.place)
    if store.folder_exists(path) and not (path and store.exists(path)):
        path = (*path, strip_extension(arguments.file.name))
    source = FileEndpoint(arguments.file, str(arguments.file), home.max_package_bytes)
    document = load_package(source, password_of(arguments))
    overwrite = False
    if store.exists(path):
        choice = ask_about(format_path(path)) if arguments.existing == "ask" else arguments.existing
        if choice == "fail":
            raise PackageExists(path=format_path(path))
        if choice == "skip":
            print(f"{format_path(path)} is kept.")
            return 0
        overwrite = choice == "replace"
        path = path if overwrite else unused_path(store, path)
    save_package(document, StoreEndpoint(store, path, format_path(path)), _changes(arguments), overwrite=overwrite)
    print(f"{format_path(path)} is stored.")
    return 0


def _export(home: ServiceHome, arguments: argparse.Namespace) -> int:
    store, path = place(home, arguments.place)
    document = load_package(StoreEndpoint(store, path, format_path(path)), password_of(arguments))
    file = arguments.file / f"{path[-1]}.dtsx" if arguments.file.is_dir() else arguments.file
    target = FileEndpoint(file, str(file), home.max_package_bytes)
    save_package(document, target, _changes(arguments), overwrite=arguments.overwrite)
    print(f"{file} is written.")
    return 0


def _roles(home: ServiceHome, arguments: argparse.Namespace) -> int:
    store, path = place(home, arguments.place)
    reader, writer = store.roles(path)
    if arguments.reader is not None or arguments.writer is not None:
        reader = reader if arguments.reader is None else arguments.reader
        writer = writer if arguments.writer is None else arguments.writer
        store.set_roles(path, reader, writer)
        reader, writer = store.roles(path)
    print(f"reader: {reader or '(the defaults)'}")
    print(f"writer: {writer or '(the defaults)'}")
    return 0


def _folder(home: ServiceHome, arguments: argparse.Namespace) -> tuple[PackageStore, StorePath]:
    return place(home, arguments.place)


def _create_folder(home: ServiceHome, arguments: argparse.Namespace) -> int:
    store, folder = _folder(home, arguments)
    make_folders(store, folder[:-1])
    store.create_folder(folder)
    return 0


def _rename_folder(home: ServiceHome, arguments: argparse.Namespace) -> int:
    store, folder = _folder(home, arguments)
    store.rename_folder(folder, arguments.name)
    return 0


def _delete_folder(home: ServiceHome, arguments: argparse.Namespace) -> int:
    store, folder = _folder(home, arguments)
    store.delete_folder(folder)
    return 0
