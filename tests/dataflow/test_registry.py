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
from support.distributions import Distribution, documented


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


PACKAGE = """<DTS:Executable xmlns:DTS="www.microsoft.com/SqlServer/Dts" DTS:refId="Package" DTS:CreationName="Microsoft.Package" DTS:ExecutableType="Microsoft.Package" DTS:ObjectName="P" DTS:DTSID="{{00000000-0000-0000-0000-000000000001}}">
<DTS:Property DTS:Name="PackageFormatVersion">8</DTS:Property>
<DTS:ConnectionManagers>{managers}</DTS:ConnectionManagers>
<DTS:Executables><DTS:Executable DTS:refId="Package\\D" DTS:CreationName="Microsoft.Pipeline" DTS:ExecutableType="Microsoft.Pipeline" DTS:ObjectName="D" DTS:DTSID="{{00000000-0000-0000-0000-000000000002}}"><DTS:ObjectData><pipeline version="1"><components>
<component refId="Package\\D\\In" componentClassID="Microsoft.FlatFileSource" name="In"><connections><connection refId="a" connectionManagerID="Package.ConnectionManagers[in]" name="FlatFileConnection"/></connections>
<outputs><output refId="Package\\D\\In.Out" name="Out"><outputColumns><outputColumn refId="In.t" lineageId="In.t" name="t" dataType="wstr" length="20"/></outputColumns></output></outputs></component>
<component refId="Package\\D\\Shout" componentClassID="Microsoft.ManagedComponentHost" name="Shout"><properties><property name="UserComponentTypeName">Acme.Shout, Acme, Version=1.0.0.0</property></properties>
<inputs><input refId="Package\\D\\Shout.In" name="In"><inputColumns><inputColumn refId="s.t" lineageId="In.t"/></inputColumns></input></inputs><outputs><output refId="Package\\D\\Shout.Out" name="Out" synchronousInputId="Package\\D\\Shout.In"/></outputs></component>
<component refId="Package\\D\\To" componentClassID="Microsoft.FlatFileDestination" name="To"><connections><connection refId="b" connectionManagerID="Package.ConnectionManagers[out]" name="FlatFileConnection"/></connections>
<inputs><input refId="Package\\D\\To.In" name="In" hasSideEffects="true"><inputColumns><inputColumn refId="d.t" lineageId="In.t" externalMetadataColumnId="x.t" cachedName="t"/></inputColumns><externalMetadataColumns><externalMetadataColumn refId="x.t" name="t" dataType="wstr" length="20"/></externalMetadataColumns></input></inputs></component>
</components><paths><path refId="p1" startId="Package\\D\\In.Out" endId="Package\\D\\Shout.In" name="p1"/><path refId="p2" startId="Package\\D\\Shout.Out" endId="Package\\D\\To.In" name="p2"/></paths></pipeline></DTS:ObjectData></DTS:Executable></DTS:Executables></DTS:Executable>"""
MANAGER = """<DTS:ConnectionManager DTS:refId="Package.ConnectionManagers[{name}]" DTS:CreationName="FLATFILE" DTS:ObjectName="{name}" DTS:DTSID="{{00000000-0000-0000-0000-00000000000{at}}}"><DTS:ObjectData>
<DTS:ConnectionManager DTS:Format="Delimited" DTS:LocaleID="1033" DTS:CodePage="65001" DTS:HeaderRowDelimiter="_x000A_" DTS:TextQualifier="_x003C_none_x003E_" DTS:ConnectionString="{path}"><DTS:FlatFileColumns>
<DTS:FlatFileColumn DTS:ColumnType="Delimited" DTS:ColumnDelimiter="_x000A_" DTS:MaximumWidth="20" DTS:DataType="130" DTS:ObjectName="t"/></DTS:FlatFileColumns></DTS:ConnectionManager></DTS:ObjectData></DTS:ConnectionManager>"""


def test_the_documented_component_runs_when_its_distribution_is_installed(tmp_path):
    acme = Distribution(tmp_path, "dtserve.components", "Acme.Shout")
    places = enumerate(("in", "out"), start=3)
    managers = "".join(MANAGER.format(name=name, at=at, path=f"{name}.txt") for at, name in places)
    package = PACKAGE.format(managers=managers)
    (tmp_path / "in.txt").write_text("one\ntwo\n")
    refused = acme.dtexec(package)
    assert refused.returncode == 5
    assert "Acme.Shout" in refused.stdout + refused.stderr
    acme.install("shout", documented("data_flow.md", "Components of your own"), "shout:Shout")
    done = acme.dtexec(package)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "out.txt").read_text() == "ONE\nTWO\n"
    acme.offer("gone:Shout")
    broken = acme.dtexec(package)
    assert broken.returncode != 0
    assert "its distribution cannot be loaded" in broken.stdout + broken.stderr


@pytest.mark.parametrize(
    ("offer", "words"), [(lambda: object, "offers no component"), (lambda: 1 / 0, "ZeroDivisionError")]
)
def test_broken_offers_are_refused_by_name(monkeypatch, offer, words):
    monkeypatch.setattr(registry, "_entry_points", lambda: {"Acme.X": offer})
    assert registry.is_offered("Acme.X")
    with pytest.raises(UnsupportedComponent, match=words):
        registry.resolve(Component("x", "X", "", user_type="Acme.X"))


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
