"""The audit over REST."""

from support.service import open_service


def test_it_filters_and_pages(tmp_path) -> None:
    with open_service(tmp_path) as (_, client):
        for name in "abc":
            client.post("/api/folders", json={"path": rf"\MSDB\{name}"})
        first = client.get("/api/audit", params={"limit": 2, "action": "folders.create"}).json()
        assert [row["target"] for row in first["audit"]] == [r"\MSDB\c", r"\MSDB\b"]
        rest = client.get("/api/audit", params={"limit": 2, "before": first["next"], "user": "administrator"}).json()
        assert ([row["target"] for row in rest["audit"]], rest["next"]) == ([r"\MSDB\a"], None)
        assert client.get("/api/audit", params={"outcome": "denied"}).json()["audit"] == []
        assert client.get("/api/audit", params={"outcome": "nonsense"}).status_code == 422
