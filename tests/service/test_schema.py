"""The tables of the state database."""

import sqlalchemy as sa

from dtserve.service import schema


def test_every_table_has_a_key() -> None:
    assert {t.name for t in schema.metadata.tables.values() if not t.primary_key.columns} == set()


def test_events_go_with_their_execution() -> None:
    for table in (schema.events, schema.path_rows):
        (reference,) = table.foreign_keys
        assert reference.column is schema.executions.c.number
        assert reference.ondelete == "CASCADE"


def test_a_database_of_an_earlier_version_gets_what_it_lacks(tmp_path) -> None:
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'old.sqlite'}")
    with engine.begin() as connection:
        schema.metadata.create_all(connection)
        connection.exec_driver_sql("DROP INDEX ix_executions_run_key")
        connection.exec_driver_sql("ALTER TABLE executions DROP COLUMN run_key")
        connection.exec_driver_sql("ALTER TABLE executions DROP COLUMN peak_memory")
        connection.exec_driver_sql(
            'INSERT INTO executions (id, package_path, package_name, package_id, package_description, "user", state, '
            "created, reason, errors, warnings, last_event, options) VALUES ('x', 'p', 'n', '', '', 'u', 'failed', 1, "
            "'', 0, 0, 0, '{}')"
        )
        schema.upgrade(connection)
        row = connection.execute(sa.select(schema.executions)).mappings().one()
        assert (row["id"], row["run_key"], row["peak_memory"]) == ("x", "", None)
        indexes = {index["name"] for index in sa.inspect(connection).get_indexes("executions")}
        assert "ix_executions_run_key" in indexes
        schema.upgrade(connection)
    engine.dispose()
