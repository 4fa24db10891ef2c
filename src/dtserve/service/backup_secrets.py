"""The part of a home's backup that is secret: the files that dtserve.toml names, and certificates to sign with.

They go into backups that are encrypted, and only there. Files that stand outside the home folder never go in: a
restore writes nothing there; they are told by name.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from dtserve.service.backup_files import HomeFiles, content_of
from dtserve.service.config import ServiceHome

__all__ = ["NAMING", "Secrets"]

NAMING = (
    "service.tls_certificate", "service.tls_key", "service.client_ca", "service.client_crl",
    "oidc.client_secret_file", "oidc.ca", "telemetry.headers_file", "telemetry.ca", "mail.password_file",
    "execution.registry_file",
)  # fmt: skip
"""The settings that name a file."""


class Secrets(HomeFiles):
    """Passwords, keys and certificates in files of the home folder."""

    name: ClassVar[str] = "secrets"

    def __init__(self, home: ServiceHome) -> None:
        super().__init__(home)
        self.missing: list[str] = []
        self.outside: list[str] = []

    def _named(self) -> Iterator[tuple[str, Path]]:
        """Who names a file, and the file."""
        for setting in NAMING:
            text = self.home.settings.text(setting).strip()
            if text:
                yield f"the setting {setting}", self.home.path / text
        for share, entry in self.home.settings.maps.get("shares", {}).items():
            if "password_file" in entry:
                yield f"the share {share}", self.home.path / entry["password_file"]

    def _certificates(self) -> Iterator[Path]:
        folder = self.home.certificates_path
        yield from sorted(each for each in folder.rglob("*") if each.is_file()) if folder.is_dir() else ()

    def _inside(self, path: Path) -> str:
        """The name below the home folder; empty for what stands elsewhere."""
        home, found = self.home.path.resolve(), path.resolve()
        return found.relative_to(home).as_posix() if found.is_relative_to(home) else ""

    def dump(self) -> Iterator[tuple[str, bytes]]:
        """The files in the home folder; the others are kept in :attr:`outside`, what is not there in :attr:`missing`."""
        given: set[str] = set()
        certificates = (("", path) for path in self._certificates())
        for who, path in (*self._named(), *certificates):
            inside = self._inside(path)
            data = content_of(path) if inside else b""
            if data is None or not path.is_file():
                self.missing.append(f"the file {path} of {who}")
            elif not inside:
                self.outside.append(f"the file {path}{f' of {who}' if who else ''}: it stands outside the home folder")
            elif inside not in given:
                given.add(inside)
                yield f"{self.name}/{inside}", data

    def place(self, name: str) -> Path | None:
        """In the home folder, for what its settings name and for certificates; nothing else is ever written."""
        wanted = name.removeprefix(f"{self.name}/")
        path = self.home.path / wanted
        named = {self._inside(each) for _, each in self._named()}
        certificate = path.resolve().is_relative_to(self.home.certificates_path.resolve())
        return path if self._inside(path) == wanted and (wanted in named or certificate) else None
