"""Limits of a data flow have defaults and cannot be changed while it runs."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from dtserve.dataflow.settings import FlowSettings, memory_of, queue_limit, spill_limit


def test_defaults_leave_sizes_to_the_engine(tmp_path):
    made = FlowSettings(temp=tmp_path)
    assert (made.memory_limit, made.buffer_rows, made.locale_id) == (0, 0, 1033)


def test_settings_are_frozen(tmp_path):
    with pytest.raises(FrozenInstanceError):
        FlowSettings(temp=tmp_path).buffer_rows = 5


def test_the_limit_is_a_part_of_the_memory():
    assert spill_limit(2**30) == 2**28
    assert spill_limit(1) == 16 * 2**20
    assert spill_limit(0) > 16 * 2**20


def test_a_cache_may_take_half_of_the_memory():
    assert memory_of(2**30) == 2**30
    assert memory_of(0) > 2**20


def test_between_two_threads_waits_a_small_part():
    assert (queue_limit(2**30), queue_limit(2**40), queue_limit(1)) == (2**25, 2**25, 2**22)
