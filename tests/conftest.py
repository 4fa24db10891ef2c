"""Servers that several rooms' tests share; each starts when the first test asks for it."""

from collections.abc import Iterator

import pytest
from support.postgres import PostgresServer, postgres_server


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server of this test session's own."""
    with postgres_server() as server:
        yield server
