"""The protection level that a package gets on its way in or out: headers of imports and exports (SERVICE §10.5).

Passwords stand in headers, percent-encoded, never in addresses: those are logged.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated
from urllib.parse import unquote

from fastapi import Depends, Header

from dtserve.package.document import PackageDocument
from dtserve.stores.transfer import Changes, changed_bytes

__all__ = ["Protection", "ProtectionOf"]


@dataclass(frozen=True, slots=True)
class Protection:
    """Another level, or None for the bytes as they are; the password that opens the package, and the new one."""

    level: int | None = None
    password: str | None = field(default=None, repr=False)
    new_password: str | None = field(default=None, repr=False)

    def applied(self, data: bytes, takes_server_storage: bool) -> bytes:
        """The package with the level; what it cannot be opened with or turned into is a coded error."""
        if self.level is None:
            return data
        changes = Changes(self.level, self.new_password)
        return changed_bytes(PackageDocument.open(data, self.password), takes_server_storage, changes)


def _protection(
    package_level: Annotated[
        int | None, Header(ge=0, le=5, description="The protection level that the package gets; as it is without.")
    ] = None,
    package_password: Annotated[
        str | None, Header(max_length=4000, description="The password that opens it, percent-encoded.")
    ] = None,
    package_new_password: Annotated[
        str | None, Header(max_length=4000, description="The password of levels 2 and 3, percent-encoded.")
    ] = None,
) -> Protection:
    return Protection(
        package_level,
        None if package_password is None else unquote(package_password),
        None if package_new_password is None else unquote(package_new_password),
    )


ProtectionOf = Annotated[Protection, Depends(_protection)]
