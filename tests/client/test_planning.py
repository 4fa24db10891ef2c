"""Schedules and alerts through the client, at a real service."""

import pytest

from dtserve.client import Address, Client, RemoteProblem
from support.service import serve


def test_schedules_and_alerts(tmp_path) -> None:
    with serve(tmp_path, "--samples") as served, Client(Address.parse(served.address), served.token) as client:
        planning = client.planning
        made = planning.add_schedule("nightly", r"\MSDB\Samples\CountMonths", cron="0 2 * * *", start={"retries": 1})
        assert planning.pause_schedule("nightly", True)["paused"]
        assert [each["id"] for each in planning.schedules()] == [made["id"]]
        planning.remove_schedule(made["id"])
        with pytest.raises(RemoteProblem, match="nightly"):
            planning.remove_schedule("nightly")
        planning.add_alert("ops", ["failed"], "webhook", "http://127.0.0.1:9/x", package=r"\MSDB")
        assert planning.pause_alert("ops", True)["paused"]
        assert planning.messages() == []
        planning.remove_alert("ops")
        assert planning.alerts() == []
