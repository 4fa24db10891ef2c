"""/api/tree: Stored Packages: the roots, and what is in a folder (SERVICE §5)."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from dtserve.service.api.guard import TreeOf
from dtserve.service.guarded_tree import GuardedTree
from dtserve.stores.base import FolderEntry, PackageInfo, StorePath
from dtserve.stores.names import parse_path
from dtserve.stores.tree import tree_path

__all__ = ["PathQuery", "package_shape", "router"]

router = APIRouter(prefix="/api/tree", tags=["stored packages"])
PathQuery = Annotated[str, Query(max_length=4000, description=r"Path with the root's name first: \MSDB\Finance\Load")]


@router.get("")
def list_folder(tree: TreeOf, path: PathQuery = "") -> dict[str, Any]:
    """Folders and packages of a folder; without a path the roots in the order of the configuration."""
    folder = parse_path(path)
    folders, packages = tree.list(folder)
    return {
        "path": tree_path(folder) if folder else "",
        "folders": [_folder_shape(tree, entry, folder) for entry in folders],
        "packages": [package_shape(info) for info in packages],
    }


def _folder_shape(tree: GuardedTree, entry: FolderEntry, parent: StorePath) -> dict[str, Any]:
    return {
        "name": entry.name,
        "path": tree_path(entry.path),
        "kind": "folder" if parent else "root",
        "store": "" if parent else tree.root(entry.path).kind,
    }


def package_shape(info: PackageInfo) -> dict[str, Any]:
    """A package as the API tells it (PackageInfo of SERVICE §5.2)."""
    return {
        "name": info.name,
        "path": tree_path(info.path),
        "description": info.description,
        "package_id": info.package_id,
        "version_id": info.version_id,
        "version": f"{info.version_major}.{info.version_minor}.{info.version_build}",
        "version_comments": info.version_comments,
        "package_format": info.package_format,
        "protection_level": info.protection_level,
        "encrypted": info.encrypted,
        "size": info.size,
        "created": info.created,
        "modified": info.modified,
        "owner": info.owner,
        "reader_role": info.read_role,
        "writer_role": info.write_role,
        "revision": info.revision,
    }
