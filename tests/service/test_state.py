"""The state database: durable, private, versioned."""

import stat

import pytest
import sqlalchemy as sa

from dtserve.service import schema
from dtserve.service.errors import StateTooNew, StateUnavailable
from dtserve.service.state import open_state


def test_it_is_durable_and_private(tmp_path) -> None:
    state = open_state(tmp_path / "s.sqlite")
    with state.read() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    state.close()
    assert stat.S_IMODE((tmp_path / "s.sqlite").stat().st_mode) == 0o600


def test_a_later_version_is_refused(tmp_path) -> None:
    state = open_state(tmp_path / "s.sqlite")
    with state.write() as connection:
        connection.execute(schema.meta.update().values(value="999"))
    state.close()
    with pytest.raises(StateTooNew, match="999"):
        open_state(tmp_path / "s.sqlite")


def test_a_file_that_is_no_database(tmp_path) -> None:
    (tmp_path / "s.sqlite").write_bytes(b"not a database" * 100)
    with pytest.raises(StateUnavailable):
        open_state(tmp_path / "s.sqlite")


def test_a_failed_write_changes_nothing(tmp_path) -> None:
    state = open_state(tmp_path / "s.sqlite")
    with pytest.raises(StateUnavailable), state.write() as connection:  # noqa: PT012
        connection.execute(schema.meta.insert().values(name="a", value="1"))
        connection.execute(schema.meta.insert().values(name="a", value="2"))
    with state.read() as connection:
        assert connection.execute(sa.select(schema.meta.c.name)).scalars().all() == ["version"]
    state.close()
