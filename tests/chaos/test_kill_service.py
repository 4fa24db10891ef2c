"""A few kills; ``kill_service.py`` makes hundreds."""

import pytest

from chaos.kill_service import run


@pytest.mark.parametrize("keep", [False, True])
def test_every_start_is_one_execution_with_one_end(tmp_path, keep) -> None:
    result = run(tmp_path, 10, 7, keep=keep, between=(0.4, 1.5))
    assert result.wrong == []
    assert sum(result.states.values()) == 10
