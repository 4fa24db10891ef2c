"""Random requests for every operation of the OpenAPI document, by every kind of caller: no 500, nothing undocumented.

``DTSERVE_FUZZ_EXAMPLES`` asks for more than the few examples per operation and caller of the daily run.
"""

import os

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from dtserve.service.app import openapi_of
from support.access import CAST, Cast
from support.service import PACKAGE, open_service

EXAMPLES = int(os.environ.get("DTSERVE_FUZZ_EXAMPLES", "1"))
CHECKS = [status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    with open_service(tmp_path_factory.mktemp("fuzz")) as (hub, client):
        client.headers.pop("Authorization")
        hub.watchers.close()  # streams end after their first frame
        for root in ("MSDB", "File System"):
            hub.tree.write((root, "P"), PACKAGE)
        cast = Cast(hub)
        yield hub, client.app, cast


@pytest.mark.parametrize("caller", [*CAST, "stranger"])
def test_every_operation(service, monkeypatch, caller) -> None:
    hub, app, cast = service
    monkeypatch.setattr(type(hub.executions), "_dispatch", lambda _self: None)  # queue, but start no process
    headers = {"Authorization": "Bearer guess"} if caller == "stranger" else cast.headers(caller)
    tried, wrong = 0, []
    for result in schemathesis.openapi.from_dict(openapi_of(app)).get_all_operations():
        operation = result.ok()
        modes = (
            [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
            if caller == "administrator" or EXAMPLES > 1
            else [GenerationMode.POSITIVE]
        )
        for mode in modes:
            try:
                tried += fuzz(operation, mode, app, headers)
            except (schemathesis.core.failures.FailureGroup, AssertionError) as failure:
                wrong.append(f"{operation.label}: {failure}")
    assert not wrong, "\n".join(wrong)
    assert tried >= 50


def fuzz(operation, mode: GenerationMode, app, headers: dict[str, str]) -> int:
    """How many requests were sent and answered as documented."""
    sent = 0

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=EXAMPLES, database=None, derandomize=EXAMPLES == 1, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    def send(case) -> None:
        nonlocal sent
        answer = case.call(app=app, base_url="http://127.0.0.1", headers=headers)
        assert answer.status_code != 500, answer.text
        case.validate_response(answer, checks=CHECKS)
        sent += 1

    try:
        send()
    except schemathesis.errors.InvalidSchema:
        raise
    except Exception as error:
        if type(error).__name__ == "Unsatisfiable":  # nothing about this operation can be wrong
            return sent
        raise
    return sent
