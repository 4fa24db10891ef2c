"""Guessing is slowed down, memory is bounded."""

import threading

import pytest

from dtserve.service.access_errors import TooManyLogins
from dtserve.service.login_limits import ADDRESS_FAILURES, LoginLimits


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_five_failures_and_a_wait() -> None:
    clock = Clock()
    limits = LoginLimits(clock=clock)
    for _ in range(5):
        limits.begin(["address:a", "name:x"])
    for keys in (["name:x"], ["address:b", "name:x"]):
        with pytest.raises(TooManyLogins) as caught:
            limits.begin(keys)
        assert caught.value.facts["seconds"] == 61
    limits.begin(["address:a", "name:y"])
    clock.now += 60.5
    limits.begin(["address:a", "name:x"])


def test_an_address_may_be_many_people() -> None:
    limits = LoginLimits(clock=Clock())
    for number in range(ADDRESS_FAILURES):
        limits.begin(["address:a", f"name:{number}"])
    with pytest.raises(TooManyLogins):
        limits.begin(["address:a", "name:another"])


def test_success_forgets() -> None:
    limits = LoginLimits(clock=Clock())
    for _ in range(100):
        limits.begin(["address:a", "name:x"])
        limits.succeeded(["address:a", "name:x"])
    for _ in range(5):
        limits.begin(["name:x"])
    with pytest.raises(TooManyLogins):
        limits.begin(["name:x"])


def test_many_at_once_are_no_way_around() -> None:
    limits = LoginLimits()
    refused = []

    def attempt() -> None:
        try:
            limits.begin(["name:x"])
        except TooManyLogins:
            refused.append(1)

    threads = [threading.Thread(target=attempt) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 15


def test_memory_is_bounded() -> None:
    limits = LoginLimits(clock=Clock(), max_keys=10)
    for number in range(100):
        limits.begin([f"name:{number}"])
    assert len(limits._failed) == 10
