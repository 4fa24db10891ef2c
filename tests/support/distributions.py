"""Distributions of others beside dtserve, with the code that the reference shows for tasks and components of one's own."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"


def documented(page: str, heading: str) -> str:
    """The class that a page of the reference shows under a heading, as a module."""
    text = (REFERENCE / page).read_text(encoding="utf-8")
    lines = text.partition(f"## {heading}")[2].partition("\n## ")[0].splitlines()
    return "\n".join(line[4:] for line in lines if line.startswith((">>> ", "... ")))


@dataclass(frozen=True)
class Distribution:
    """The distribution ``acme`` in the folder ``site`` of a run: one entry point of a group."""

    folder: Path
    group: str
    name: str

    @property
    def site(self) -> Path:
        return self.folder / "site"

    def install(self, module: str, source: str, offer: str) -> None:
        """Put a module into it, and offer ``module:Class``."""
        (self.site / "acme").mkdir(parents=True)
        (self.site / "acme" / "__init__.py").write_text("")
        (self.site / "acme" / f"{module}.py").write_text(source)
        (self.site / "acme-1.0.dist-info").mkdir()
        metadata = "Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n"
        (self.site / "acme-1.0.dist-info" / "METADATA").write_text(metadata)
        self.offer(offer)

    def offer(self, target: str) -> None:
        """Have the entry point lead to ``acme.<target>``."""
        points = f"[{self.group}]\n{self.name} = acme.{target}\n"
        (self.site / "acme-1.0.dist-info" / "entry_points.txt").write_text(points)

    def dtexec(self, package: str) -> subprocess.CompletedProcess[str]:
        """Run a package in the folder with the distribution installed, as far as it is."""
        (self.folder / "P.dtsx").write_text(package, encoding="utf-8")
        code = "import sys; from dtserve.cli.dtexec import main; sys.exit(main())"
        return subprocess.run(
            [sys.executable, "-c", code, "/F", "P.dtsx", "/REP", "EI"],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(self.site)},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
