import uuid
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from dtserve.connections.base import SqlParameter
from dtserve.connections.errors import LostConnection, SqlError
from dtserve.connections.sql import open_session, parse_url
from dtserve.connections.sql.postgres_connection import bind
from dtserve.datatypes import DT, TypeSpec

G = "{3F2504E0-4F89-11D3-9A0C-0305E82C3301}"


@pytest.mark.parametrize(
    ("value", "wanted", "bound"),
    [
        (5, TypeSpec(DT.WSTR, 9), "5"), (1, TypeSpec(DT.BOOL), True), (True, TypeSpec(DT.I4), 1), (Decimal("1.5"), TypeSpec(DT.CY), Decimal("1.5")), (None, TypeSpec(DT.I4), None),
        ("x", None, "x"), (SqlParameter(G, TypeSpec(DT.GUID)), None, uuid.UUID(G)), ({"utc": datetime(2024, 1, 1), "offset": 0}, None, datetime(2024, 1, 1, tzinfo=UTC)),
    ],
)  # fmt: skip
def test_parameters(value, wanted, bound):
    assert bind(value, wanted) == bound


def test_a_failing_statement_leaves_the_transaction_usable(postgres_server):
    with open_session(parse_url(postgres_server.empty())) as session:
        session.execute("CREATE TABLE t (a int NOT NULL)")
        session.begin()
        session.execute("INSERT INTO t VALUES (1)")
        for bad in ("INSERT INTO t VALUES (NULL)", "SELECT 1 / 0", "SELECT * FROM nothere"):
            with pytest.raises(SqlError):
                session.execute(bad)
        session.commit()
        assert list(session.execute("SELECT a FROM t")[0].rows()) == [(1,)]


def test_a_lost_connection_is_told_as_such(postgres_server):
    url = postgres_server.empty()
    with open_session(parse_url(url)) as session, open_session(parse_url(f"{url}?source=postgres")) as other:
        other.execute(f"SELECT pg_terminate_backend({session.connection.info.backend_pid})")
        with pytest.raises(LostConnection):
            session.execute("SELECT 1")
