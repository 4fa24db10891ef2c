"""One budget of memory for all components that hold rows back."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from pathlib import Path

from dtserve.dataflow.budget import LEAST_BYTES, Budget, CacheShare, Lease, lease
from dtserve.dataflow.memory import SETTING
from dtserve.dataflow.settings import memory_of

MB = 2**20


def test_up_to_four_have_a_quarter_each_and_more_have_equal_parts():
    budget = Budget(64 * MB)
    leases = [Lease(budget) for _ in range(8)]
    found = []
    for one in leases:
        one.take()
        one.take()
        found.append(int(leases[0]) // MB)
    assert found == [16, 16, 16, 16, 12, 10, 9, 8]
    assert sum(int(one) for one in leases) == budget.total


def test_what_is_given_back_the_others_have():
    budget = Budget(80 * MB)
    leases = [Lease(budget) for _ in range(5)]
    for one in leases:
        one.take()
    assert int(leases[1]) == 16 * MB
    leases[0].give_back()
    leases[0].give_back()
    assert (int(leases[1]), budget.holders) == (20 * MB, 4)


def test_a_lease_that_nobody_knows_any_more_holds_nothing():
    budget = Budget(64 * MB)
    Lease(budget).take()
    gc.collect()
    assert budget.holders == 0


def test_caches_have_half_and_the_others_what_they_leave():
    budget = Budget(80 * MB)
    first, second, one = CacheShare(budget), CacheShare(budget), Lease(budget)
    assert first.most(30 * MB) == 40 * MB
    assert second.most(11 * MB) == 10 * MB
    assert (budget.cached, int(one)) == (30 * MB, 50 * MB // 4)
    assert second.most(10 * MB) == 10 * MB
    assert first.most(20 * MB) == 30 * MB
    first.give_back()
    assert second.most(40 * MB) == budget.cached == 40 * MB
    del second
    gc.collect()
    assert budget.cached == 0


def test_parts_and_the_least():
    one = Lease(Budget(64 * MB))
    assert (int(one.part(2)), int(one.part(2, MB)), int(one.part(0))) == (8 * MB, MB, 16 * MB)
    assert int(Lease(Budget(1))) == LEAST_BYTES


def test_a_process_has_one_budget_per_limit():
    assert lease(64 * MB)._budget is lease(64 * MB)._budget
    assert lease(0)._budget.total == memory_of(0)


def peak(sorts, rows, memory):
    """The most memory that a process with some sorts at once had."""
    script = Path(__file__).parent.parent / "support" / "many_sorts.py"
    command = [sys.executable, str(script), str(sorts), str(rows), str(memory)]
    own = {name: value for name, value in os.environ.items() if name != SETTING}
    return int(subprocess.run(command, check=True, capture_output=True, text=True, timeout=120, env=own).stdout)


def test_eight_sorts_at_once_keep_to_the_memory():
    """200 MB of rows under 64 MB; beside them are the buffers of eight readers and what the allocator keeps for a moment."""
    little, much = peak(8, 1_000, 64 * MB), peak(8, 400_000, 64 * MB)
    assert much - little < 64 * MB + 8 * 14 * MB
    assert peak(8, 400_000, 2**30) - much > 100 * MB
