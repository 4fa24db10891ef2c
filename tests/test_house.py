"""The house holds: import directions, file and function lengths, mirrored tests, doors, error codes."""

import ast
import importlib
import pkgutil
import re
import subprocess
from pathlib import Path

import pytest

import dtserve
from dtserve.errors import declared_errors

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "dtserve"
FLOOR = {
    "errors": 0, "doors": 0, "machine": 0, "samples": 0, "datatypes": 1, "expressions": 2, "package": 3, "connections": 4, "scripts": 4,
    "dataflow": 5, "controlflow": 6, "execution": 7, "stores": 7, "service": 8, "client": 8, "cli": 9,
}  # fmt: skip
PART_FOLDERS = {
    "expressions/functions", "dataflow/components", "controlflow/tasks", "controlflow/enumerators",
    "controlflow/containers", "controlflow/logproviders",
}  # fmt: skip
"""Folders of parts: one data-driven test module per folder, with a case file per part."""


INTERFACES = {"base.py", "host.py", "model.py"}
"""Seams: abstract classes and plain records, tested through what implements them."""


def modules() -> list[Path]:
    return sorted(p for p in SOURCE.rglob("*.py") if "_console" not in p.parts)


def room(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def imported(path: Path) -> set[str]:
    package = ("dtserve", *path.relative_to(SOURCE).parts[:-1])
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) + 1 - node.level] if node.level else ()
            found.add(".".join([*base, *([node.module] if node.module else [])]))
    return {name.split(".")[1] for name in found if name.startswith("dtserve.")}


def test_no_import_runs_upward() -> None:
    upward = [
        f"{path.relative_to(SOURCE)} imports {name}"
        for path in modules()
        if room(path) in FLOOR
        for name in imported(path)
        if FLOOR.get(name, -1) > FLOOR[room(path)]
    ]
    assert not upward


def test_every_room_is_in_the_picture() -> None:
    assert {room(p) for p in modules()} - {"__init__"} <= set(FLOOR)


def test_files_and_functions_are_short() -> None:
    long_files, long_functions = [], []
    for path in modules():
        text = path.read_text()
        if text.count("\n") > 350:
            long_files.append(f"{path.relative_to(SOURCE)}: {text.count(chr(10))} lines")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
                length = node.end_lineno - node.lineno + 1
                if length > 60:
                    long_functions.append(f"{path.relative_to(SOURCE)}: {node.name} has {length} lines")
    assert not long_files
    assert not long_functions


def test_tests_mirror_the_source() -> None:
    missing = []
    for path in modules():
        rel = path.relative_to(SOURCE)
        folder = rel.parent.as_posix()
        plain = path.name in ("__init__.py", "__main__.py", "errors.py") or path.name in INTERFACES
        if plain or len(rel.parts) == 1 or rel.parts[0] == "samples":
            continue
        if folder in PART_FOLDERS:
            wanted = ROOT / "tests" / folder / f"test_{rel.parent.name}.py"
        else:
            wanted = ROOT / "tests" / folder / f"test_{path.stem.lstrip('_')}.py"
        if not wanted.exists():
            missing.append(f"{rel} → {wanted.relative_to(ROOT)}")
    assert not missing


def test_doors_hand_out_sorted_names() -> None:
    for found in pkgutil.iter_modules(dtserve.__path__):
        if not found.ispkg or found.name == "samples":
            continue
        door = importlib.import_module(f"dtserve.{found.name}")
        names = list(door.__all__)
        assert names == sorted(names), found.name
        for name in names:
            assert getattr(door, name) is not None


@pytest.mark.parametrize("path", [p for p in modules() if p.name == "errors.py"], ids=lambda p: p.parent.name)
def test_errors_are_declared_whole(path: Path) -> None:
    importlib.import_module(".".join(("dtserve", *path.relative_to(SOURCE).with_suffix("").parts)))
    for cls in declared_errors():
        assert re.fullmatch(r"(DTS|DTSERVE|E|DB|SSIS|MSDB|COR|HRESULT|MSG|DT|CDC)[A-Z]*_[A-Z0-9_]+", cls.symbol), cls
        assert 0 < cls.code <= 0xFFFFFFFF, cls
        assert cls.__doc__, cls


def test_no_file_names_a_registry_host() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    hosts = re.compile(
        "|".join((r"py" r"pi\.org", r"python" r"hosted", r"registry\.npm" r"js", r"deb\.deb" r"ian\.org"))
    )
    named = []
    for name in filter(None, tracked):
        path = ROOT / name
        if path.is_file() and path.stat().st_size < 8_000_000:
            try:
                text = path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue
            if hosts.search(text):
                named.append(name)
    assert not named
    assert "uv.lock" not in tracked


def test_no_open_ends() -> None:
    words = re.compile(r"\b(TODO|FIXME|XXX|Not" + r"ImplementedError)\b")
    allowed = {"dataflow/base.py"}  # the methods that each kind of component must have
    found = [
        f"{path.relative_to(SOURCE)}:{number}"
        for path in modules()
        if path.relative_to(SOURCE).as_posix() not in allowed
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if words.search(line)
    ]
    assert not found
