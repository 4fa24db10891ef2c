"""Accounts and versions out of a home and into another."""

import json

import pytest
import sqlalchemy as sa

from dtserve.service.backup_parts import Identities, Versions
from dtserve.service.config import load_home
from dtserve.service.state import open_state
from support.store_packages import package


@pytest.fixture
def homes(tmp_path):
    made = [load_home(tmp_path / name) for name in ("one", "two")]
    yield made
    for home in made:
        home.close()


def rows(home, table="roles"):
    state = open_state(home.state_path)
    with state.read() as connection:
        found = connection.execute(sa.text(f"SELECT rolekey, description FROM {table} ORDER BY rolekey")).all()
    state.close()
    return [tuple(row) for row in found]


def add(home, key, description):
    state = open_state(home.state_path)
    with state.write() as connection:
        connection.execute(
            sa.text("INSERT INTO roles VALUES (:key, :key, :description, 1.0)"),
            {"key": key, "description": description},
        )
    state.close()


def test_identities(homes):
    one, two = homes
    assert list(Identities(one).dump()) == []
    add(one, "night", "theirs")
    add(one, "day", "theirs")
    data = dict(Identities(one).dump())["identities/roles.json"]
    assert [each.action for each in Identities(two).look("identities/roles.json", data, "fail")] == [
        "created",
        "created",
    ]
    assert not two.state_path.exists()
    add(two, "day", "ours")
    found = dict(Identities(one).dump())
    assert [row["rolekey"] for row in json.loads(found["identities/roles.json"])] == ["night", "day"]
    data = found["identities/roles.json"]
    part = Identities(two)
    assert [each.action for each in part.look("identities/roles.json", data, "fail")] == ["created", "failed"]
    assert [each.action for each in part.load("identities/roles.json", data, "skip")] == ["created", "skipped"]
    assert rows(two) == [("day", "ours"), ("night", "theirs")]
    assert [each.action for each in part.load("identities/roles.json", data, "replace")] == ["same", "replaced"]
    assert rows(two) == [("day", "theirs"), ("night", "theirs")]
    assert part.load("identities/unknown.json", b"[{}]", "skip") == []
    part.undo()
    assert rows(two) == [("day", "ours")]


def test_versions(homes):
    one, two = homes
    for home, secret in ((one, "a"), (two, "b")):
        home.msdb().write(("P",), package("P", secret=secret))
    one.msdb().write(("Q",), package("Q"))
    found = list(Versions(one).dump())
    part = Versions(two)
    assert [each.message for each in part.look(*found[0], "skip")] == ["2 histories"]
    assert two.msdb().versions(("Q",)) == []
    for name, data in found:
        part.load(name, data, "skip")
    assert two.msdb().read_version(("Q",), 1) == package("Q")
    assert two.msdb().read_version(("P",), 1) == package("P", secret="b")
    part.undo()
    assert two.msdb().versions(("Q",)) == []
    assert two.msdb().read_version(("P",), 1) == package("P", secret="b")
