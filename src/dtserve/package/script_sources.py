"""The sources of scripts inside a package: Script tasks and Script components (FORMAT §3.5, §3.6)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from dtserve.package.model import Component, Executable, Package
from dtserve.package.reader.elements import text_of

__all__ = ["ScriptSource", "file_name", "script_sources"]

_ENCODINGS = re.compile(r"(?:utf-?\d+|ascii|default|unicode)?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ScriptSource:
    """One source file: ``owner`` is the refId of its task or component, ``path`` the name in its project."""

    owner: str
    kind: str
    language: str
    path: str
    text: str


def script_sources(package: Package) -> Iterator[ScriptSource]:
    """All source files of all scripts, in document order."""
    for executable in package.walk():
        if executable.part == "ScriptTask":
            yield from _task(executable)
        elif executable.data_flow is not None:
            for component in executable.data_flow.components:
                if component.part == "ScriptComponentHost":
                    yield from _component(component)


def _task(task: Executable) -> Iterator[ScriptSource]:
    project = task.object_data
    if project is None:
        return
    language = project.get("Language") or ""
    for item in project.iter("ProjectItem"):
        yield ScriptSource(task.ref_id, "Script Task", language, item.get("Name") or "", text_of(item))


def _component(component: Component) -> Iterator[ScriptSource]:
    """``SourceCode``: name, encoding and text of each file; name and text only in 2005."""
    stored = component.properties.get("SourceCode")
    items = stored.items if stored is not None and stored.items is not None else ()
    language = component.properties["ScriptLanguage"].value if "ScriptLanguage" in component.properties else ""
    triples = len(items) % 3 == 0 and all(_ENCODINGS.match(encoding.strip()) for encoding in items[1::3])
    step = 3 if triples else 2
    for at in range(0, len(items) - step + 1, step):
        yield ScriptSource(component.ref_id, "Script Component", language, items[at], items[at + step - 1])


def file_name(source: ScriptSource) -> str:
    """A relative path for a source that is safe on every file system: ``<owner>/<file>``.

    >>> file_name(ScriptSource("Package\\\\Load: all", "Script Task", "CSharp", "..\\\\Properties\\\\a.cs", ""))
    'Load_ all/Properties/a.cs'
    """
    owner = _safe(source.owner.partition("\\")[2] or source.owner)
    parts = re.split(r"[\\/]+", source.path.partition("://")[2] or source.path)
    kept = [_safe(part) for part in parts if part.strip(". ")] or ["source"]
    return "/".join([owner, *kept])


def _safe(name: str) -> str:
    return re.sub(r'[<>:"|?*\\/\x00-\x1f]', "_", name).strip().rstrip(".")[:120] or "_"
