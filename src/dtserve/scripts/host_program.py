"""The host of scripts: C# sources in ``host/``, compiled once per version of them and of the compiler.

Two assemblies come of them: the host, and what scripts are compiled against: the same without the classes that
stand in for those of .NET while a script runs (``Redirect*.cs``).
"""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from dtserve.scripts.cache import ScriptCache
from dtserve.scripts.errors import ScriptHostNotBuilt
from dtserve.scripts.toolchain import Toolchain

__all__ = ["ASSEMBLY", "HostProgram", "build_host", "host_sources"]

ASSEMBLY = "dtserve-script-host"
"""The simple name of both assemblies."""
SOURCES = Path(__file__).parent / "host"
REFERENCES = ("System.dll", "System.Core.dll", "System.Data.dll", "System.Xml.dll")


@dataclass(frozen=True)
class HostProgram:
    """The compiled host: what is run, what scripts are compiled against, and the hash of both."""

    program: Path
    reference: Path
    key: str


def host_sources() -> list[Path]:
    """The C# sources, sorted by name."""
    return sorted(SOURCES.glob("*.cs"))


@cache
def _sources_hash() -> str:
    digest = hashlib.sha256()
    for path in host_sources():
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def build_host(tools: Toolchain, cache: ScriptCache) -> HostProgram:
    """The host, compiled when it is not in the cache; ScriptHostNotBuilt."""
    key = hashlib.sha256(f"{_sources_hash()} {tools.identity}".encode()).hexdigest()[:32]
    program, reference = cache.place(key, ".host.exe"), cache.place(key, ".reference.dll")
    if not (program.exists() and reference.exists()):
        sources = host_sources()
        plain = [each for each in sources if not each.name.startswith("Redirect")]
        cache.store(key, ".reference.dll", _compiled(tools, plain, f"{ASSEMBLY}.dll", "library"))
        cache.store(key, ".host.exe", _compiled(tools, sources, f"{ASSEMBLY}.exe", "exe"))
    return HostProgram(program, reference, key)


def _compiled(tools: Toolchain, sources: list[Path], name: str, target: str) -> bytes:
    options = [f"-target:{target}", "-optimize+", "-nowarn:1591", *(f"-r:{each}" for each in REFERENCES)]
    with tempfile.TemporaryDirectory(prefix="dtserve-script-") as folder:
        output = Path(folder) / name
        done = tools.compile(output, sources, options)
        if done.returncode != 0 or not output.exists():
            raise ScriptHostNotBuilt(compiler="mcs", detail=(done.stderr + done.stdout).strip()[:500])
        return output.read_bytes()
