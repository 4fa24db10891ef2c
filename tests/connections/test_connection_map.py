import pytest

from dtserve.connections.connection_map import find_target, load_connection_map, parse_map_line, same_server
from dtserve.connections.environment import ConnectionTarget
from dtserve.connections.errors import BadConnectionMap


def test_entries_of_a_mapping():
    found = load_connection_map(
        {
            "Sales DW": "postgresql://u@h/sales",
            "//PROD01/Sales": "sqlite:////s.db",
            "//PROD01\\X/*": "sqlite:////x.db",
            "*": "sqlite:////all.db",
            "Table": {"url": "sqlite:////t.db"},
            "other": {"server": "s", "database": "d", "url": "sqlite:////o.db"},
        }
    )
    assert found[0] == ConnectionTarget("postgresql://u@h/sales", manager="Sales DW")
    assert found[1] == ConnectionTarget("sqlite:////s.db", server="PROD01", database="Sales")
    assert found[2].server == "PROD01\\X"
    assert found[3] == ConnectionTarget("sqlite:////all.db", server="*", database="*")
    assert found[4].manager == "Table"


def test_lines_and_tables_of_a_list():
    found = load_connection_map(
        ["a=sqlite:///x.db", {"server": "s", "url": "sqlite:///y.db"}, ConnectionTarget("sqlite://", manager="z")]
    )
    assert [t.manager for t in found] == ["a", "", "z"]
    assert found[1].database == "*"
    assert parse_map_line(" //h/d = mysql://u:p@h/d?x=1=2 ").url == "mysql://u:p@h/d?x=1=2"


@pytest.mark.parametrize(
    "entry",
    [
        "no url",
        "a=nourl",
        "//only=sqlite://",
        "=sqlite://",
        5,
        {"manager": "m"},
        {"url": "sqlite://"},
        {"url": "sqlite://", "x": 1},
    ],
)
def test_entries_without_sense(entry):
    with pytest.raises(BadConnectionMap):
        load_connection_map([entry])
    with pytest.raises(BadConnectionMap):
        load_connection_map({"k": 7})


def test_a_password_in_a_bad_entry_is_not_told():
    with pytest.raises(BadConnectionMap) as caught:
        load_connection_map({"//x": "postgresql://u:secret@h/d"})
    assert "secret" not in caught.value.describe()


def test_the_best_entry_wins():
    targets = load_connection_map(
        {
            "*": "sqlite:///all",
            "//*/Sales": "sqlite:///database",
            "//srv/*": "sqlite:///server",
            "//SRV/sales": "sqlite:///both",
            "Mgr": "sqlite:///name",
        }
    )

    def url(manager, server, database):
        found = find_target(targets, manager, server, database)
        return found.url.rpartition("/")[2] if found else None

    assert url("mgr", "srv", "Sales") == "name"
    assert url("x", "tcp:srv,1433", "SALES") == "both"
    assert url("x", "srv", "other") == "server"
    assert url("x", "other", "sales") == "database"
    assert url("x", "y", "z") == "all"
    assert find_target((), "a", "b", "c") is None


def test_servers_are_compared_by_meaning():
    assert same_server("(local)", ".")
    assert same_server("DB\\I", "db\\i")
    assert same_server("db,1433", "db")
    assert not same_server("db", "db\\i")
    assert not same_server("db,1500", "db")
