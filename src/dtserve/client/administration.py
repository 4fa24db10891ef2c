"""Access at a service: accounts, tokens, grants, roles, folders, audit. Rows are what the REST API tells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from dtserve.client.transport import Transport

__all__ = ["Administration"]

Row = dict[str, Any]


class Administration:
    """What ``dtserve accounts``, ``tokens``, ``access`` and ``audit`` do, at a service."""

    def __init__(self, transport: Transport) -> None:
        self._json = transport.json

    # accounts

    def accounts(self) -> list[Row]:
        """All accounts."""
        return list(self._json("GET", "/api/accounts")["accounts"])

    def add_account(self, name: str, password: str | None = None) -> Row:
        """Make an account."""
        return dict(self._json("POST", "/api/accounts", body={"name": name, "password": password}))

    def set_password(self, name: str, password: str) -> None:
        """Another password."""
        self._json("PATCH", f"/api/accounts/{quote(name, safe='')}", body={"password": password})

    def set_disabled(self, name: str, disabled: bool) -> None:
        """Refuse an account, or take it again."""
        self._json("PATCH", f"/api/accounts/{quote(name, safe='')}", body={"disabled": disabled})

    def remove_account(self, name: str) -> None:
        """Remove an account with its tokens and grants."""
        self._json("DELETE", f"/api/accounts/{quote(name, safe='')}")

    # tokens

    def tokens(self, everybody: bool = False) -> list[Row]:
        """The caller's tokens, or everybody's."""
        return list(self._json("GET", "/api/tokens", query={"everybody": everybody})["tokens"])

    def create_token(
        self,
        principal: str = "",
        *,
        label: str = "",
        actions: Sequence[str] = (),
        folders: Sequence[str] = (),
        days: float | None = None,
    ) -> Row:
        """Make a token; ``token`` in the answer is its secret."""
        body = {"principal": principal, "label": label, "actions": [*actions], "folders": [*folders], "days": days}
        return dict(self._json("POST", "/api/tokens", body=body))

    def revoke_token(self, token_id: str) -> None:
        """End a token."""
        self._json("DELETE", f"/api/tokens/{quote(token_id, safe='')}")

    # grants and roles

    def grants(self, principal: str = "") -> list[Row]:
        """Who was granted what."""
        return list(self._json("GET", "/api/access/grants", query={"principal": principal})["grants"])

    def grant(self, principal: str, role: str) -> bool:
        """Grant a right or role; False when it was granted already."""
        return bool(self._json("POST", "/api/access/grants", body={"principal": principal, "role": role})["new"])

    def revoke(self, principal: str, role: str) -> bool:
        """Take it back; False when it was not granted."""
        query = {"principal": principal, "role": role}
        return bool(self._json("DELETE", "/api/access/grants", query=query)["revoked"])

    def roles(self) -> list[Row]:
        """Rights and roles."""
        return list(self._json("GET", "/api/access/roles")["roles"])

    def add_role(self, role: str, description: str = "") -> None:
        """Make a user-defined role."""
        self._json("POST", "/api/access/roles", body={"role": role, "description": description})

    def remove_role(self, role: str) -> None:
        """Remove a user-defined role."""
        self._json("DELETE", f"/api/access/roles/{quote(role, safe='')}")

    def folders(self) -> list[Row]:
        """Folders with a reader or writer role."""
        return list(self._json("GET", "/api/access/folders")["folders"])

    def set_folder(self, path: str, reader: str = "", writer: str = "") -> Row:
        """Set the roles of a folder."""
        body = {"reader": reader, "writer": writer}
        return dict(self._json("PUT", "/api/access/folders", query={"path": path}, body=body))

    def check(self, principal: str, path: str = "", remote: bool = False) -> Row:
        """What somebody may."""
        query = {"principal": principal, "path": path, "remote": remote}
        return dict(self._json("GET", "/api/access/check", query=query))

    def audit(self, **filters: Any) -> list[Row]:
        """The latest rows of the audit."""
        return list(self._json("GET", "/api/audit", query=filters)["audit"])
