"""The tables of the state database."""

from dtserve.service import schema


def test_every_table_has_a_key() -> None:
    assert {t.name for t in schema.metadata.tables.values() if not t.primary_key.columns} == set()


def test_events_go_with_their_execution() -> None:
    for table in (schema.events, schema.path_rows):
        (reference,) = table.foreign_keys
        assert reference.column is schema.executions.c.number
        assert reference.ondelete == "CASCADE"
