import pytest

from dtserve.connections.errors import UnsupportedConnection
from dtserve.connections.unsupported import REASONS, UnsupportedManager
from support.connections import environment, manager


@pytest.mark.parametrize("kind", sorted(REASONS))
def test_the_reason_is_told(kind):
    found = UnsupportedManager(manager(kind), environment(), kind)
    with pytest.raises(UnsupportedConnection) as caught:
        found.path()
    assert REASONS[kind] in caught.value.message
    assert caught.value.exit_code == 5


def test_private_names_are_plain_attribute_errors():
    assert not hasattr(UnsupportedManager(manager("WMI"), environment()), "_nothing")
