"""A few kills of a restore; ``kill_restore.py`` does hundreds."""

import pytest

from chaos.kill_restore import run


@pytest.mark.parametrize("database", ["", "kill_restore"], ids=["sqlite", "postgresql"])
def test_killed_while_restoring(database, tmp_path):
    counts = run(4, tmp_path, seed=5, database=database)
    assert sum(counts.values()) == 4
