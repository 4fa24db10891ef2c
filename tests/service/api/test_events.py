"""The event log over REST."""

from support.service import open_service


def test_it_pages(tmp_path) -> None:
    with open_service(tmp_path) as (hub, client):
        for _ in range(3):
            hub.event_log.write("DTS_MSG_SERVER_STARTED", "1")
        first = client.get("/api/events", params={"limit": 2}).json()
        assert len(first["events"]) == 2
        rest = client.get("/api/events", params={"limit": 2, "before": first["next"]}).json()
        assert (len(rest["events"]), rest["next"]) == (1, None)
