"""The service's log: JSON with fields, lines for people, levels, and no secret in either."""

import io
import json
import logging
import subprocess
import sys
import time

import pytest

from dtserve.service.logs import FORMATS, HIDDEN, LEVELS, configure_logs
from dtserve.service.settings import SETTINGS, read_settings
from support.service import serve


@pytest.fixture
def logged(tmp_path):
    """Configures logging for a stream, and leaves the test's own as it was."""
    root, own = logging.getLogger(), logging.getLogger("dtserve")
    before = root.handlers[:], root.level, own.level

    def configure(form: str, level: str = "debug") -> io.StringIO:
        stream = io.StringIO()
        names = {"DTSERVE_LOG_FORMAT": form, "DTSERVE_LOG_LEVEL": level}
        configure_logs(read_settings(tmp_path / "none.toml", names), stream)
        return stream

    yield configure
    root.handlers[:] = before[0]
    root.setLevel(before[1])
    own.setLevel(before[2])


def test_the_choices_are_those_of_the_settings() -> None:
    choices = {each.name: each.choices for each in SETTINGS}
    assert (choices["log.format"], choices["log.level"]) == (FORMATS, LEVELS)


def test_json_lines_have_fields(logged) -> None:
    stream = logged("json")
    logging.getLogger("dtserve.service").info("text %s", 1, extra={"execution_id": "e", "rows": 3})
    line = json.loads(stream.getvalue())
    assert line.pop("timestamp").endswith("Z")
    assert line == {"event": "text 1", "level": "info", "logger": "dtserve.service", "execution_id": "e", "rows": 3}


def test_what_a_request_binds_is_in_its_lines(logged) -> None:
    from structlog.contextvars import bound_contextvars

    stream = logged("json")
    with bound_contextvars(request_id="r-1"):
        logging.getLogger("dtserve.service").warning("inside")
    logging.getLogger("dtserve.service").warning("outside")
    inside, outside = map(json.loads, stream.getvalue().splitlines())
    assert (inside["request_id"], "request_id" in outside) == ("r-1", False)


def test_levels_are_of_our_own_log_only(logged) -> None:
    stream = logged("json", "info")
    for name in ("dtserve.x", "uvicorn.error"):
        logging.getLogger(name).debug("no")
        logging.getLogger(name).info("info of %s", name)
        logging.getLogger(name).warning("warning of %s", name)
    events = [json.loads(line)["event"] for line in stream.getvalue().splitlines()]
    assert events == ["info of dtserve.x", "warning of dtserve.x", "warning of uvicorn.error"]


@pytest.mark.parametrize("form", FORMATS)
def test_no_secret_is_written(logged, form) -> None:
    stream, canary = logged(form), "canary4711"
    own = logging.getLogger("dtserve.service")
    for text in (
        f"Data Source=x;Password={canary};User=y", f"PWD = '{canary}'", f"Authorization: Bearer {canary}",
        f"bearer {canary}", f"postgresql://etl:{canary}@db/x", f'{{"password": "{canary}"}}', f"/DECRYPT:{canary}",
    ):  # fmt: skip
        own.error(text)
        own.error("event", extra={"detail": text})
    own.error("event", extra={"password": canary, "client_secret": canary, "api_token": canary})
    try:
        hidden_local = canary
        raise ValueError(f"cannot open password={hidden_local}")
    except ValueError:
        own.exception("failed")
    text = stream.getvalue()
    assert canary not in text
    assert text.count(HIDDEN) >= 17
    assert "ValueError" in text


def test_a_service_logs_requests_and_runs_as_json(tmp_path) -> None:
    canary = "canary-secret-0815"
    with serve(tmp_path, "--samples", "--log-format", "json", "--log-level", "info") as served:
        with served.client as client:
            body = {
                "package": r"\MSDB\Samples\SlowPackage",
                "connections": {"Output folder": f"out;Password={canary}"},
                "options": {"password": canary},
            }
            asked = client.post(
                f"/api/executions?x={canary}", json={"package": body["package"]}, headers={"X-Request-Id": "mine-1"}
            )
            assert asked.headers["x-request-id"] == "mine-1"
            client.post("/api/session", json={"name": "nobody", "password": canary})
            client.get(f"/{canary}", headers={"Authorization": f"Bearer {canary}", "X-Request-Id": f"a {canary}"})
            started = client.post("/api/executions", json=body)
            client.post(f"/api/executions/{asked.json()['id']}/stop")
        served.wait_for(asked.json()["id"], "canceled")
        time.sleep(0.3)
        served.process.terminate()
        text, _ = served.process.communicate(timeout=30)
    assert started.status_code in (201, 202, 200, 400, 422)
    assert canary not in text
    assert served.token not in text
    lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    posted = next(each for each in lines if each.get("request_id") == "mine-1" and each["event"] == "request")
    assert (posted["method"], posted["path"], posted["action"]) == ("POST", "/api/executions", "packages.execute")
    assert posted["identity"]
    queued = next(each for each in lines if each["event"] == "execution queued")
    assert (queued["request_id"], queued["execution_id"]) == ("mine-1", asked.json()["id"])
    ended = [
        each for each in lines if each["event"] == "execution ended" and each["execution_id"] == queued["execution_id"]
    ]
    assert [each["state"] for each in ended] == ["canceled"]
    unknown = [each for each in lines if each["event"] == "request" and each["status"] == 404]
    assert [each["path"] for each in unknown] == [""]
    assert any(each.get("logger") == "dtserve.service" and each["event"].startswith("258 ") for each in lines)


def test_dtexec_does_not_load_it() -> None:
    code = "import sys, dtserve.cli.dtexec_program; sys.exit('structlog' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
