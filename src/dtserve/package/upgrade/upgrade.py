"""The upgrade itself: a document of format 8 that does the same, and a report of what changed (FORMAT §2.3).

Loading an older package needs no upgrade; this writes one. Formats 2, 3 and 5 are written
anew in the layout of the designer; in format 6 only names change, byte for byte the rest.
"""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass
from typing import Any

from dtserve.package.document import CURRENT_FORMAT, PackageDocument
from dtserve.package.edit import resave
from dtserve.package.errors import DowngradeRefused, MigrationFailed
from dtserve.package.reader.elements import D
from dtserve.package.serialize import serialize
from dtserve.package.source import SourceMap, TextEdit
from dtserve.package.upgrade.attributes import arrange, lift_properties, remove
from dtserve.package.upgrade.components import upgrade_component
from dtserve.package.upgrade.identifiers import (
    REPLACEMENT,
    component_identifier,
    enumerator_identifier,
    executable_identifier,
    log_provider_identifier,
)
from dtserve.package.upgrade.pipeline import rewrite_pipeline
from dtserve.package.xml import local_name

__all__ = ["UpgradeReport", "upgrade"]

_NAME = f"{D}Name"
_TYPE = f"{D}ExecutableType"
_PROVIDER = re.compile(r"\bSQLNCLI(?:10)?(?:\.1)?(?=\s*(?:;|$|[\"']))")


@dataclass(frozen=True, slots=True)
class UpgradeReport:
    """The upgraded document and what changed, one sentence each; empty when it was of format 8 already."""

    document: PackageDocument
    changes: tuple[str, ...]


def upgrade(document: PackageDocument, target: int = CURRENT_FORMAT, *, update_providers: bool = True) -> UpgradeReport:
    """The package in format ``target``, which can only be 8.

    ``update_providers`` writes SQLNCLI11.1 for older native clients in connection strings.
    Raises DowngradeRefused, MigrationFailed.
    """
    source = document.format_version
    if target != CURRENT_FORMAT:
        detail = "a package cannot be written in an older format" if target < source else "there is no such format"
        raise DowngradeRefused(source=source, target=target, detail=detail)
    if source == CURRENT_FORMAT:
        return UpgradeReport(document, ())
    changes = [f"Package format {source} → {target}."]
    try:
        clear = _rename(document, changes) if source >= 6 else _rewrite(document, changes)
    except (ValueError, StopIteration):
        raise MigrationFailed(source=source, target=target, detail="its elements do not fit together") from None
    upgraded = resave(document, clear)
    if update_providers:
        upgraded = _update_providers(upgraded, changes)
    return UpgradeReport(upgraded, tuple(changes))


# --- format 6: names only -------------------------------------------------------------------


def _rename(document: PackageDocument, changes: list[str]) -> bytes:
    edit = TextEdit(SourceMap(document.clear, document.root))
    count = 0
    for element in document.root.iter("*"):
        new = _new_names(element)
        for name, value in new.items():
            if name == "":
                edit.set_text(element, value)
            else:
                edit.set_attribute(element, name, value)
        count += bool(new)
    changes.append(f"{count} identifiers renamed to those of 2014 and later.")
    return edit.apply()


def _new_names(element: Any) -> dict[str, str]:
    """Attributes (or the text, under the empty name) that format 8 writes otherwise."""
    tag = local_name(element)
    if tag == "Executable" and element.get(_TYPE):
        new = executable_identifier(element.get(_TYPE))
        found = {_TYPE: new}
        if element.get(f"{D}CreationName"):
            found[f"{D}CreationName"] = new
        return {key: value for key, value in found.items() if element.get(key) != value}
    if tag in ("ForEachEnumerator", "LogProvider"):
        rule = enumerator_identifier if tag == "ForEachEnumerator" else log_provider_identifier
        old = element.get(f"{D}CreationName") or ""
        return {f"{D}CreationName": rule(old)} if rule(old) != old else {}
    if tag == "component" and element.get("componentClassID"):
        stored = element.find("properties/property[@name='UserComponentTypeName']")
        info = element.get("contactInfo") or "", element.get("description") or ""
        new, _ = component_identifier(
            element.get("componentClassID"), (stored.text or "") if stored is not None else "", *info
        )
        return {"componentClassID": new} if new != element.get("componentClassID") else {}
    if tag == "property" and element.get("name") == "UserComponentTypeName":
        component = element.getparent().getparent()
        _, new = component_identifier(component.get("componentClassID") or "", element.text or "", "", "")
        return {"": new} if new != (element.text or "") else {}
    if tag == "Property" and element.get(_NAME) == "PackageFormatVersion":
        return {"": str(CURRENT_FORMAT)}
    return {}


# --- formats 2, 3 and 5: written anew ---------------------------------------------------------


def _rewrite(document: PackageDocument, changes: list[str]) -> bytes:
    model = document.model
    originals = list(document.root.iter("*"))
    root = copy.deepcopy(document.root)
    copies = dict(zip(originals, root.iter("*"), strict=True))
    for executable in model.walk():
        element = copies[executable.xml]
        flow = executable.data_flow
        if flow is not None:
            pipeline = copies[executable.object_data]
            rewrite_pipeline(pipeline, flow, executable.ref_id)
            for component in pipeline.iterfind("components/component"):
                changes += upgrade_component(component)
        element.set(f"{D}refId", executable.ref_id)
        _constraints(element, executable)
    for connection in model.connections:
        copies[connection.xml].set(f"{D}refId", connection.ref_id)
    _connections_by_ref(
        root,
        {c.dtsid.lower(): c.ref_id for c in model.connections} | {c.name.lower(): c.ref_id for c in model.connections},
    )
    for element in list(root.iter("*")):
        if element.tag.startswith(D):
            _upgrade_element(element, changes)
    for element in list(root.iter("*")):
        if element.tag.startswith(D):
            arrange(element)
    _clear_space(root)
    return serialize(root)


def _constraints(element: Any, executable: Any) -> None:
    """From and To as refIds instead of two children with IDREF."""
    stored = [child for child in element if local_name(child) == "PrecedenceConstraint"]
    for constraint, model in zip(stored, executable.constraints, strict=True):
        for end in list(constraint.iterchildren(f"{D}Executable")):
            remove(end)
        constraint.set(f"{D}refId", f"{executable.ref_id}.PrecedenceConstraints[{model.name}]")
        constraint.set(f"{D}From", model.from_ref)
        constraint.set(f"{D}To", model.to_ref)


def _connections_by_ref(root: Any, refs: dict[str, str]) -> None:
    """Data flow connections by refId; a lost one is marked as the designer does."""
    for link in root.iter("connection"):
        stored = link.get("connectionManagerID")
        if stored:
            new = refs.get(stored.lower(), f"{stored}:invalid")
            link.set("connectionManagerID", new)
            link.set("connectionManagerRefId", new)


def _upgrade_element(element: Any, changes: list[str]) -> None:
    """Attributes and names of one DTS element."""
    tag = local_name(element)
    if tag == "Property":
        if element.get(_NAME) == "PackageFormatVersion":
            element.text = str(CURRENT_FORMAT)
        return
    lift_properties(element)
    if tag == "Executable" and element.get(_TYPE):
        old = element.get(_TYPE)
        new = executable_identifier(old)
        if new == REPLACEMENT:
            changes.append(f'Task "{element.get(f"{D}ObjectName")}" ({old.partition(",")[0]}) does not exist any more.')
        element.set(_TYPE, new)
        element.set(f"{D}CreationName", new)
        _report_script(element, changes)
    for name, value in _new_names(element).items():
        if name:
            element.set(name, value)


def _report_script(element: Any, changes: list[str]) -> None:
    """Scripts of 2005 are VSA projects, which only their author's tools can turn into VSTA ones."""
    project = element.find(f"{D}ObjectData/ScriptProject")
    if project is not None and project.get("Language") == "Microsoft Visual Basic .NET":
        changes.append(f'Script task "{element.get(f"{D}ObjectName")}" holds a VSA script; it was kept as it is.')


def _clear_space(root: Any) -> None:
    """White space between elements goes: the serializer makes its own."""
    for element in root.iter():
        if element.tail is not None and not element.tail.strip():
            element.tail = None
        if isinstance(element.tag, str) and len(element) and element.text and not element.text.strip():
            element.text = None


# --- providers --------------------------------------------------------------------------------


def _update_providers(document: PackageDocument, changes: list[str]) -> PackageDocument:
    from dtserve.package.edit import with_properties

    new: dict[str, str] = {}
    for connection in document.model.connections:
        text = connection.properties.get("ConnectionString", "")
        changed = _PROVIDER.sub("SQLNCLI11.1", text)
        if connection.creation_name.upper() == "ADO" and "DataTypeCompatibility" not in changed:
            changed = f"{changed.rstrip(';')};DataTypeCompatibility=80;"
        if changed != text:
            new[f"\\Package.Connections[{connection.name}].Properties[ConnectionString]"] = changed
            changes.append(f'Connection manager "{connection.name}": provider updated in its connection string.')
    return with_properties(document, new) if new else document
