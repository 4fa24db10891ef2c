"""Schedules and alerts of a service. Rows are what the REST API tells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from dtserve.client.transport import Transport

__all__ = ["Planning"]

Row = dict[str, Any]


class Planning:
    """What ``dtserve schedules`` and ``dtserve alerts`` do."""

    def __init__(self, transport: Transport) -> None:
        self._json = transport.json

    def schedules(self) -> list[Row]:
        """All schedules by name."""
        return list(self._json("GET", "/api/schedules")["schedules"])

    def add_schedule(self, name: str, package: str, **values: Any) -> Row:
        """Add one; ``values`` are cron, every_seconds, time_zone, missed, and ``start`` with options of a start."""
        start = {**values.pop("start", {}), "package": package}
        return dict(self._json("POST", "/api/schedules", body={"name": name, "start": start, **values}))

    def pause_schedule(self, name: str, paused: bool) -> Row:
        """Pause or resume the schedule of a name or id."""
        return dict(self._json("PATCH", self._place("schedules", name), body={"paused": paused}))

    def remove_schedule(self, name: str) -> None:
        """Remove the schedule of a name or id."""
        self._json("DELETE", self._place("schedules", name))

    def alerts(self) -> list[Row]:
        """All alerts by name."""
        return list(self._json("GET", "/api/alerts")["alerts"])

    def add_alert(self, name: str, events: Sequence[str], channel: str, target: str, **values: Any) -> Row:
        """Add one; ``values`` are package and long_seconds."""
        body = {"name": name, "events": [*events], "channel": channel, "target": target, **values}
        return dict(self._json("POST", "/api/alerts", body=body))

    def pause_alert(self, name: str, paused: bool) -> Row:
        """Pause or resume the alert of a name or id."""
        return dict(self._json("PATCH", self._place("alerts", name), body={"paused": paused}))

    def remove_alert(self, name: str) -> None:
        """Remove the alert of a name or id."""
        self._json("DELETE", self._place("alerts", name))

    def messages(self, limit: int = 100) -> list[Row]:
        """What alerts have sent and will send, newest first."""
        return list(self._json("GET", "/api/alerts/messages", query={"limit": limit})["messages"])

    def _place(self, kind: str, name: str) -> str:
        """The address of the one with that name, else of that id."""
        for each in self._json("GET", f"/api/{kind}")[kind]:
            if each["name"] == name:
                return f"/api/{kind}/{each['id']}"
        return f"/api/{kind}/{quote(name, safe='')}"
