"""Environments of their own for peers that do not belong to dtserve's."""

from __future__ import annotations

import subprocess
import venv
from collections.abc import Iterable
from pathlib import Path

from support.measure import DATA

__all__ = ["installed", "version_in"]


def installed(name: str, needs: Iterable[str] = (), *, package: str = "") -> Path | None:
    """The ``bin`` folder of an environment with this program and what it needs; None where it cannot be installed.

    ``package`` is the name under which it is installed, where that is another one.
    """
    folder = DATA / f"venv-{name}"
    scripts = folder / "bin"
    if not (scripts / name).exists():
        venv.create(folder, with_pip=True, clear=True)
        done = subprocess.run(
            [scripts / "python", "-m", "pip", "install", "--quiet", package or name, *needs], check=False
        )
        if done.returncode or not (scripts / name).exists():
            return None
    return scripts


def version_in(scripts: Path, name: str) -> str:
    """The package's version in that environment."""
    program = f"from importlib.metadata import version; print(version({name!r}))"
    return subprocess.run(
        [scripts / "python", "-c", program], capture_output=True, text=True, check=True
    ).stdout.strip()
