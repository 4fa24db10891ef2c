"""Tasks over small packages run for real (case files in ``cases/``, one per task)."""

from pathlib import Path

import pytest

from support.control_flow import check_case, load_cases

CASES = load_cases(Path(__file__).parent / "cases")


@pytest.mark.parametrize("case", [case for _, case in CASES], ids=[name for name, _ in CASES])
def test_case(case, tmp_path) -> None:
    check_case(case, tmp_path)
