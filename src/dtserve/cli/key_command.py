"""``dtserve key …``: this user's key for packages with the levels 1 and 4, and its escrow."""

from __future__ import annotations

import argparse
from pathlib import Path

from dtserve.cli.errors import PasswordMissing
from dtserve.cli.package_files import add_password, password_of, read_bytes, write_result

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verbs and their options."""
    verbs = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    verbs.add_parser("show", help="where the key is kept, and its id")
    export = verbs.add_parser("export", help="write the key for escrow, sealed with a passphrase")
    export.add_argument("-o", "--output", type=Path, required=True, help="file to write")
    add_password(export, "passphrase", "the export")
    back = verbs.add_parser("import", help="put an exported key in place")
    back.add_argument("file", type=Path)
    add_password(back, "passphrase", "the export")


def run(arguments: argparse.Namespace) -> int:
    """Run the verb; returns the exit code."""
    from dtserve.package.protection import user_key

    if arguments.action == "show":
        key = user_key.load_key(create=False)
        print(f"{user_key.key_path()}: {key.id.hex() if key else 'no key yet; it is made when first needed'}")
        return 0
    passphrase = password_of(arguments, "passphrase")
    if not passphrase:
        raise PasswordMissing(place="the options (--ask-passphrase, --passphrase-env or --passphrase-file)")
    if arguments.action == "export":
        write_result(arguments.output, user_key.export_key(None, passphrase), 0o600)
        return 0
    key = user_key.import_key(read_bytes(arguments.file), passphrase)
    print(f"{user_key.key_path()}: {key.id.hex()}")
    return 0
