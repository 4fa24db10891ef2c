"""Runs packages of the shared collection through the installed dtexec and reads what they wrote."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from dtserve.connections.environment import ConnectionTarget, Environment
from dtserve.connections.registry import create_connection
from dtserve.datatypes import DT, TypeSpec
from dtserve.package import PackageDocument
from dtserve.package.model import ConnectionManager, Executable

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("DTSERVE_SHARED", ROOT.parent / "shared"))
FILES = SHARED / "corpus" / "files"

needs_collection = pytest.mark.skipif(
    not FILES.is_dir(), reason=f"the shared collection of real packages is not at {SHARED}"
)


@dataclass
class Target:
    """A database that packages are pointed at, and how to look into it."""

    url: str
    session: object = field(init=False)

    def __post_init__(self) -> None:
        model = ConnectionManager(
            "target", "{0}", "OLEDB", "Package.ConnectionManagers[target]", {"ConnectionString": "Data Source=x;Initial Catalog=y;Provider=SQLNCLI11.1;"}
        )  # fmt: skip
        environment = Environment(connection_map=(ConnectionTarget(url=self.url, manager="target"),))
        self.session = create_connection(model, environment).session()

    def execute(self, *statements: str) -> None:
        for statement in statements:
            self.session.execute(statement)

    def rows(self, query: str) -> list[tuple]:
        return list(self.session.execute(query)[0].rows())

    def close(self) -> None:
        self.session.close()


def with_crlf(source: Path, target: Path) -> Path:
    """A copy with the CRLF line ends that Git took away."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(source.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
    return target


def dtexec(package: Path, *options: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run the installed dtexec on a package file."""
    program = shutil.which("dtexec", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    assert program is not None
    return subprocess.run(
        [program, "/F", str(package), *options], capture_output=True, text=True, check=False, cwd=cwd, timeout=300
    )


def assert_succeeded(done: subprocess.CompletedProcess[str]) -> None:
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-3000:]
    assert "DTSER_SUCCESS (0)" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def connect(manager: str, path: Path) -> list[str]:
    """dtexec /CONNECTION for a file manager."""
    return ["/CONN", f'"{manager}";"{path}"']


def lines(path: Path) -> list[bytes]:
    """The lines of a file, whatever their ends."""
    return path.read_bytes().replace(b"\r\n", b"\n").rstrip(b"\n").split(b"\n")


def destination_tables(package: Path) -> Iterable[tuple[str, list[tuple[str, TypeSpec]]]]:
    """Table and columns (external metadata) of every OLE DB destination of a package."""
    todo: list[Executable] = [PackageDocument.open(package.read_bytes()).model]
    while todo:
        here = todo.pop()
        todo.extend(here.executables)
        for component in here.data_flow.components if here.data_flow else ():
            if component.part == "OLEDBDestination":
                columns = [(c.name, c.type) for c in component.inputs[0].external_columns]
                yield component.properties["OpenRowset"].value, columns


def create_table(table: str, columns: Sequence[tuple[str, TypeSpec]]) -> str:
    """T-SQL that makes a table with these columns."""
    return f"CREATE TABLE {table} ({', '.join(f'[{name}] {_sql_type(spec)} NULL' for name, spec in columns)})"


def _sql_type(spec: TypeSpec) -> str:
    plain = {
        DT.I1: "SMALLINT", DT.UI1: "TINYINT", DT.I2: "SMALLINT", DT.I4: "INT", DT.I8: "BIGINT", DT.R4: "REAL",
        DT.R8: "FLOAT", DT.CY: "MONEY", DT.BOOL: "BIT", DT.DBDATE: "DATE", DT.DBTIMESTAMP: "DATETIME",
        DT.DBTIMESTAMP2: "DATETIME2", DT.DATE: "DATETIME", DT.GUID: "UNIQUEIDENTIFIER", DT.NTEXT: "NVARCHAR(MAX)",
        DT.TEXT: "VARCHAR(MAX)",
    }  # fmt: skip
    if spec.dt is DT.BYTES:
        return f"VARBINARY({spec.length})"
    if spec.dt is DT.NUMERIC:
        return f"NUMERIC({spec.precision},{spec.scale})"
    if spec.dt in (DT.STR, DT.WSTR):
        return f"{'N' if spec.dt is DT.WSTR else ''}VARCHAR({spec.length or 'MAX'})"
    return plain[spec.dt]


def rows_received(printed: str) -> dict[str, int]:
    """Rows that each component was given, from the data flow events of ``/REPORTING D``."""
    counts: dict[str, int] = {}
    for line in printed.splitlines():
        if "Rows were provided to a data flow component as input" in line:
            fields = line.split(" : ")
            counts[fields[5]] = counts.get(fields[5], 0) + int(fields[8])
    return counts
