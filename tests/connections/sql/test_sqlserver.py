"""SQL Server sessions: what is said where no server answers."""

import pytest

from dtserve.connections.environment import Environment
from dtserve.connections.errors import CannotAcquireConnection
from dtserve.connections.registry import create_connection
from dtserve.package.model import ConnectionManager


@pytest.mark.parametrize("server", ["127.0.0.1,1", "no-such-host.invalid"])
def test_the_server_that_does_not_answer_is_named(server: str) -> None:
    text = f"Data Source={server};Initial Catalog=x;User ID=sa;Password=hidden;Provider=SQLNCLI11.1;Connect Timeout=3;"
    manager = ConnectionManager(
        "Sales", "{0}", "OLEDB", "Package.ConnectionManagers[Sales]", {"ConnectionString": text}
    )
    with pytest.raises(CannotAcquireConnection) as caught:
        create_connection(manager, Environment()).session()
    assert f'(server "{server.partition(",")[0]}")' in caught.value.message
    assert '"Sales"' in caught.value.message
    assert "hidden" not in caught.value.message
