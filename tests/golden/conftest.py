"""The databases that real packages are pointed at."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.golden import Target


@pytest.fixture(params=["sqlite", "postgresql"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Target]:
    """An empty database: a SQLite file, and a PostgreSQL server's."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'target.db'}"
    else:
        url = request.getfixturevalue("postgres").new_database()
    opened = Target(url)
    yield opened
    opened.close()
