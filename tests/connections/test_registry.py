import pytest

from dtserve.connections.errors import UnknownConnectionKind, UnsupportedConnection
from dtserve.connections.registry import KINDS, create_connection
from dtserve.package.names import CONNECTION_KINDS
from support.connections import environment, manager


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_has_its_class(kind):
    found = create_connection(manager(kind if kind != "ADO.NET" else "ADO.NET:SQL"), environment())
    assert found.kind in (kind, "ORACLE")
    assert repr(found) == f"<{found.kind} 'm'>"


@pytest.mark.parametrize("part", [row.part for row in CONNECTION_KINDS if row.part not in KINDS])
def test_other_known_kinds_are_refused_when_used(part):
    found = create_connection(manager(part, {"ConnectionString": "a=b"}), environment())
    assert found.get_property("connectionstring") == "a=b"
    found.set_property("X", "1")
    found.close()
    with pytest.raises(UnsupportedConnection) as caught:
        found.session()
    assert part in caught.value.message
    assert '"m"' in caught.value.message


def test_unknown_kinds_are_told():
    with pytest.raises(UnknownConnectionKind, match=r"Nobody\.Knows"):
        create_connection(manager("Nobody.Knows"), environment())


def test_the_long_form_of_ado_net():
    name = "ADO.NET:System.Data.SqlClient.SqlConnection, System.Data, Version=4.0.0.0, Culture=neutral, PublicKeyToken=b77a5c561934e089"
    assert create_connection(manager(name), environment()).provider == "SQL"
