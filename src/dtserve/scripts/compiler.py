"""Compiles the C# sources of a package's script with mcs."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dtserve.package.script_project import ScriptProject
from dtserve.scripts.host_program import ASSEMBLY, HostProgram
from dtserve.scripts.toolchain import Toolchain

__all__ = ["Compilation", "CompilerMessage", "compile_script"]

_MESSAGE = re.compile(
    r"^(?:(?P<file>[^()\n]*?)\((?P<line>\d+),\d+\):\s*)?error (?P<code>CS\d+): (?P<text>.*)$", re.MULTILINE
)
_BASE = (
    "System", "System.Core", "System.Data", "System.Data.DataSetExtensions", "System.Xml", "System.Xml.Linq",
    "Microsoft.CSharp", "System.Transactions", "System.Configuration", "System.Numerics", "System.Security",
    "System.Runtime.Serialization", "System.IO.Compression", "System.IO.Compression.FileSystem", "System.Net.Http",
    "System.Web", "System.Web.Extensions", "System.Web.Services", "System.ServiceModel", "System.Drawing",
)  # fmt: skip
"""Assemblies that a script is given where Mono has them, whether or not its project names them."""


@dataclass(frozen=True, slots=True)
class CompilerMessage:
    """One error of the compiler: file as the package names it, line, code and text."""

    file: str
    line: int
    code: str
    text: str

    def __str__(self) -> str:
        place = f"{self.file}, line {self.line}: " if self.file else ""
        return f"{place}{self.code} {self.text}"


@dataclass(frozen=True)
class Compilation:
    """What came of it: the assembly, or messages."""

    assembly: bytes | None
    messages: tuple[CompilerMessage, ...] = ()


def compile_script(
    tools: Toolchain, host: HostProgram, project: ScriptProject, extra: Mapping[str, Path]
) -> Compilation:
    """Compile the sources of a C# script. ``extra``: assemblies of its own by name, at their places here."""
    with tempfile.TemporaryDirectory(prefix="dtserve-script-") as name:
        folder = Path(name)
        reference = folder / f"{ASSEMBLY}.dll"
        reference.write_bytes(host.reference.read_bytes())
        names = _written(folder, project.sources)
        options = ["-target:library", "-optimize-", "-warn:0", "-lib:" + str(tools.assemblies), f"-r:{reference}"]
        options += [f"-r:{each}.dll" for each in _BASE if (tools.assemblies / f"{each}.dll").exists()]
        options += [f"-r:{path}" for path in extra.values()]
        if project.constants:
            options.append(f"-define:{';'.join(project.constants)}")
        output = folder / f"{_assembly_name(project)}.dll"
        done = tools.compile(output, list(names), options)
        if done.returncode == 0 and output.exists():
            return Compilation(output.read_bytes())
        return Compilation(
            None, _messages(done.stderr + done.stdout, {str(path): each for path, each in names.items()})
        )


def _assembly_name(project: ScriptProject) -> str:
    return re.sub(r"\W+", "_", project.name) or "Script"


def _written(folder: Path, sources: Sequence[tuple[str, str]]) -> dict[Path, str]:
    """The sources as files, by place; numbered, because their names may hold anything."""
    names: dict[Path, str] = {}
    for number, (name, text) in enumerate(sources):
        path = folder / f"{number}.cs"
        path.write_text(text.lstrip("\ufeff"), encoding="utf-8", newline="")
        names[path] = name.replace("\\", "/").lstrip("/")
    return names


def _messages(printed: str, names: Mapping[str, str]) -> tuple[CompilerMessage, ...]:
    found = [
        CompilerMessage(
            names.get(each["file"] or "", each["file"] or ""), int(each["line"] or 0), each["code"], each["text"]
        )
        for each in _MESSAGE.finditer(printed)
    ]
    return tuple(found) or (CompilerMessage("", 0, "mcs", printed.strip()[:300]),)
