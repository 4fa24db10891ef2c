"""Which executions an alert tells of, and how often it tries."""

import threading

import pytest

from dtserve.service.alerts import PAUSE_SECONDS, TRIES, Alerts
from dtserve.service.errors import AlertNotFound, AlertNotSent, BadAlert, NameTaken
from dtserve.service.history import History
from dtserve.service.state import open_state

HOOK = "http://hooks.example.com/x"


class Sent:
    """Channels that only note what is sent."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str, str]] = []
        self.broken = False

    def check(self, channel: str, target: str) -> None:
        assert (channel, target) == ("webhook", HOOK)

    def send(self, alert, row, event) -> None:
        if self.broken:
            raise AlertNotSent(target="hooks.example.com", reason="HTTP status 500")
        self.sent.append((alert["name"], row["id"], event))


@pytest.fixture
def parts(tmp_path):
    state = open_state(tmp_path / "state.sqlite")
    history, channels = History(state), Sent()
    yield Alerts(state, history, channels), history, channels
    state.close()


def run(history, name: str, path: str = r"\MSDB\Finance\Load", **end) -> int:
    number = history.add(id=name, user="me", package_path=path, package_name="Load", state="running", started=100.0)
    if end:
        history.update(number, ended=200.0, **end)
    return number


def deliver(alerts, now: float | None = None) -> None:
    alerts.deliver(threading.Event(), now)


def test_ends_are_told_by_event_and_package(parts) -> None:
    alerts, history, channels = parts
    alerts.add("all failures", "me", ("failed", "lost"), "webhook", HOOK)
    alerts.add("finance", "me", ("succeeded",), "webhook", HOOK, package_path=r"\msdb\finance")
    alerts.add("one", "me", ("succeeded",), "webhook", HOOK, package_path=r"\MSDB\Finance\Load")
    run(history, "1", state="failed")
    run(history, "2", state="succeeded")
    run(history, "3", path=r"\MSDB\Finance2\Load", state="succeeded")
    run(history, "4")
    deliver(alerts)
    deliver(alerts)
    assert channels.sent == [("all failures", "1", "failed"), ("finance", "2", "succeeded"), ("one", "2", "succeeded")]


def test_a_long_run_is_told_once(parts) -> None:
    alerts, history, channels = parts
    alerts.add("long", "me", ("long_run",), "webhook", HOOK, long_seconds=60)
    alerts.add("longer", "me", ("long_run",), "webhook", HOOK, long_seconds=600)
    run(history, "1")
    deliver(alerts, 159.0)
    assert channels.sent == []
    deliver(alerts, 1e10)
    deliver(alerts, 2e10)
    assert sorted(channels.sent) == [("long", "1", "long_run"), ("longer", "1", "long_run")]


def test_what_is_not_taken_is_sent_again_and_given_up(parts) -> None:
    alerts, history, channels = parts
    alerts.add("a", "me", ("failed",), "webhook", HOOK)
    channels.broken = True
    run(history, "1", state="failed")
    now = alerts.messages()[0]["created"]
    for attempt in range(1, TRIES + 1):
        deliver(alerts, now)
        (message,) = alerts.messages()
        assert (message["tries"], message["state"]) == (attempt, "failed" if attempt == TRIES else "waiting")
        assert "HTTP status 500" in message["problem"]
        deliver(alerts, now + 1)
        assert alerts.messages()[0]["tries"] == attempt
        now += PAUSE_SECONDS * 2**TRIES
    channels.broken = False
    deliver(alerts, now)
    assert channels.sent == []


def test_an_execution_that_was_removed_holds_up_no_other(parts) -> None:
    alerts, history, channels = parts
    alerts.add("a", "me", ("failed",), "webhook", HOOK)
    run(history, "1", state="failed")
    history.remove(older_than=1e12, keep=0, limit=10)
    run(history, "2", state="failed")
    deliver(alerts)
    assert channels.sent == [("a", "2", "failed")]
    assert [message["state"] for message in alerts.messages()] == ["sent", "failed"]


def test_paused_and_removed(parts) -> None:
    alerts, history, channels = parts
    made = alerts.add("a", "me", ("failed",), "webhook", HOOK)
    assert alerts.pause(made["id"], True)["paused"]
    run(history, "1", state="failed")
    alerts.pause(made["id"], False)
    run(history, "2", state="failed")
    alerts.remove(made["id"])
    deliver(alerts)
    assert (channels.sent, alerts.messages(), alerts.find()) == ([], [], [])
    with pytest.raises(AlertNotFound):
        alerts.remove(made["id"])


@pytest.mark.parametrize(
    ("events", "long_seconds"), [((), 0), (("exploded",), 0), (("long_run",), 0), (("failed",), 5)]
)
def test_alerts_that_make_no_sense(parts, events, long_seconds) -> None:
    with pytest.raises(BadAlert):
        parts[0].add("a", "me", events, "webhook", HOOK, long_seconds=long_seconds)


def test_names_are_taken_once(parts) -> None:
    parts[0].add("a", "me", ("failed",), "webhook", HOOK)
    with pytest.raises(NameTaken):
        parts[0].add("a", "me", ("failed",), "webhook", HOOK)


def test_an_alert_that_is_removed_while_its_messages_are_sent_holds_up_no_other(parts) -> None:
    alerts, history, channels = parts
    rows = [alerts.add(name, "me", ("failed",), "webhook", HOOK) for name in ("first", "second", "third")]
    send = channels.send

    def sends(alert, row, event) -> None:
        if alert["name"] == "first":
            alerts.remove(rows[1]["id"])
        send(alert, row, event)

    channels.send = sends
    run(history, "1", state="failed")
    deliver(alerts)
    assert [name for name, *_ in channels.sent] == ["first", "third"]
