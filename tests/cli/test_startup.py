"""Starting is cheap: what an empty package makes dtexec import, and what it leaves alone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dtserve.service.config import load_home

EMPTY = """<?xml version="1.0"?>
<DTS:Executable xmlns:DTS="www.microsoft.com/SqlServer/Dts" DTS:refId="Package" DTS:CreationName="Microsoft.Package"
 DTS:DTSID="{F7007F7F-BB75-572F-A26F-B3BBFD6E4400}" DTS:ExecutableType="Microsoft.Package" DTS:LocaleID="1033"
 DTS:ObjectName="Empty" DTS:VersionGUID="{C3D20A32-9056-5025-9A53-423F14C2B700}"
><DTS:Property DTS:Name="PackageFormatVersion">8</DTS:Property><DTS:Variables /><DTS:Executables /></DTS:Executable>
"""
HEAVY = (
    "adbc_driver_manager", "argon2", "asyncio", "cryptography", "duckdb", "email", "fastapi", "http", "json",
    "logging", "multiprocessing", "numpy", "openpyxl", "platform", "polars", "psutil", "psycopg", "pyarrow", "rich",
    "sqlalchemy", "sqlglot", "sqlite3", "ssl", "tempfile", "unittest", "uuid", "uvicorn", "xml",
)  # fmt: skip
"""Top-level packages that cost more to import than an empty package costs to run."""
LATE = (
    "dtserve.connections.registry", "dtserve.controlflow.containers.event_handler", "dtserve.controlflow.logging",
    "dtserve.controlflow.scheduler", "dtserve.controlflow.task_host", "dtserve.dataflow.engine",
    "dtserve.execution.option_codec", "dtserve.expressions", "dtserve.package.member_model",
    "dtserve.package.pipeline_model", "dtserve.package.project", "dtserve.service.config", "dtserve.stores",
)  # fmt: skip
"""Our own modules that belong to parts which an empty package does not have."""
RUN = """
import sys
from dtserve.cli.dtexec import main
code = main(sys.argv[1:])
print("modules:", *sorted(sys.modules))
sys.exit(code)
"""


def modules_after(folder: Path, *words: str) -> frozenset[str]:
    """The modules in memory after dtexec has run an empty package."""
    package = folder / "empty.dtsx"
    package.write_text(EMPTY, "utf-8")
    homeless = {key: text for key, text in os.environ.items() if key not in ("DTSERVE_HOME", "XDG_DATA_HOME")}
    done = subprocess.run(
        [sys.executable, "-c", RUN, "/F", str(package), *words],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=folder,
        env={**homeless, "HOME": str(folder)},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "DTSER_SUCCESS (0)" in done.stdout
    return frozenset(done.stdout.rpartition("modules:")[2].split())


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> frozenset[str]:
    """The modules of a run without a home."""
    return modules_after(tmp_path_factory.mktemp("startup"))


@pytest.mark.parametrize("name", HEAVY)
def test_an_empty_package_imports_nothing_heavy(imported: frozenset[str], name: str) -> None:
    assert not [module for module in imported if module.partition(".")[0] == name]


@pytest.mark.parametrize("name", LATE)
def test_an_empty_package_imports_no_parts_it_does_not_have(imported: frozenset[str], name: str) -> None:
    assert name not in imported


def test_what_is_needed_is_imported(imported: frozenset[str]) -> None:
    assert {"dtserve.execution.run", "dtserve.package.document", "lxml.etree"} <= imported


def test_a_home_costs_no_database(tmp_path: Path) -> None:
    home = load_home(tmp_path / "home")
    home.close()
    found = modules_after(tmp_path, "--home", str(tmp_path / "home"))
    assert "dtserve.service.config" in found
    for name in ("sqlalchemy", "polars", "fastapi", "cryptography", "asyncio", "sqlite3", "ssl"):
        assert not [module for module in found if module.partition(".")[0] == name], name


USES_DUCKDB = """
import sys
import duckdb
duckdb.connect(":memory:").sql("select 1 as n").fetchall()
from dtserve.cli.dtexec import main
sys.exit(main())
"""


def test_a_run_that_used_duckdb_ends_without_a_word_on_the_error_stream(tmp_path):
    package = tmp_path / "empty.dtsx"
    package.write_text(EMPTY, "utf-8")
    command = [sys.executable, "-c", USES_DUCKDB, "/F", str(package)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
