"""The component of a case as older formats store it: integer ids in 2 and 3, other class ids in 2, 3 and 6."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from lxml import etree

from dtserve.package.model import Component, Executable
from dtserve.package.names import COMPONENTS
from dtserve.package.reader.pipeline import read_data_flow
from support.case_facts import component_text, part_of
from support.flow_cases import TASK, lineage, type_of

__all__ = ["class_ids", "parts_of_format"]

HOSTS = {
    2: "{BF01D463-7089-41EE-8F05-0A6DC17CE633}",
    3: "{2E42D45B-F83C-400F-8D77-61DDE6A7DF29}",
    6: "{874F7595-FB5F-40FF-96AF-FBFF8250E3EF}",
}
"""Class ids of the managed component host."""

_HOST = "Microsoft.ManagedComponentHost"
_REFERENCE = re.compile(r"#\{((?:\\.|[^}\\])*)\}")
_LINKS = ("lineageId", "externalMetadataColumnId", "synchronousInputId")
_DROPPED = (
    "cachedName",
    "cachedDataType",
    "cachedLength",
    "cachedPrecision",
    "cachedScale",
    "cachedCodepage",
    "connectionManagerRefId",
)


def class_ids(part: str) -> dict[int, str]:
    """Format → a class id that a part has in it, as far as one is known."""
    row = next(row for row in COMPONENTS if row.part == part)
    guids = [each for each in row.ids if each.startswith("{")]
    others = [each for each in row.ids if not each.startswith("{") and "." in each]
    found = {number: guids[at] for at, number in enumerate((2, 3, 6)) if at < len(guids)}
    if 6 not in found and others:
        found[6] = others[0]
    return found


def _source_xml(name: str, spec: dict[str, Any]) -> str:
    keys, flags, columns = spec.get("sorted", {}), spec.get("flags", {}), []
    for column, text in spec["columns"].items():
        kind = type_of(text)
        token = re.match(r"\w+", text)
        columns.append(
            f"<outputColumn refId='{lineage(name, column)}' lineageId='{lineage(name, column)}' name='{column}' "
            f"dataType='{token[0] if token else ''}' length='{kind.length}' precision='{kind.precision}' scale='{kind.scale}' "
            f"codePage='{kind.code_page}' sortKeyPosition='{keys.get(column, 0)}' comparisonFlags='{flags.get(column, 0)}'/>"
        )
    ref = f"{TASK}\\{name}"
    return (
        f"<component refId='{ref}' componentClassID='TestSource' name='{name}'><outputs>"
        f"<output refId='{ref}.Outputs[Out]' name='Out'><outputColumns>{''.join(columns)}</outputColumns></output></outputs></component>"
    )


def _to_integers(pipeline: Any) -> None:
    """Give every object a number and let references name it, as formats 2 and 3 do."""
    numbers: dict[str, str] = {}
    for at, element in enumerate(
        pipeline.iter(
            "component", "connection", "input", "output", "inputColumn", "outputColumn", "externalMetadataColumn"
        ),
        start=1,
    ):
        own = element.attrib.pop("refId", "")
        element.set("id", str(at))
        numbers[own] = str(at)
        if element.tag == "outputColumn":
            numbers[element.get("lineageId", own)] = str(at)
    for element in pipeline.iter("*"):
        for name in _LINKS:
            if name in element.attrib:
                element.set(name, numbers.get(element.get(name), element.get(name)))
        for name in _DROPPED:
            element.attrib.pop(name, None)
        if element.tag == "property" and element.text and _REFERENCE.search(element.text):
            element.set("containsID", "true")
            whole = _REFERENCE.fullmatch(element.text.strip())
            if whole is not None:
                element.text = numbers.get(whole[1], element.text)
            else:
                element.text = _REFERENCE.sub(lambda found: "#" + numbers.get(found[1], found[1]), element.text)


def _rename(pipeline: Any, renaming: str) -> None:
    """Give output columns the refIds (in formats 2 and 3 the ids) that they have after they were renamed.

    Lineage ids stay. ``lineage``: so do the references to them; ``refId``: references have the new refIds;
    ``swapped``: the columns of an output have taken the names of their neighbours.
    """
    old = "id" if pipeline.find(".//outputColumn[@id]") is not None else "refId"
    new: dict[str, str] = {}
    for columns in pipeline.iter("outputColumns"):
        refs = [column.get(old) for column in columns]
        after = [str(int(ref) + 5000) if old == "id" else f"{ref} renamed" for ref in refs]
        for column, ref in zip(columns, refs[1:] + refs[:1] if renaming == "swapped" else after, strict=True):
            new[column.get("lineageId")] = ref
            column.set(old, ref)
    if renaming != "refId":
        return
    for column in pipeline.iter("inputColumn"):
        column.set("lineageId", new.get(column.get("lineageId"), column.get("lineageId")))
    for stored in pipeline.iter("property"):
        if stored.text and stored.get("containsID"):
            stored.text = new.get(stored.text, stored.text)
            stored.text = _REFERENCE.sub(lambda found: "#{" + new.get(found[1], found[1]) + "}", stored.text)
            stored.text = re.sub(r"#(\d+)", lambda found: "#" + new.get(found[1], found[1]), stored.text)


def parts_of_format(number: int, renaming: str = "") -> Any:
    """A reader of the parts of a case in format 2, 3, 6 or 8 (for ``flow_cases.build``), columns renamed as :func:`_rename` says."""

    def parts(document: dict[str, Any], case: dict[str, Any]) -> tuple[dict[str, Component], Component]:
        inputs = {**document.get("inputs", {}), **case.get("inputs", {})}
        text = component_text(document, case)
        sources = "".join(_source_xml(name, spec) for name, spec in inputs.items())
        pipeline = etree.fromstring(f"<pipeline version='1'><components>{sources}{text}</components></pipeline>")
        tested = pipeline.findall("components/component")[-1]
        lineages = [column.get("lineageId") for column in pipeline.iter("outputColumn")]
        managed = tested.get("componentClassID") == _HOST
        known = class_ids(part_of(text))
        tested.set(
            "componentClassID",
            HOSTS.get(number, _HOST) if managed else known.get(number, tested.get("componentClassID")),
        )
        if number in (2, 3):
            _to_integers(pipeline)
        if renaming:
            _rename(pipeline, renaming)
        owner = Executable("T", "{0}", TASK, "Microsoft.Pipeline", "Pipeline", object_data=pipeline)
        flow = read_data_flow(owner)
        assert flow is not None
        *before, made = flow.components
        columns = [
            column.lineage_id for each in flow.components for output in each.outputs for column in output.columns
        ]
        parts.aliases = dict(zip(columns, lineages, strict=True))  # type: ignore[attr-defined]
        return {source.name: replace(source, part="TestSource") for source in before}, made

    return parts
