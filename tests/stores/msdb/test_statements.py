"""The statements are the same text every time and take their values as parameters."""

import sqlalchemy as sa

from dtserve.stores.msdb import statements


def test_nothing_stands_in_them_but_parameters():
    for name in statements.__all__:
        statement = getattr(statements, name)
        compiled = statement.compile()
        assert str(compiled) == str(statement.compile()), name
        if isinstance(statement, sa.Select):
            assert all(value is None for value in compiled.params.values()), name
