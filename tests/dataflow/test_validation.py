"""Validation asks every component, stops on a cancel, and posts what SSIS posts."""

from __future__ import annotations

import pytest

from dtserve.dataflow import engine
from dtserve.dataflow.errors import BadProperty, ComponentBroken, DataFlowFailed
from dtserve.dataflow.registry import component
from dtserve.errors import Canceled
from support.flows import I4, MemorySink, RecordingHost, flow, sink, source


@component("TestInvalidSink")
class InvalidSink(MemorySink):
    """Says what the host keeps under its name."""

    def validate(self) -> None:
        raise self.host.frames[self.model.name]


def three(tmp_path, **faults):
    from dataclasses import replace

    host = RecordingHost(tmp_path)
    host.frames.update(faults)
    ends = [replace(sink(name, {"n": f"S{name}.n"}), part="TestInvalidSink") for name in faults]
    sources = [source(f"S{name}", {"n": I4}) for name in faults]
    return host, flow(*sources, *ends, paths=[(f"S{name}.Out", f"{name}.In") for name in faults])


def test_every_component_is_asked_and_the_first_error_counts(tmp_path):
    faults = {
        "A": BadProperty(property="p", component="A", detail="no"),
        "B": ComponentBroken(component="B", status="VS_NEEDSNEWMETADATA"),
        "C": ValueError("not coded"),
    }
    host, made = three(tmp_path, **faults)
    with pytest.raises(DataFlowFailed) as caught:
        engine.validate_data_flow(made, host)
    assert caught.value.error is faults["A"]
    found = [(code, component) for kind, code, component, _ in host.events if kind == "OnError"]
    assert [code for code, _ in found] == [
        0xC0D51404, 0xC004706B, 0xC004706B, 0xC0D5FFFF, 0xC004706B, 0xC004700C,
    ]  # fmt: skip
    assert {component for code, component in found if code == 0xC004706B} == {"SSIS.Pipeline"}
    assert sum('"VS_NEEDSNEWMETADATA"' in text for _, _, _, text in host.events) == 1


def test_a_cancel_ends_the_validation(tmp_path):
    host, made = three(tmp_path, A=BadProperty(property="p", component="A", detail="no"))
    host.cancel.set()
    with pytest.raises(Canceled):
        engine.validate_data_flow(made, host)
    assert host.codes("OnError") == []
