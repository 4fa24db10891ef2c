"""Database servers for this folder, started once."""

import pytest

from support.mariadb import mariadb_server
from support.postgres import postgres_server


@pytest.fixture(scope="session")
def postgres_server_():
    with postgres_server() as server:
        yield server


@pytest.fixture(scope="session", name="postgres_server")
def _postgres(postgres_server_):
    return postgres_server_


@pytest.fixture(scope="session", name="mysql_server")
def _mysql():
    with mariadb_server() as server:
        yield server
