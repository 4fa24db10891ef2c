"""Components whose own version rises on the way to format 8 (FORMAT §2.3, §2.5)."""

from __future__ import annotations

from typing import Any

from dtserve.package.names import component_part
from dtserve.package.upgrade.identifiers import component_identifier

__all__ = ["upgrade_component"]

_VERSIONS = {"Lookup": 6, "CharacterMap": 2, "XmlSourceAdapter": 2, "Pivot": 1, "Cache": 1, "SQLServerDestination": 5}
_LOOKUP = (
    ("NoMatchBehavior", "System.Int32", "0"),
    ("NoMatchCachePercentage", "System.Int32", "0"),
    ("ConnectionType", "System.Int32", "0"),
    ("TreatDuplicateKeysAsError", "System.Boolean", "false"),
)
"""Properties the Lookup of 2008 has and that of 2005 has not, with the values that keep its behaviour."""


def upgrade_component(component: Any) -> list[str]:
    """Rewrite identifiers and version of a component in format-8 shape; what was changed, in words."""
    stored = component.find("properties/property[@name='UserComponentTypeName']")
    user_type = (stored.text or "") if stored is not None else ""
    class_id = component.get("componentClassID") or ""
    info = component.get("contactInfo") or "", component.get("description") or ""
    part = component_part(class_id, user_type, *info)
    new_class, new_type = component_identifier(class_id, user_type, *info)
    name = component.get("name") or ""
    changes: list[str] = []
    if not part:
        changes.append(f'Component "{name}" ({user_type or class_id}) is not known; its ids were kept.')
    component.set("componentClassID", new_class)
    if stored is not None and user_type != new_type:
        stored.text = new_type
    version = int(component.get("version") or "0")
    if part in _VERSIONS and version < _VERSIONS[part]:
        component.set("version", str(_VERSIONS[part]))
        changes.append(f'Component "{name}" ({part}): version {version} → {_VERSIONS[part]}.')
    if part == "Lookup":
        changes += _upgrade_lookup(component, name)
    return changes


def _upgrade_lookup(component: Any, name: str) -> list[str]:
    """The properties and the no-match output that the Lookup has since 2008."""
    properties = component.find("properties")
    added = []
    for key, data_type, value in _LOOKUP:
        if properties is not None and properties.find(f"property[@name='{key}']") is None:
            new = properties.makeelement("property", {"dataType": data_type, "name": key})
            new.text = value
            properties.append(new)
            added.append(key)
    outputs = component.find("outputs")
    regular = [] if outputs is None else [each for each in outputs if each.get("isErrorOut") != "true"]
    if len(regular) == 1:
        main = regular[0]
        new = main.makeelement("output", {
            "refId": f"{component.get('refId')}.Outputs[Lookup No Match Output]",
            "description": "The Lookup output that handles rows with no matching entries in the reference dataset.",
            "exclusionGroup": "1",
            "name": "Lookup No Match Output",
            "synchronousInputId": main.get("synchronousInputId") or "",
        })  # fmt: skip
        new.append(new.makeelement("externalMetadataColumns"))
        main.addnext(new)
        added.append("Lookup No Match Output")
    return [f'Component "{name}" (Lookup): {", ".join(added)} added.'] if added else []
