"""Random files through the whole source: values, errors and redirected rows are those of plain Python, row by row.

Rows cross the edges of blocks, and several blocks are in work at once.
"""

from __future__ import annotations

import os
import random

import pytest

from support.flat_file_rows import differences, expected, found, random_source_case

FUZZ = int(os.environ.get("DTSERVE_FUZZ_FLAT_FILES", "80"))
"""Random files; ``scripts/fuzz flat_files`` reads as many as it is told."""


@pytest.mark.parametrize("part", range(2))
def test_the_source_equals_plain_python(part, tmp_path):
    wrong = {}
    for number in range(part * 1_000_000, part * 1_000_000 + FUZZ // 2):
        told = differences(random_source_case(random.Random(number)), tmp_path)
        if told:
            wrong[number] = told
    assert not wrong


def test_the_comparison_sees_rows_error_rows_and_errors(tmp_path):
    cases = [random_source_case(random.Random(number)) for number in range(40)]
    outcomes = [expected(case) for case in cases]
    assert any(rows for rows, _, _ in outcomes)
    assert any(away for _, away, _ in outcomes)
    assert any(told for _, _, told in outcomes)
    rows, away, told = found(cases[0], tmp_path)
    assert (rows, away, told) != (None, None, None)
