"""The tables of schedules and alerts."""

import sqlalchemy as sa

from dtserve.service import planning_schema
from dtserve.service.state import open_state


def test_they_are_part_of_the_state_and_messages_go_with_their_alert(tmp_path) -> None:
    state = open_state(tmp_path / "state.sqlite")
    names = set(sa.inspect(state.engine).get_table_names())
    assert {"schedules", "alerts", "alert_outbox"} <= names
    (reference,) = planning_schema.outbox.foreign_keys
    assert (reference.column, reference.ondelete) == (planning_schema.alerts.c.id, "CASCADE")
    state.close()
