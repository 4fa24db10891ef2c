"""C# sources of packages."""

from pathlib import Path

import pytest

from dtserve.package.script_project import CSHARP, ScriptProject
from dtserve.scripts.cache import ScriptCache
from dtserve.scripts.compiler import Compilation, compile_script
from dtserve.scripts.host_program import HostProgram, build_host
from dtserve.scripts.toolchain import find_toolchain
from support.scripts import compiled, source


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> HostProgram:
    return build_host(find_toolchain(), ScriptCache(tmp_path_factory.mktemp("host")))


def compile_(host: HostProgram, *sources: tuple[str, str], constants: tuple[str, ...] = (), **own: Path) -> Compilation:
    project = ScriptProject("ST", CSHARP, sources=sources, constants=constants)
    return compile_script(find_toolchain(), host, project, own)


def test_all_sources_are_compiled(host: HostProgram) -> None:
    done = compile_(
        host,
        ("ScriptMain.cs", source("Other.Say();")),
        ("\\sub\\Other.cs", "class Other { public static void Say() {} }"),
    )
    assert done.messages == ()
    assert done.assembly is not None
    assert done.assembly[:2] == b"MZ"


def test_messages_name_file_and_line(host: HostProgram) -> None:
    done = compile_(host, ("ScriptMain.cs", source("")), ("Properties\\Other.cs", "class Other {\n int x = y;\n}"))
    assert done.assembly is None
    assert [(each.file, each.line, each.code) for each in done.messages] == [("Properties/Other.cs", 2, "CS0103")]
    assert str(done.messages[0]).startswith("Properties/Other.cs, line 2: CS0103 The name `y'")


def test_constants_and_byte_order_marks(host: HostProgram) -> None:
    text = "\ufeff" + source("#if OWN\n int x = 1;\n#else\n nothing\n#endif\n")
    assert compile_(host, ("a.cs", text), constants=("OWN",)).assembly
    assert compile_(host, ("a.cs", text)).assembly is None


def test_own_assemblies_are_referred_to(host: HostProgram, tmp_path: Path) -> None:
    library = tmp_path / "Own.dll"
    library.write_bytes(compiled("public class Own { public static int N = 1; }", tmp_path, "Own"))
    main = ("a.cs", source("int x = Own.N;"))
    assert compile_(host, main, Own=library).assembly
    assert compile_(host, main).assembly is None
