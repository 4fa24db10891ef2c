"""Where dtutil takes passwords from when they do not stand in the line: the environment, a file, or whoever sits there.

Beyond the product, whose passwords stand in the command line, where other users of the machine see them.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from dtserve.cli import dtutil_texts as texts
from dtserve.cli.errors import PasswordMissing

__all__ = ["DECRYPT", "DESTINATION", "PACKAGE", "SOURCE", "ask", "kept"]

DECRYPT = "SSIS_PACKAGE_DECRYPT"
PACKAGE = "DTUTIL_PACKAGE_PASSWORD"
SOURCE = "DTUTIL_SOURCE_PASSWORD"
DESTINATION = "DTUTIL_DEST_PASSWORD"


def kept(name: str) -> str | None:
    """The password in the environment variable, or in the file that the variable with ``_FILE`` behind it names.

    None without either; PasswordMissing for a file that cannot be read.
    """
    if name in os.environ:
        return os.environ[name]
    file = os.environ.get(f"{name}_FILE")
    if not file:
        return None
    try:
        return Path(file).read_text("utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError):
        raise PasswordMissing(place=f"the file {file}") from None


def ask(prompt: str, *, twice: bool = False) -> str:
    """Ask for a password, unseen on a terminal; ``twice`` for a new one, until both are the same."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    import getpass

    while True:
        given = getpass.getpass(prompt)
        if not twice or getpass.getpass(texts.RETYPE_PROMPT) == given:
            return given
        print(texts.RETYPE_DIFFERS)
