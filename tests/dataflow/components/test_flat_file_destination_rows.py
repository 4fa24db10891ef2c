"""Random rows in random formats: the destination writes the bytes that plain Python makes value by value."""

from __future__ import annotations

import os
import random

import pytest

from support.flat_file_written import expected, random_written, written

FUZZ = int(os.environ.get("DTSERVE_FUZZ_FLAT_FILES", "300"))
"""Random files; set it to 20000 after a change of the writer."""


@pytest.mark.parametrize("part", range(2))
def test_the_destination_equals_plain_python(part, tmp_path):
    wrong = {}
    refused = 0
    for number in range(part * 1_000_000, part * 1_000_000 + FUZZ // 2):
        case = random_written(random.Random(number))
        right, made = expected(case), written(case, tmp_path)
        refused += right is None
        if right != made:
            wrong[number] = right, made
    assert not wrong
    assert 0 < refused < FUZZ // 4
