"""Guessing is slowed down, memory is bounded."""

import pytest

from dtserve.service.access_errors import TooManyLogins
from dtserve.service.login_limits import LoginLimits


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_five_failures_and_a_wait() -> None:
    clock = Clock()
    limits = LoginLimits(clock=clock)
    for _ in range(4):
        limits.failed(["address:a", "name:x"])
    limits.check(["address:a", "name:x"])
    limits.failed(["address:a", "name:x"])
    for keys in (["address:a"], ["name:x"], ["address:b", "name:x"]):
        with pytest.raises(TooManyLogins) as caught:
            limits.check(keys)
        assert caught.value.facts["seconds"] == 61
    limits.check(["address:b", "name:y"])
    clock.now += 60.5
    limits.check(["address:a", "name:x"])


def test_success_forgets() -> None:
    limits = LoginLimits(clock=Clock())
    for _ in range(5):
        limits.failed(["name:x"])
    limits.succeeded(["name:x"])
    limits.check(["name:x"])


def test_memory_is_bounded() -> None:
    limits = LoginLimits(clock=Clock(), max_keys=10)
    for number in range(100):
        limits.failed([f"name:{number}"])
    assert len(limits._failed) == 10
