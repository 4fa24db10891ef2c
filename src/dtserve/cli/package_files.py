"""What the verbs of ``dtserve package`` share: passwords, opening files, writing them back."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from dtserve.cli.errors import PasswordMissing
from dtserve.errors import PackageNotFound
from dtserve.package.document import PackageDocument

__all__ = ["add_output", "add_password", "open_document", "output_path", "password_of", "read_bytes", "write_result"]


def add_password(parser: argparse.ArgumentParser, name: str = "password", what: str = "the package") -> None:
    """Options that tell where a password comes from; a password itself is never an argument."""
    group = parser.add_mutually_exclusive_group()
    group.add_argument(f"--{name}-env", metavar="NAME", help=f"environment variable with the password of {what}")
    group.add_argument(f"--{name}-file", type=Path, metavar="FILE", help=f"file with the password of {what}")
    group.add_argument(f"--ask-{name}", action="store_true", help=f"ask for the password of {what}")


def password_of(arguments: argparse.Namespace, name: str = "password") -> str | None:
    """The password the options point to, None without one; PasswordMissing when the place holds none."""
    key = name.replace("-", "_")
    variable, file = getattr(arguments, f"{key}_env", None), getattr(arguments, f"{key}_file", None)
    if variable:
        if variable not in os.environ:
            raise PasswordMissing(place=f"the environment variable {variable}")
        return os.environ[variable]
    if file:
        try:
            return str(file.read_text("utf-8").rstrip("\r\n"))
        except OSError:
            raise PasswordMissing(place=f"the file {file}") from None
    if getattr(arguments, f"ask_{key}", False):
        import getpass

        try:
            return getpass.getpass("Password: ")
        except EOFError:
            raise PasswordMissing(place="the terminal") from None
    return None


def read_bytes(path: Path) -> bytes:
    """A file's bytes; PackageNotFound when it cannot be read."""
    try:
        return path.read_bytes()
    except OSError:
        raise PackageNotFound(path=path) from None


def open_document(path: Path, password: str | None = None) -> PackageDocument:
    """Open a package file."""
    return PackageDocument.open(read_bytes(path), password)


def add_output(parser: argparse.ArgumentParser) -> None:
    """Where a changed package goes."""
    group = parser.add_mutually_exclusive_group(required=True)
    group.add_argument("-o", "--output", type=Path, help="file to write; - for standard output")
    group.add_argument("--in-place", action="store_true", help="replace the file itself")


def output_path(arguments: argparse.Namespace) -> Path:
    """The file the result goes to."""
    path: Path = arguments.file if arguments.in_place else arguments.output
    return path


def write_result(path: Path, data: bytes, mode: int | None = None) -> None:
    """Write a file whole or not at all; ``-`` is standard output. A file that is there keeps its mode."""
    if str(path) == "-":
        sys.stdout.buffer.write(data)
        sys.stdout.flush()
        return
    if mode is None:
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask()
    descriptor, staged = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(staged, mode)
        os.replace(staged, path)
    except BaseException:
        Path(staged).unlink(missing_ok=True)
        raise


def _umask() -> int:
    current = os.umask(0o022)
    os.umask(current)
    return current
