"""Where everything stands in a home folder, as the settings say."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from dtserve.service.settings import Settings

__all__ = ["HomePaths"]


@dataclass(frozen=True)
class HomePaths:
    """The places of a home folder and the settings that were read from it."""

    path: Path
    settings: Settings

    @property
    def binn(self) -> Path:
        """The folder that stands for ``DTS\\Binn``: relative StorePaths begin here."""
        return self.path / "Binn"

    @property
    def packages_path(self) -> Path:
        """The folder of the default root «File System»."""
        return self.path / "Packages"

    @property
    def msdb_path(self) -> Path:
        """The embedded msdb."""
        return self.path / "msdb.sqlite"

    @property
    def state_path(self) -> Path:
        """The service's own database."""
        return self.path / "state.sqlite"

    @property
    def spool_path(self) -> Path:
        """Where jobs wait and workers write their events until the run has ended."""
        return self.path / "spool"

    @property
    def seal_path(self) -> Path:
        """The key with which jobs are sealed on disk."""
        return self.path / "service.key"

    @property
    def allowed_folders(self) -> tuple[Path, ...]:
        """The folders from which packages that are in no store may be run."""
        named = (each.strip() for each in self.settings.text("execution.allowed_folders").split(";"))
        return tuple((self.path / each).resolve() for each in named if each)

    @property
    def token_path(self) -> Path:
        """Where the first start leaves the administrator's token."""
        return self.path / "administrator.token"

    @property
    def work_path(self) -> Path:
        """Where relative paths begin in packages that have no folder of their own."""
        return self.path / self.settings.text("execution.folder")

    @property
    def registry_file(self) -> str:
        """The file that stands for the Windows registry; empty when there is none."""
        named = self.settings.text("execution.registry_file").strip()
        return str(self.path / named) if named else ""

    @property
    def versions_path(self) -> Path:
        """Where replaced and deleted packages are kept."""
        return self.path / "versions"

    @property
    def certificates_path(self) -> Path:
        """The certificates packages are signed with: the user's store «MY» of Windows."""
        return self.path / "certificates"
