"""Which class runs what: lazily, with parts of others by entry point."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path as FilePath

import pytest

from dtserve.dataflow import registry
from dtserve.dataflow.base import PipelineComponent
from dtserve.dataflow.components.multicast import Multicast
from dtserve.dataflow.errors import ComponentMissing, UnsupportedComponent
from dtserve.package.model import Component
from dtserve.package.names import COMPONENTS


def test_every_known_part_runs_or_is_refused_with_a_reason():
    parts = {row.part for row in COMPONENTS}
    assert parts == set(registry.MODULES) | set(registry.UNSUPPORTED)
    assert not set(registry.MODULES) & set(registry.UNSUPPORTED)


@pytest.mark.parametrize("part", registry.supported_parts())
def test_each_module_registers_its_part(part):
    cls = registry.component_class(part)
    assert cls is not None
    assert issubclass(cls, PipelineComponent)
    assert cls.__doc__


def test_supported_parts_are_most_of_them():
    assert len(registry.supported_parts()) >= 40


def test_nothing_heavy_is_imported_to_look_a_part_up():
    code = "import sys, dtserve.dataflow.registry; print(sorted(m for m in ('polars', 'duckdb', 'numpy') if m in sys.modules))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def test_unknown_and_unsupported_are_refused():
    with pytest.raises(ComponentMissing):
        registry.resolve(Component("x", "X", "{0}"))
    with pytest.raises(UnsupportedComponent):
        registry.resolve(Component("x", "X", "{0}", part="DataCorrectionComponent"))


def test_components_of_others_come_by_entry_point(monkeypatch):
    offers = {"Acme.Shout": lambda: Multicast, "{ABC}": lambda: Multicast}
    monkeypatch.setattr(registry, "_entry_points", lambda: offers)
    managed = Component("x", "X", "Microsoft.ManagedComponentHost", user_type="Acme.Shout, Acme, Version=1.0.0.0")
    assert registry.resolve(managed) is Multicast
    assert registry.resolve(Component("x", "X", "{ABC}")) is Multicast


def test_every_component_has_its_place_in_the_reference():
    page = FilePath(__file__).parents[2].joinpath("docs", "reference", "data_flow.md").read_text(encoding="utf-8")
    headings = set(re.findall(r"^### (\w+)$", page, re.MULTILINE))
    assert headings >= set(registry.supported_parts())
    refused = page.partition("## Components that are refused")[2].partition("\n## ")[0]
    names = {row.part: row.title for row in COMPONENTS}
    groups = {"Adls": "Azure Data Lake Store", "AzBlob": "Azure Blob", "Hdfs": "HDFS"}
    shown = {
        part: next((g for p, g in groups.items() if part.startswith(p)), names[part]) for part in registry.UNSUPPORTED
    }
    assert [part for part, name in shown.items() if name not in refused] == []
