"""Every component case of ``tests/dataflow/cases`` (data only: XML, rows in, rows out)."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.flow_cases import load_cases, run_case

CASES = load_cases(Path(__file__).parent.parent / "cases")


def test_there_are_cases():
    assert len(CASES) > 10


@pytest.mark.parametrize(("document", "case"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_case(document, case, tmp_path):
    run_case(document, case, tmp_path)
