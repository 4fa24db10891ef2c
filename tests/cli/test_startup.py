"""Starting is cheap: what an empty package makes dtexec import, and what it leaves alone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dtserve.cli import dtexec_store
from dtserve.cli.dtexec_request import read_line, request_from
from dtserve.errors import DtserveError
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


@pytest.mark.parametrize(
    "name", [*(sorted({*LATE} - {"dtserve.stores"})), "tomllib", "dtserve.execution.server_packages"]
)
def test_a_home_that_says_nothing_costs_no_settings(with_home, name):
    assert name not in with_home


@pytest.fixture(scope="module")
def with_home(tmp_path_factory):
    """The modules of a run with the home as it is made."""
    folder = tmp_path_factory.mktemp("home")
    load_home(folder / "home").close()
    return modules_after(folder, "--home", str(folder / "home"))


@pytest.mark.parametrize("name", HEAVY)
def test_a_home_that_says_nothing_imports_nothing_heavy(with_home, name):
    assert not [module for module in with_home if module.partition(".")[0] == name]


def test_a_home_with_settings_costs_no_database(tmp_path: Path) -> None:
    home = tmp_path / "home"
    load_home(home).close()
    (home / "dtserve.toml").write_text('[paths]\n"D:\\\\in" = "/in"\n')
    found = modules_after(tmp_path, "--home", str(home))
    assert "dtserve.service.config" in found
    for name in ("sqlalchemy", "polars", "fastapi", "cryptography", "asyncio", "sqlite3", "ssl"):
        assert not [module for module in found if module.partition(".")[0] == name], name


@pytest.fixture
def options_with(tmp_path, monkeypatch):
    """The options that a run of a file takes from a home with these settings."""
    home = tmp_path / "home"
    load_home(home).close()
    monkeypatch.setenv("DTSERVE_HOME", str(home))

    def take(settings=None):
        if settings is not None:
            (home / "dtserve.toml").write_text(settings)
        return dtexec_store.with_home(request_from(*read_line(["/F", "x.dtsx"])))

    return take


def test_what_a_new_home_gives_is_what_its_settings_give(options_with, monkeypatch):
    short = options_with()
    monkeypatch.setattr(dtexec_store, "_says_nothing", lambda path: False)
    assert short == options_with()
    assert set(short.msdb) == {"."}


@pytest.mark.parametrize(
    "settings",
    ["[execution]\nmax_memory = 512\n", "execution.max_memory = 512", "# only\n[execution]\n  max_memory=512"],
)
def test_settings_are_taken(options_with, settings):
    assert options_with(settings).memory_limit == 512


def test_a_variable_is_taken(options_with, monkeypatch):
    monkeypatch.setenv("DTSERVE_EXECUTION_MAX_MEMORY", "256")
    assert options_with().memory_limit == 256


@pytest.mark.parametrize("settings", ["[execution]\n[execution]\n", "[[execution]]\n", "[execution\n"])
def test_wrong_settings_are_told(options_with, settings):
    with pytest.raises(DtserveError):
        options_with(settings)


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
