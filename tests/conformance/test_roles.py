"""Reader and writer roles: msdb keeps them, other stores say that they do not."""

import pytest

from dtserve.stores.errors import RolesUnsupported
from dtserve.stores.msdb.errors import RolesFailed


def test_roles(store):
    store.write(("P",), b"1")
    if store.kind_of(()) != "SqlServerFolder":
        with pytest.raises(RolesUnsupported):
            store.roles(("P",))
        with pytest.raises(RolesUnsupported):
            store.set_roles(("P",), "db_ssisadmin", "")
        return
    assert store.roles(("P",)) == ("", "")
    store.set_roles(("P",), "DB_SSISOPERATOR", "")
    assert store.roles(("P",)) == ("db_ssisoperator", "")
    store.write(("P",), b"2", overwrite=True)
    store.move(("P",), ("Q",))
    assert store.roles(("Q",)) == ("db_ssisoperator", "")
    assert store.info(("Q",)).read_role == "db_ssisoperator"
    with pytest.raises(RolesFailed) as caught:
        store.set_roles(("Q",), "no such role", "")
    assert caught.value.native == 15014
    assert store.roles(("Q",)) == ("db_ssisoperator", "")
    store.set_roles(("Q",), "", "")
    assert store.roles(("Q",)) == ("", "")
