"""Thousands of polluted files, read as SSIS's rules say by the exact machine and by the fast readers."""

import os
from itertools import islice

import pytest

from support.flat_file_variants import read, variants

STEP = 1 if os.environ.get("DTSERVE_ALL_POLLUTED_FILES") else 3
"""Of how many files one is read here; ``scripts/fuzz flat_files`` reads all of them."""


def test_there_are_thousands():
    names = [variant.name for variant in variants()]
    assert len(names) > 4000
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("part", range(3))
def test_polluted_files(part, tmp_path):
    path = tmp_path / "file.txt"
    wrong = {}
    for variant in islice(variants(), part * STEP, None, 3 * STEP):
        path.write_bytes(variant.data)
        for exact, block in ((True, 1 << 20), (False, 1 << 20), (False, 1000)):
            found = read(path, variant.format, exact=exact, block=block)
            if found != variant.expected:
                wrong[variant.name, exact, block] = found
    assert not wrong
