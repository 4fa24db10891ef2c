"""The identifiers of format 8 for what older formats name by GUID, progid or class (FORMAT §2.4, §3.5, §3.6)."""

from __future__ import annotations

from dtserve.package.names import (
    COMPONENTS,
    ENUMERATORS,
    EXECUTABLES,
    LOG_PROVIDERS,
    MANAGED_HOSTS,
    PartName,
    component_part,
    enumerator_part,
    executable_part,
    log_provider_part,
)

__all__ = [
    "component_identifier",
    "enumerator_identifier",
    "executable_identifier",
    "is_managed",
    "log_provider_identifier",
]

_REMOVED = ("ActiveXScriptTask", "Exec80PackageTask")
REPLACEMENT = "SSIS.ReplacementTask"
HOST = "Microsoft.ManagedComponentHost"


def _identifier(table: tuple[PartName, ...], part: str) -> str:
    """The version-free identifier of a part: ``Attunity.…`` or ``Microsoft.…``, else its plain name."""
    ids = next(row.ids for row in table if row.part == part)
    wanted = [i for i in ids if i in (f"Attunity.{part}", f"Microsoft.{part}")]
    if f"Attunity.{part}" in wanted and part.startswith("Cdc"):
        return f"Attunity.{part}"
    return (
        f"Microsoft.{part}" if f"Microsoft.{part}" in wanted else next((i for i in ids if not i.startswith("{")), part)
    )


def executable_identifier(type_id: str) -> str:
    """The ExecutableType in format 8; tasks removed in 2012 become replacement tasks, unknown ones stay."""
    part = executable_part(type_id)
    if part in _REMOVED:
        return REPLACEMENT
    if not part or part in ("Sequence", "ForLoop", "ForEachLoop"):
        return type_id
    return _identifier(EXECUTABLES, part)


def enumerator_identifier(creation_name: str) -> str:
    """The CreationName of a for-each enumerator in format 8."""
    part = enumerator_part(creation_name)
    return _identifier(ENUMERATORS, part) if part else creation_name


def log_provider_identifier(creation_name: str) -> str:
    """The CreationName of a log provider in format 8."""
    part = log_provider_part(creation_name)
    return f"Microsoft.{part}" if part and part in {row.part for row in LOG_PROVIDERS} else creation_name


def is_managed(class_id: str) -> bool:
    """Whether a class id is the wrapper of managed components."""
    lower = class_id.lower()
    return any(lower == host.lower() or lower.startswith(f"{host.lower()}.") for host in MANAGED_HOSTS)


def component_identifier(class_id: str, user_type: str, contact_info: str, description: str) -> tuple[str, str]:
    """componentClassID and UserComponentTypeName in format 8; both as they are when the component is unknown."""
    part = component_part(class_id, user_type, contact_info, description)
    if is_managed(class_id):
        return HOST, _identifier(COMPONENTS, part) if part else user_type
    return (_identifier(COMPONENTS, part) if part else class_id), user_type
