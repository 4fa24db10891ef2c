"""Puts the sample packages into the stores on a first start: into msdb and the file system root alike."""

from __future__ import annotations

import shutil
from importlib import resources
from pathlib import Path

from dtserve.service.config import ServiceHome
from dtserve.stores.tree import PackageTree

__all__ = ["FOLDER", "install_samples", "samples_path"]

FOLDER = "Samples"


def samples_path() -> Path:
    """The folder of the samples inside the installed package."""
    return Path(str(resources.files("dtserve") / "samples"))


def install_samples(home: ServiceHome, tree: PackageTree) -> int:
    """Put every sample into a folder ``Samples`` of each root that has none; returns how many packages were stored.

    Their data stands beside them where the root is a folder, and in the working folder for
    packages that have no folder of their own.
    """
    source = samples_path()
    stored = 0
    for root in tree.roots:
        place = (root.name, FOLDER)
        if tree.folder_exists(place):
            continue
        tree.create_folder(place)
        data = tree.folder_path(place) or home.work_path
        shutil.copytree(source / "data", data / "data", dirs_exist_ok=True)
        for package in sorted(source.glob("*.dtsx")):
            tree.write((*place, package.stem), package.read_bytes())
            stored += 1
    return stored
