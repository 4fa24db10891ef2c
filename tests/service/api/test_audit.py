"""The audit over REST."""

import json

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


def test_the_audit_is_exported(tmp_path) -> None:
    with open_service(tmp_path) as (_, client):
        for name in "ab":
            client.post("/api/folders", json={"path": rf"\MSDB\{name}"})
        answer = client.get("/api/audit/export", params={"action": "folders.create"})
        assert answer.headers["content-type"].startswith("application/x-ndjson")
        assert [json.loads(line)["target"] for line in answer.text.splitlines()] == [r"\MSDB\b", r"\MSDB\a"]
        table = client.get("/api/audit/export", params={"format": "csv", "since": 0, "until": 9e9})
        assert table.headers["content-type"].startswith("text/csv")
        assert table.text.startswith("number,time,user,")
        assert client.get("/api/audit/export", params={"format": "xml"}).status_code == 422
        assert client.get("/api/audit", params={"until": 1}).json()["audit"] == []
