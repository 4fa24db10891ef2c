"""Lines of the connection map."""

from dtserve.connections import ConnectionTarget, connection_target
from dtserve.connections.environment import ConnectionTarget as OfEnvironment
from dtserve.connections.environment import Environment


def test_it_is_handed_out() -> None:
    assert ConnectionTarget is connection_target.ConnectionTarget
    assert OfEnvironment is ConnectionTarget


def test_its_url_is_not_shown() -> None:
    target = ConnectionTarget("postgresql://u:secret@h/db", manager="DB")
    assert "secret" not in repr(target)
    assert "DB" in repr(target)


def test_an_environment_with_it_survives() -> None:
    environment = Environment(connection_map=(ConnectionTarget("sqlite:///x", server="S", database="*"),))
    assert Environment.from_dict(environment.to_dict()) == environment
