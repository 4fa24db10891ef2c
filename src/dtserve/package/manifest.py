"""Project manifests, ``.dtproj`` and ``.params`` files (FORMAT §4.1 to §4.3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dtserve.datatypes import variant_from_dotnet
from dtserve.package.errors import ProjectInvalid
from dtserve.package.model import Parameter, ProtectionLevel
from dtserve.package.xml import SSIS, local_name

__all__ = ["LEVEL_NAMES", "Manifest", "ManifestPackage", "read_manifest", "read_parameters"]

_S = f"{{{SSIS}}}"
_NAME = f"{_S}Name"
LEVEL_NAMES = {
    "DontSaveSensitive": ProtectionLevel.DONT_SAVE_SENSITIVE,
    "EncryptSensitiveWithUserKey": ProtectionLevel.ENCRYPT_SENSITIVE_WITH_USER_KEY,
    "EncryptSensitiveWithPassword": ProtectionLevel.ENCRYPT_SENSITIVE_WITH_PASSWORD,
    "EncryptAllWithPassword": ProtectionLevel.ENCRYPT_ALL_WITH_PASSWORD,
    "EncryptAllWithUserKey": ProtectionLevel.ENCRYPT_ALL_WITH_USER_KEY,
    "ServerStorage": ProtectionLevel.SERVER_STORAGE,
}


@dataclass(frozen=True, slots=True)
class ManifestPackage:
    """A package as the manifest lists it; ``properties`` are those of its PackageMetaData."""

    name: str
    entry_point: bool = True
    properties: Mapping[str, str] = field(default_factory=dict)
    parameters: tuple[Parameter, ...] = ()


@dataclass(frozen=True, slots=True)
class Manifest:
    """A project: what ``SSIS:Project`` or, in the package deployment model, ``DTSPackages`` says.

    ``configurations`` maps the name of a build configuration to parameter values by
    parameter id; ``connection_parameters`` are ``CM.<connection>.<Property>``.
    """

    name: str = ""
    id: str = ""
    deployment_model: str = "Project"
    protection_level: ProtectionLevel = ProtectionLevel.ENCRYPT_SENSITIVE_WITH_USER_KEY
    properties: Mapping[str, str] = field(default_factory=dict)
    packages: tuple[ManifestPackage, ...] = ()
    connections: tuple[str, ...] = ()
    connection_parameters: tuple[Parameter, ...] = ()
    target_version: str = ""
    configurations: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def read_manifest(root: Any) -> Manifest:
    """The manifest of a clear ``.dtproj`` or ``@Project.manifest``; raises ProjectInvalid."""
    project = root if root.tag == f"{_S}Project" else next(root.iter(f"{_S}Project"), None)
    configurations, target = _configurations(root)
    if project is None:
        return _package_model(root, configurations, target)
    properties = _properties(project)
    level = LEVEL_NAMES.get(project.get(f"{_S}ProtectionLevel") or "EncryptSensitiveWithUserKey")
    if level is None:
        raise ProjectInvalid(detail="its protection level is unknown.")
    metadata = {each.get(_NAME) or "": each for each in project.iter(f"{_S}PackageMetaData")}
    packages = tuple(
        _package(each.get(_NAME) or "", each.get(f"{_S}EntryPoint") != "0", metadata.get(each.get(_NAME) or ""))
        for each in project.iterfind(f"{_S}Packages/{_S}Package")
    )
    shared = next(project.iter(f"{_S}ProjectConnectionParameters"), None)
    return Manifest(
        name=properties.get("Name", ""),
        id=properties.get("ID", ""),
        protection_level=level,
        properties=properties,
        packages=packages,
        connections=tuple(
            each.get(_NAME) or "" for each in project.iterfind(f"{_S}ConnectionManagers/{_S}ConnectionManager")
        ),
        connection_parameters=() if shared is None else read_parameters(shared),
        target_version=target,
        configurations=configurations,
    )


def _package(name: str, entry_point: bool, metadata: Any) -> ManifestPackage:
    if metadata is None:
        return ManifestPackage(name, entry_point)
    stored = metadata.find(f"{_S}Parameters")
    return ManifestPackage(name, entry_point, _properties(metadata), () if stored is None else read_parameters(stored))


def _package_model(root: Any, configurations: Mapping[str, Mapping[str, str]], target: str) -> Manifest:
    """The package deployment model, also all projects of 2005 and 2008: a list of files."""
    if local_name(root) != "Project":
        raise ProjectInvalid(detail=f'its root element is "{local_name(root)[:80]}".')
    names = [each.findtext("FullPath") or each.findtext("Name") or "" for each in root.iter("DtsPackage")]
    database = root.findtext("Database/Name") or ""
    return Manifest(
        name=database.removesuffix(".database"),
        deployment_model="Package",
        packages=tuple(ManifestPackage(name) for name in names if name),
        target_version=target,
        configurations=configurations,
    )


def _configurations(root: Any) -> tuple[dict[str, dict[str, str]], str]:
    """Parameter values of the build configurations, and the target server version of the first."""
    found: dict[str, dict[str, str]] = {}
    target = ""
    for each in root.iterfind("Configurations/Configuration"):
        options = each.find("Options")
        if options is None:
            continue
        target = target or options.findtext("TargetServerVersion") or ""
        settings = options.iterfind("ParameterConfigurationValues/ConfigurationSetting")
        found[each.findtext("Name") or ""] = {
            (s.findtext("Id") or "").strip("{}").lower(): s.findtext("Value") or "" for s in settings
        }
    return found, target


def _properties(element: Any) -> dict[str, str]:
    """``SSIS:Properties`` by name; a text of white space only is how the designer writes nothing."""
    return {each.get(_NAME) or "": _text(each) for each in element.iterfind(f"{_S}Properties/{_S}Property")}


def _text(element: Any) -> str:
    text = element.text or ""
    return text if text.strip() else ""


def read_parameters(element: Any) -> tuple[Parameter, ...]:
    """The ``SSIS:Parameter`` children of ``SSIS:Parameters`` or ``ProjectConnectionParameters``; raises ProjectInvalid."""
    return tuple(_parameter(each) for each in element.iterfind(f"{_S}Parameter"))


def _parameter(element: Any) -> Parameter:
    name = element.get(_NAME) or ""
    properties = _properties(element)
    stored = next((p for p in element.iterfind(f"{_S}Properties/{_S}Property") if p.get(_NAME) == "Value"), None)
    sealed = stored is not None and any(key.endswith("}IV") for key in stored.attrib)
    sensitive = properties.get("Sensitive") in ("1", "True", "true")
    code = properties.get("DataType", "18").strip()
    vt = variant_from_dotnet(int(code)) if code.isdecimal() else None
    if vt is None:
        raise ProjectInvalid(detail=f'the parameter "{name}" has the unknown data type "{code[:20]}".')
    value: str | None = (stored.text or "") if stored is not None else ""
    if vt == 11 and value is not None:
        value = "-1" if value.strip().lower() in ("true", "1", "-1") else "0"
    if sealed or (sensitive and stored is not None and stored.text is None and vt != 8):
        value = None
    return Parameter(
        name=name,
        vt=vt,
        value=value,
        dtsid=properties.get("ID", ""),
        required=properties.get("Required") in ("1", "True", "true"),
        sensitive=sensitive,
        description=properties.get("Description", ""),
    )
