"""Rights are looked up again while a stream lasts, once for all who come with the same credentials."""

import asyncio
from types import SimpleNamespace

import pytest

from dtserve.errors import AccessDenied
from dtserve.service.api import rechecks
from dtserve.service.api.rechecks import Rechecks


def request(token: str, scope: str = "all"):
    return SimpleNamespace(
        scope={}, headers={"authorization": token}, client=None, state=SimpleNamespace(action="a", scope=scope)
    )


async def frames():
    while True:
        await asyncio.sleep(0.01)
        yield b"x"


@pytest.mark.parametrize("change", ["denied", "narrowed", "none"])
def test_a_stream_ends_once_its_caller_may_see_less(monkeypatch, change) -> None:
    asked = []

    def authorize(each) -> None:
        asked.append(each.headers["authorization"])
        if change == "denied" and asked[-1] == "one":
            raise AccessDenied()
        if change == "narrowed" and asked[-1] == "one":
            each.state.scope = "own"

    monkeypatch.setattr(rechecks, "authorize", authorize)
    monkeypatch.setattr(rechecks, "AGAIN_SECONDS", 0.2)

    async def run() -> dict[str, int]:
        checks, seen = Rechecks(), {}

        async def watch(name: str, token: str) -> None:
            seen[name] = 0
            async for _ in checks.while_allowed(request(token), frames()):
                seen[name] += 1
                if seen[name] == 40:
                    return

        names = [f"one {n}" for n in range(20)] + ["two"]
        await asyncio.gather(*(watch(name, name.partition(" ")[0]) for name in names))
        return seen

    seen = asyncio.run(run())
    assert seen["two"] == 40
    assert all((count == 40) == (change == "none") for name, count in seen.items() if name != "two")
    assert asked.count("one") <= 3
