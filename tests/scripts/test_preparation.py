"""Scripts become assemblies: compiled, or the package's own compiled part."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from dtserve.connections.environment import Environment
from dtserve.package.script_project import CSHARP, VISUAL_BASIC, ScriptProject, ScriptReference
from dtserve.scripts.errors import (
    ScriptAssembliesMissing,
    ScriptEmpty,
    ScriptLanguageNotRun,
    ScriptMembersMissing,
    ScriptNotCompiled,
)
from dtserve.scripts.preparation import ScriptSurroundings, prepare_script
from support.scripts import compiled, source

GOOD = ScriptProject("ST", CSHARP, sources=(("ScriptMain.cs", source("")),))
BAD = ScriptProject("ST", CSHARP, sources=(("ScriptMain.cs", "class ~"),))


@pytest.fixture
def here(tmp_path: Path) -> Environment:
    home = os.environ.get("DTSERVE_HOME") or str(tmp_path / "home")
    return Environment(folder=tmp_path, temp=tmp_path, variables={**os.environ, "DTSERVE_HOME": home})


def prepare(project: ScriptProject, here: Environment, missing: tuple[str, ...] = (), members: tuple[str, ...] = ()):
    asked = []

    def check(path: Path, folders: tuple[str, ...]) -> dict[str, list[str]]:
        asked.append(path.read_bytes())
        return {"missing": list(missing), "members": list(members)}

    return prepare_script(project, ScriptSurroundings.of(here), here, check), asked


def test_sources_are_compiled_once(here: Environment) -> None:
    first, _ = prepare(GOOD, here)
    stamp = first.assembly.stat().st_mtime_ns
    again, asked = prepare(GOOD, here)
    assert (again, again.assembly.stat().st_mtime_ns, asked) == (first, stamp, [])
    assert (first.class_name, first.method_name, first.compiled) == ("ScriptMain", "Main", True)
    other, _ = prepare(replace(GOOD, constants=("X",)), here)
    assert other.assembly != first.assembly


def test_the_compiled_part_is_checked_and_kept(here: Environment, tmp_path: Path) -> None:
    binary = compiled(source(""), tmp_path)
    for project in (replace(BAD, binary=binary), ScriptProject("ST", VISUAL_BASIC, binary=binary)):
        found, asked = prepare(project, here)
        assert not found.compiled
        assert len(asked) == 1
        assert found.assembly.read_bytes() == asked[0]
        assert prepare(project, here)[1] == []


def test_what_cannot_run_says_why(here: Environment, tmp_path: Path) -> None:
    binary = compiled(source(""), tmp_path)
    basic = ScriptProject("ST", VISUAL_BASIC, binary=binary)
    with pytest.raises(ScriptEmpty):
        prepare(ScriptProject("ST", CSHARP), here)
    with pytest.raises(ScriptNotCompiled, match=r"ScriptMain\.cs, line 1: CS"):
        prepare(BAD, here)
    with pytest.raises(ScriptLanguageNotRun, match="VisualBasic"):
        prepare(replace(basic, binary=None, sources=(("ScriptMain.vb", "Class X"),)), here)
    with pytest.raises(ScriptAssembliesMissing, match=r"not here: a\.Lib, B\.Lib\."):
        prepare(basic, here, missing=("B.Lib", "a.Lib"))
    with pytest.raises(ScriptMembersMissing, match="Method not found"):
        prepare(basic, here, members=("Method not found: X.Y",))
    with pytest.raises(ScriptNotCompiled):
        prepare(replace(BAD, binary=binary), here, members=("Method not found: X.Y",))


def test_assemblies_of_the_package_are_found(here: Environment, tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "Own.dll").write_bytes(compiled("public class Own { public static int N; }", tmp_path, "Own"))
    main = (("ScriptMain.cs", source("Own.N = 1;")),)
    project = replace(GOOD, sources=main, references=(ScriptReference("Own", "C:\\build\\lib\\Own.dll"),))
    found, _ = prepare(project, replace(here, path_map={"C:\\build": str(tmp_path)}))
    assert found.folders == (str(tmp_path / "lib"), str(tmp_path))
    with pytest.raises(ScriptNotCompiled):
        prepare(project, here)
