"""Stopping the service over REST."""

from dtserve.client import Address, Client
from support.service import serve


def test_the_service_stops_on_request(tmp_path) -> None:
    with serve(tmp_path) as served:
        with Client(Address.parse(served.address), served.token) as client:
            client.stop_service()
        assert served.process.wait(20) == 0
    with serve(tmp_path) as again, Client(Address.parse(again.address), again.token) as client:
        rows = client.administration.audit(action="service.launch")
        assert [(row["target"], row["after"]) for row in rows] == [("service", "stopping")]
        assert client.event_log()[0]["event_id"] == 257
