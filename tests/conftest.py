"""Servers that several rooms' tests share; each starts when the first test asks for it."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from support.postgres import PostgresServer, postgres_server

# Examples are judged by what they find, not by how long a busy machine takes for one.
settings.register_profile("dtserve", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("dtserve")


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server of this test session's own."""
    with postgres_server() as server:
        yield server
