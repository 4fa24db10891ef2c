"""Windows shares of ``[shares]`` in dtserve.toml as stores."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dtserve.service.errors import BadSetting
from dtserve.stores.smb import SmbStore
from dtserve.stores.smb_share import ShareLogin

__all__ = ["open_share", "share_login"]


def open_share(name: str, path: str, entry: Mapping[str, Any], max_bytes: int) -> SmbStore:
    """The store of a UNC path; BadSetting when its password is not where the entry says."""
    return SmbStore(name, path, share_login(entry), max_bytes=max_bytes)


def share_login(entry: Mapping[str, Any]) -> ShareLogin:
    """How to sign in, by an entry of ``[shares]``; BadSetting."""
    return ShareLogin(
        user=entry.get("user", ""),
        password=_password(entry),
        port=entry.get("port", 445),
        encrypt=entry.get("encrypt"),
    )


def _password(entry: Mapping[str, Any]) -> str:
    if "password_file" in entry:
        try:
            return Path(entry["password_file"]).read_text("utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError):
            raise BadSetting(name="shares", reason=f'the file "{entry["password_file"]}" cannot be read') from None
    if "password_env" in entry:
        if entry["password_env"] not in os.environ:
            raise BadSetting(name="shares", reason=f"the environment variable {entry['password_env']} is not set")
        return os.environ[entry["password_env"]]
    return str(entry.get("password", ""))
