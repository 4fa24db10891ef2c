"""The shared collections: real packages and encryption vectors, read only, absent on most machines."""

import json
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from dtserve.errors import DtserveError
from dtserve.package import PackageDocument

SHARED = Path(os.environ.get("DTSERVE_SHARED") or Path(__file__).resolve().parents[3] / "shared")
CORPUS = SHARED / "corpus" / "files"
VECTORS = SHARED / "vectors"

needs_corpus = pytest.mark.skipif(not CORPUS.is_dir(), reason="../shared absent")
needs_vectors = pytest.mark.skipif(not VECTORS.is_dir(), reason="../shared absent")


@cache
def package_files(step: int = 1) -> tuple[Path, ...]:
    """Every ``step``-th package of the collection, in a fixed order."""
    return tuple(sorted(CORPUS.rglob("*.dtsx"))[::step])


def opened(step: int = 1) -> Iterator[tuple[Path, PackageDocument]]:
    """The packages of the collection that open without a password."""
    for path in package_files(step):
        try:
            yield path, PackageDocument.open(path.read_bytes())
        except DtserveError:
            continue


def vectors(*suffixes: str) -> list[tuple[str, bytes, dict[str, Any]]]:
    """Name, bytes and facts of the encryption vectors with a password whose name ends so."""
    if not VECTORS.is_dir():
        return []
    expected = json.loads((VECTORS / "expected.json").read_text("utf-8"))
    return [
        (name, (VECTORS / name).read_bytes(), facts)
        for name, facts in expected.items()
        if "password" in facts and name.endswith(suffixes)
    ]
