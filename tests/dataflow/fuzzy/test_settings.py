"""Limits of memory (the other properties are in the cases of the components)."""

from __future__ import annotations

import pytest

from dtserve.dataflow.fuzzy.settings import check_memory, delimiters
from dtserve.dataflow.fuzzy.tokens import DEFAULT_DELIMITERS
from dtserve.dataflow.text_errors import FuzzyMemory
from dtserve.package.model import Component
from support.flows import MemorySource, RecordingHost, props


def component(tmp_path, limit=0, **properties):
    model = Component("F", "F", "", properties=props(properties))
    return MemorySource(model, RecordingHost(tmp_path, memory_limit=limit), {})


def test_memory(tmp_path):
    check_memory(component(tmp_path, MaxMemoryUsage=10), 10 * 2**20)
    with pytest.raises(FuzzyMemory, match="11 MB, but may take 10 MB"):
        check_memory(component(tmp_path, MaxMemoryUsage=10), 10 * 2**20 + 1)
    with pytest.raises(FuzzyMemory):
        check_memory(component(tmp_path, limit=100 * 2**20, MaxMemoryUsage=""), 50 * 2**20)
    check_memory(component(tmp_path, limit=1000 * 2**20, MaxMemoryUsage="0"), 50 * 2**20)


def test_delimiters(tmp_path):
    assert delimiters(component(tmp_path)) == DEFAULT_DELIMITERS
    assert delimiters(component(tmp_path, Delimiters="_")) == "_"
