"""Limits of a data flow have defaults and cannot be changed while it runs."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from dtserve.dataflow.host import FlowSettings


def test_defaults_leave_sizes_to_the_engine(tmp_path):
    made = FlowSettings(temp=tmp_path)
    assert (made.memory_limit, made.buffer_rows, made.locale_id) == (0, 0, 1033)


def test_settings_are_frozen(tmp_path):
    with pytest.raises(FrozenInstanceError):
        FlowSettings(temp=tmp_path).buffer_rows = 5
