"""A home whose package store is that of another machine's service; settings and files stay this machine's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dtserve.cli.errors import NotRemote
from dtserve.service.config import ServiceHome
from dtserve.stores.base import Caller, PackageStore

if TYPE_CHECKING:
    from dtserve.client import Client
    from dtserve.stores.tree import PackageTree

__all__ = ["ThereHome"]


@dataclass(frozen=True, kw_only=True)
class ThereHome(ServiceHome):
    """``tree`` is the service's store, with the caller's rights there."""

    client: Client

    def tree(self, caller: Caller | None = None) -> PackageTree:
        """The service's store."""
        return self.client.store()  # type: ignore[return-value]  # a store as any other to who walks and copies

    def msdb(self, server: str = ".", *, user: str = "", password: str = "", name: str = "") -> PackageStore:
        """Never: msdb is the root of that name there."""
        raise NotRemote(verb="packages with a place sql:")

    def close(self) -> None:
        """Close the connection."""
        self.client.close()
        super().close()
