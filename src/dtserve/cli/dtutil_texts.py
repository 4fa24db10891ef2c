"""What dtutil prints.

``CONFIRMED`` texts stand in the product's documentation. The others are recalled, or choices
where nothing is known (DTUTIL §7, §10); they are kept here, in one place, so that they can be
changed when a real capture turns up.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from dtserve import __version__
from dtserve.stores.base import FolderEntry, PackageInfo
from dtserve.stores.names import format_path

__all__ = [
    "CONFIRMED",
    "DECRYPT_PROMPT",
    "ENCRYPT_PROMPT",
    "FOLDER_EXISTS",
    "FOLDER_MISSING",
    "LISTING_FAILED",
    "OTHER_STORE",
    "OVERWRITE",
    "PACKAGE_EXISTS",
    "PACKAGE_MISSING",
    "RESIGN",
    "RETYPE_DIFFERS",
    "RETYPE_PROMPT",
    "SUCCESS",
    "UNCONFIRMED",
    "banner",
    "failure",
    "listing",
    "load_failure",
    "save_failure",
]

SUCCESS: Final = "The operation completed successfully."
PACKAGE_EXISTS: Final = "The specified package exists."
PACKAGE_MISSING: Final = "The specified package does not exist."
FOLDER_EXISTS: Final = "The specified folder exists."
FOLDER_MISSING: Final = "The specified folder does not exist."
OVERWRITE: Final = 'Destination Package "{path}" already exists.  Do you want to overwrite it? (Y/N) '
RESIGN: Final = 'Package "{path}" is already signed.  Do you want to sign it again? (Y/N) '
DECRYPT_PROMPT: Final = "Enter decryption password: "
ENCRYPT_PROMPT: Final = "Enter the package's new password: "
RETYPE_PROMPT: Final = "Retype password: "
RETYPE_DIFFERS: Final = "The passwords are not the same."
OTHER_STORE: Final = "only the msdb of another machine is reached from here, by [servers] of dtserve.toml"
LISTING_FAILED: Final = "Folder: \\{path}\n  {code} {text}"

CONFIRMED = (SUCCESS,)
UNCONFIRMED = (
    PACKAGE_EXISTS,
    PACKAGE_MISSING,
    FOLDER_EXISTS,
    FOLDER_MISSING,
    OVERWRITE,
    RESIGN,
    DECRYPT_PROMPT,
    ENCRYPT_PROMPT,
    RETYPE_PROMPT,
    RETYPE_DIFFERS,
    OTHER_STORE,
    LISTING_FAILED,
)


def banner() -> str:
    """Three lines in the shape of the product's; the name and version are dtserve's own."""
    bits = 64 if sys.maxsize > 2**32 else 32
    return f"dtserve - SQL Server SSIS Package Utilities\nVersion {__version__} for {bits}-bit\n"


def load_failure(path: str, code: str, message: str) -> str:
    """The three lines that tell why a package was not loaded (seen for dtexec, assumed for dtutil)."""
    return f'Could not load package "{path}" because of error {code}.\nDescription: {message}\nSource: dtutil'


def save_failure(path: str, code: str, message: str) -> str:
    """The same for a package that was loaded and could not be saved or deleted."""
    return f'Could not save package "{path}" because of error {code}.\nDescription: {message}\nSource: dtutil'


def failure(code: str, message: str) -> str:
    """Any other operation that was refused."""
    return f"The operation failed because of error {code}.\nDescription: {message}\nSource: dtutil"


def listing(
    content: Iterable[tuple[tuple[str, ...], Sequence[FolderEntry], Sequence[PackageInfo]]],
) -> Iterator[str]:
    """A directory: for each folder its path, then its folders and packages, by name."""
    for folder, folders, packages in content:
        yield f"Folder: \\{format_path(folder)}"
        for below in folders:
            yield f"  <DIR>  {below.name}"
        for package in packages:
            yield f"         {package.name}"
