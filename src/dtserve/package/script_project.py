"""The script of a Script Task: its project as the package holds it, for all formats (FORMAT §3.5, CONTROL_FLOW §18).

SQL Server 2005 stores a VSA project: ``dts://`` items, sources ``….vsaitem``, references in a ``….vsaproj``. Later
versions store a VSTA project: sources by path, a ``.csproj`` or ``.vbproj``. Either may hold the compiled part, a
``BinaryItem`` named ``….dll`` in Base64.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Any

from dtserve.errors import PackageError
from dtserve.package.reader.elements import text_of
from dtserve.package.xml import local_name, parse_xml

__all__ = ["CSHARP", "VISUAL_BASIC", "ScriptProject", "ScriptReference", "read_script_project"]

CSHARP = "CSharp"
VISUAL_BASIC = "VisualBasic"
_LANGUAGES = {"csharp": CSHARP, "visualbasic": VISUAL_BASIC, "microsoft visual basic .net": VISUAL_BASIC}
_SOURCES = (".cs", ".vb", ".vsaitem")
_CONDITION = re.compile(r"==\s*'Debug'", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ScriptReference:
    """An assembly the project refers to: its simple name, and the place its author had it."""

    name: str
    path: str = ""


@dataclass(frozen=True)
class ScriptProject:
    """What there is of a script. ``language`` is :data:`CSHARP`, :data:`VISUAL_BASIC` or as stored.

    ``vsa`` is True for the scripts of SQL Server 2005, whose ``entry_point`` names the class and not the method.
    """

    name: str
    language: str
    vsa: bool = False
    entry_point: str = ""
    sources: tuple[tuple[str, str], ...] = ()
    references: tuple[ScriptReference, ...] = ()
    constants: tuple[str, ...] = ()
    binary: bytes | None = None

    @property
    def class_name(self) -> str:
        """The class in which the script begins."""
        return self.entry_point if self.vsa and self.entry_point else "ScriptMain"

    @property
    def method_name(self) -> str:
        """The method in which it begins."""
        return "Main" if self.vsa or not self.entry_point else self.entry_point

    @property
    def empty(self) -> bool:
        """Whether there is neither source nor compiled part: a task that was never edited."""
        return not self.sources and self.binary is None


def read_script_project(element: Any) -> ScriptProject:
    """The project of a task's ``ScriptProject`` element; without one, an empty project."""
    if element is None:
        return ScriptProject("", CSHARP)
    stored = element.get("Language") or CSHARP
    sources: list[tuple[str, str]] = []
    project = ""
    binary: bytes | None = None
    for item in element.iter():
        tag, name = local_name(item), item.get("Name") or ""
        if tag == "ProjectItem":
            lowered = name.lower()
            if lowered.endswith(_SOURCES):
                sources.append((name, text_of(item)))
            elif lowered.endswith(("proj", ".vsaproj")):
                project = text_of(item)
        elif tag == "BinaryItem" and name.lower().endswith(".dll"):
            binary = _decoded(text_of(item))
    references, constants = _project_file(project)
    return ScriptProject(
        element.get("Name") or "",
        _LANGUAGES.get(stored.lower(), stored),
        stored.lower() == "microsoft visual basic .net",
        element.get("EntryPoint") or "",
        tuple(sources),
        references,
        constants,
        binary,
    )


def _decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode("".join(text.split()), validate=True) or None
    except binascii.Error:
        return None


def _project_file(text: str) -> tuple[tuple[ScriptReference, ...], tuple[str, ...]]:
    """References and constants (those of Release) of a project file; nothing where it cannot be read."""
    if not text.strip():
        return (), ()
    try:
        root = parse_xml(re.sub(r"^\s*<\?xml[^>]*\?>", "", text.lstrip("\ufeff")).strip().encode())
    except PackageError:
        return (), ()
    references: list[ScriptReference] = []
    constants: list[str] = []
    for each in root.iter():
        tag = local_name(each)
        if tag == "Reference":
            name = (each.get("AssemblyName") or each.get("Include") or "").partition(",")[0].strip()
            hint = next((text_of(child).strip() for child in each if local_name(child) == "HintPath"), "")
            if name:
                references.append(ScriptReference(name, hint))
        elif tag == "DefineConstants" and not _CONDITION.search(each.getparent().get("Condition") or ""):
            constants.extend(part for part in re.split(r"[;,\s]+", text_of(each)) if re.fullmatch(r"\w+", part))
    return tuple(references), tuple(dict.fromkeys(constants))
