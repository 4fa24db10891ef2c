"""Accounts, alerts, schedules and the key out of a home and into another."""

import json

import pytest
import sqlalchemy as sa

from dtserve.service.backup_identities import FOREIGN, TAKEN, Identities
from dtserve.service.config import load_home
from dtserve.service.sealed import Seal
from dtserve.service.state import open_state

ROLES = "identities/roles.json"
SCHEDULES = "identities/schedules.json"


@pytest.fixture
def homes(tmp_path):
    made = [load_home(tmp_path / name) for name in ("one", "two")]
    yield made
    for home in made:
        home.close()


def execute(home, query, **values):
    state = open_state(home.state_path)
    with state.write() as connection:
        found = connection.execute(sa.text(query), values)
        rows = [tuple(row) for row in found] if found.returns_rows else []
    state.close()
    return rows


def roles(home):
    return execute(home, "SELECT rolekey, description FROM roles ORDER BY rolekey")


def add(home, key, description):
    execute(home, "INSERT INTO roles VALUES (:key, :key, :description, 1.0)", key=key, description=description)


def add_schedule(home, number, name, request):
    Identities(home)._opened().close()
    execute(
        home,
        "INSERT INTO schedules (id, name, owner, package_path, request, cron, every_seconds, time_zone, missed, paused,"
        " created, next_run, last_execution, last_problem) VALUES (:id, :name, 'eve', 'P', :request, '', 60, 'UTC',"
        " 'skip', 0, 1.0, 2.0, '', '')",
        id=number, name=name, request=Seal(home.seal_path).close(request),
    )  # fmt: skip


def dumped(home):
    part = Identities(home)
    try:
        return dict(part.dump())
    finally:
        part.close()


def planned(part, name, data, existing):
    return [told.action for told, _ in part.plan(name, data, existing)]


def put(part, name, data, existing):
    found = list(part.plan(name, data, existing))
    part.load(name, data, existing)
    return [step for _, step in found if step is not None]


def test_rows(homes):
    one, two = homes
    assert dumped(one) == {}
    add(one, "night", "theirs")
    add(one, "day", "theirs")
    found = dumped(one)
    assert [row["rolekey"] for row in json.loads(found[ROLES])] == ["night", "day"]
    part = Identities(two)
    assert planned(part, ROLES, found[ROLES], "fail") == ["created", "created"]
    assert not two.state_path.exists()
    add(two, "day", "ours")
    assert planned(part, ROLES, found[ROLES], "fail") == ["created", "failed"]
    assert planned(part, ROLES, found[ROLES], "skip") == ["created", "skipped"]
    steps = put(part, ROLES, found[ROLES], "skip")
    assert roles(two) == [("day", "ours"), ("night", "theirs")]
    assert planned(part, ROLES, found[ROLES], "replace") == ["same", "replaced"]
    steps += put(part, ROLES, found[ROLES], "replace")
    assert roles(two) == [("day", "theirs"), ("night", "theirs")]
    assert planned(part, "identities/unknown.json", b"[{}]", "skip") == []
    part.load("identities/unknown.json", b"[{}]", "skip")
    part.close()
    for _ in range(2):
        for step in reversed(steps):
            Identities(two).revert(step)
        assert roles(two) == [("day", "ours")]


def test_rows_that_somebody_changed_meanwhile_stay(homes):
    one, two = homes
    add(one, "night", "theirs")
    steps = put(Identities(two), ROLES, dumped(one)[ROLES], "skip")
    execute(two, "UPDATE roles SET description = 'changed by hand'")
    Identities(two).revert(steps[0])
    assert roles(two) == [("night", "changed by hand")]


def test_schedules_and_alerts_go_by_their_names(homes):
    one, two = homes
    add_schedule(one, "1", "nightly", b"new")
    add_schedule(two, "2", "nightly", b"old")
    for home, target in ((one, "new@x"), (two, "old@x")):
        execute(
            home,
            "INSERT INTO alerts (id, name, owner, events, package_path, long_seconds, channel, target, paused)"
            " VALUES (:id, 'failures', 'eve', 'failed', '', 0, 'mail', :target, 0)",
            id=target[:3], target=target,
        )  # fmt: skip
    found = dumped(one)
    part = Identities(two)
    list(part.plan(Identities.KEY, found[Identities.KEY], "skip"))
    for name in (SCHEDULES, "identities/alerts.json"):
        assert planned(part, name, found[name], "skip") == ["skipped"]
        assert put(part, name, found[name], "replace") != []
        assert planned(part, name, found[name], "replace") == ["same"]
    assert execute(two, "SELECT id, target FROM alerts") == [("old", "new@x")]
    ((number, request),) = execute(two, "SELECT id, request FROM schedules")
    assert (number, Seal(two.seal_path).open(request)) == ("2", b"new")
    execute(two, "INSERT INTO alerts SELECT 'new', 'others', owner, events, '', 0, channel, target, 0 FROM alerts")
    told = [each for each, _ in part.plan("identities/alerts.json", found["identities/alerts.json"], "replace")]
    assert [(each.action, each.message) for each in told] == [("skipped", TAKEN)]
    part.close()


def test_the_key_of_a_new_home_is_the_one_of_the_backup(homes):
    one, two = homes
    add_schedule(one, "1", "nightly", b"secret")
    found = dumped(one)
    assert next(iter(found)) == Identities.KEY
    part = Identities(two)
    steps = put(part, Identities.KEY, found[Identities.KEY], "fail")
    assert two.seal_path.read_bytes() == one.seal_path.read_bytes()
    assert two.seal_path.stat().st_mode & 0o777 == 0o600
    assert planned(part, Identities.KEY, found[Identities.KEY], "fail") == ["same"]
    put(part, SCHEDULES, found[SCHEDULES], "fail")
    part.close()
    ((request,),) = execute(two, "SELECT request FROM schedules")
    assert Seal(two.seal_path).open(request) == b"secret"
    for _ in range(2):
        Identities(two).revert(steps[0])
        assert not two.seal_path.exists()


def test_a_home_with_a_key_keeps_it(homes):
    one, two = homes
    add_schedule(one, "1", "nightly", b"secret")
    own = Seal(two.seal_path).close(b"x") and two.seal_path.read_bytes()
    found = dumped(one)
    part = Identities(two)
    assert planned(part, Identities.KEY, found[Identities.KEY], "replace") == ["skipped"]
    steps = put(part, SCHEDULES, found[SCHEDULES], "skip")
    part.close()
    assert two.seal_path.read_bytes() == own
    ((request,),) = execute(two, "SELECT request FROM schedules")
    assert Seal(two.seal_path).open(request) == b"secret"
    Identities(two).revert(steps[0])
    assert execute(two, "SELECT * FROM schedules") == []


def test_without_the_key_it_is_told_what_cannot_be_opened(homes):
    one, two = homes
    add_schedule(one, "1", "nightly", b"secret")
    data = dumped(one)[SCHEDULES]
    execute(one, "DELETE FROM schedules")
    for home, message in ((one, ""), (two, FOREIGN)):
        open_state(home.state_path).close()
        part = Identities(home)
        assert [told.message for told, _ in part.plan(SCHEDULES, data, "skip")] == [message]
        part.close()
