"""/metrics and /api/ready."""

from support.service import open_service


def test_figures_for_who_may_and_readiness_for_all(tmp_path) -> None:
    with open_service(tmp_path) as (hub, client):
        answer = client.get("/metrics")
        assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
        assert "dtserve_executions_total 0.0" in answer.text
        nobody = {"Authorization": ""}
        assert client.get("/metrics", headers=nobody).status_code == 401
        assert client.get("/api/ready", headers=nobody).json() == {"status": "ready"}
        hub.watchers.close()
        assert client.get("/api/ready", headers=nobody).status_code == 503
