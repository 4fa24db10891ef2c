"""Tables of access: keys everywhere, and no column for a secret itself."""

from dtserve.service import identity_schema
from dtserve.service.schema import metadata


def test_every_table_is_in_the_state_database() -> None:
    tables = [getattr(identity_schema, name) for name in identity_schema.__all__ if name != "adopt_identities"]
    for table in tables:
        assert metadata.tables[table.name] is table
        assert table.primary_key.columns


def test_secrets_are_hashes() -> None:
    columns = {column.name for table in (identity_schema.accounts, identity_schema.tokens) for column in table.columns}
    assert {"password_hash", "token_hash"} <= columns
    assert not columns & {"password", "token", "secret"}
