"""From the script of a package to an assembly that runs here.

C# is compiled from its sources. Where that cannot be done (Visual Basic, syntax newer than the compiler's) the
compiled part that the package itself holds is taken, which is what SSIS runs, too; what it refers to is looked up
first, so that nothing is missing in the middle of a run. Both are kept by hash in the cache.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dtserve.package.script_project import CSHARP, ScriptProject
from dtserve.scripts.cache import ScriptCache, script_cache
from dtserve.scripts.compiler import Compilation, compile_script
from dtserve.scripts.errors import (
    ScriptAssembliesMissing,
    ScriptEmpty,
    ScriptLanguageNotRun,
    ScriptMembersMissing,
    ScriptNotCompiled,
)
from dtserve.scripts.host_program import HostProgram, build_host
from dtserve.scripts.redirection import redirected
from dtserve.scripts.toolchain import Toolchain, find_toolchain

if TYPE_CHECKING:
    from dtserve.connections.environment import Environment
    from dtserve.errors import UnsupportedError

__all__ = ["PreparedScript", "ScriptSurroundings", "prepare_script"]

SHOWN = 3
"""How many messages of the compiler an error shows."""


@dataclass(frozen=True)
class PreparedScript:
    """An assembly at its place, where it begins, and the folders of its own assemblies."""

    assembly: Path
    class_name: str
    method_name: str
    folders: tuple[str, ...] = ()
    compiled: bool = True


@dataclass(frozen=True)
class ScriptSurroundings:
    """Cache and host of a run."""

    tools: Toolchain
    cache: ScriptCache
    host: HostProgram

    @classmethod
    def of(cls, environment: Environment) -> ScriptSurroundings:
        """Found and built for a run; ScriptRuntimeMissing, ScriptHostNotBuilt."""
        tools = find_toolchain()
        cache = script_cache(environment.variables, environment.temp)
        return cls(tools, cache, build_host(tools, cache))


Check = Callable[[Path, tuple[str, ...]], Mapping[str, list[str]]]
"""Asks the host what an assembly refers to that is not here: lists ``missing`` and ``members``."""


def prepare_script(
    project: ScriptProject, surroundings: ScriptSurroundings, environment: Environment, check: Check
) -> PreparedScript:
    """The assembly of a script; ScriptEmpty, or an UnsupportedError that says why it cannot run here."""
    if project.empty:
        raise ScriptEmpty
    own = _own_assemblies(project, environment)
    folders = tuple(dict.fromkeys(str(path.parent) for path in own.values()))
    folders += tuple(each for each in (str(environment.folder.resolve()),) if each not in folders)
    key = _key(project, surroundings, own)
    for suffix, compiled in ((".script.dll", True), (".stored.dll", False)):
        if surroundings.cache.place(key, suffix).exists():
            return PreparedScript(
                surroundings.cache.place(key, suffix), project.class_name, project.method_name, folders, compiled
            )
    compilation = Compilation(None)
    if project.language == CSHARP and project.sources:
        compilation = compile_script(surroundings.tools, surroundings.host, project, own)
        if compilation.assembly is not None:
            place = surroundings.cache.store(key, ".script.dll", redirected(compilation.assembly))
            return PreparedScript(place, project.class_name, project.method_name, folders)
    refusal = _refusal(project, compilation, own)
    if project.binary is None:
        raise refusal
    return _stored(project, surroundings, key, folders, check, refusal)


def _stored(
    project: ScriptProject,
    surroundings: ScriptSurroundings,
    key: str,
    folders: tuple[str, ...],
    check: Check,
    refusal: UnsupportedError,
) -> PreparedScript:
    """The compiled part of the package, when everything it refers to is here."""
    binary = project.binary or b""
    for data in dict.fromkeys((redirected(binary), binary)):
        with tempfile.TemporaryDirectory(prefix="dtserve-script-") as folder:
            place = Path(folder) / f"{key}.dll"
            place.write_bytes(data)
            found = check(place, folders)
        if found["missing"]:
            raise ScriptAssembliesMissing(names=", ".join(sorted(set(found["missing"]), key=str.lower)))
        if not found["members"]:
            place = surroundings.cache.store(key, ".stored.dll", data)
            return PreparedScript(place, project.class_name, project.method_name, folders, False)
    if isinstance(refusal, ScriptLanguageNotRun):
        raise ScriptMembersMissing(names="; ".join(found["members"][:SHOWN]))
    raise refusal


def _refusal(project: ScriptProject, compilation: Compilation, own: Mapping[str, Path]) -> UnsupportedError:
    if not compilation.messages:
        return ScriptLanguageNotRun(language=project.language)
    shown = " ".join(str(each) for each in compilation.messages[:SHOWN])
    return ScriptNotCompiled(compiler="mcs", messages=shown, more="")


def _own_assemblies(project: ScriptProject, environment: Environment) -> dict[str, Path]:
    """Assemblies the project refers to that are here: where its author had them, or beside the package."""
    found: dict[str, Path] = {}
    for each in project.references:
        for text in (each.path, f"{each.name}.dll"):
            if not text:
                continue
            path = environment.map_path(text)
            if path.is_file():
                found[each.name] = path.resolve()
                break
    return found


def _key(project: ScriptProject, surroundings: ScriptSurroundings, own: Mapping[str, Path]) -> str:
    digest = hashlib.sha256()
    parts = [surroundings.host.key, surroundings.tools.identity, project.name, project.language, *project.constants]
    for name, text in project.sources:
        parts += [name, text]
    for name, path in sorted(own.items()):
        state = path.stat()
        parts += [name, str(path), str(state.st_size), str(state.st_mtime_ns)]
    for part in parts:
        digest.update(part.encode("utf-8", "surrogatepass") + b"\0")
    digest.update(project.binary or b"")
    return digest.hexdigest()[:40]
