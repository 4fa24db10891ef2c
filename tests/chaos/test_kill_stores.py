"""A few kills of each store; ``kill_stores.py`` does hundreds."""

import pytest

from chaos.kill_stores import STORES, run


@pytest.mark.parametrize("kind", STORES)
def test_killed_while_writing(kind, tmp_path):
    counts = run(kind, 5, tmp_path, seed=7)
    assert sum(counts.values()) == 5
