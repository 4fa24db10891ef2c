"""Reads a large workbook in a process of its own, because the library that reads workbooks cannot be interrupted.

The process gets its task as JSON on standard input and answers with one line of JSON (columns, or what is wrong) and the
rows as an Arrow stream. A stop kills it. ``python -m dtserve.dataflow.excel_process`` is its program.
"""

from __future__ import annotations

import io
import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dtserve.dataflow.component_errors import RowsetNotOpened
from dtserve.dataflow.excel import SheetColumn, read_here
from dtserve.dataflow.file_errors import FileCannotOpenRead
from dtserve.datatypes import DT, TypeSpec
from dtserve.errors import Canceled

if TYPE_CHECKING:
    import polars as pl

__all__ = ["main", "read_elsewhere"]

LOOK_SECONDS = 0.05
"""Between two looks whether to stop."""

GRACE_SECONDS = 1.0
"""How long the stop may come after the signal of a group that has ended the process already."""


def read_elsewhere(
    path: Path, name: str, *, header: bool, imex: int, stop: Callable[[], bool]
) -> tuple[list[SheetColumn], pl.DataFrame]:
    """:func:`~dtserve.dataflow.excel.read_rowset` by another process, which is killed when ``stop`` is true.

    Raises what that raises, and Canceled.
    """
    task = {"path": str(path), "name": name, "header": header, "imex": imex}
    process = subprocess.Popen(
        [sys.executable, "-m", "dtserve.dataflow.excel_process"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    answer: list[bytes] = []

    def talk() -> None:
        answer.append(process.communicate(json.dumps(task).encode())[0])

    talking = threading.Thread(target=talk, name=f"workbook-{process.pid}", daemon=True)
    talking.start()
    try:
        while talking.is_alive():
            talking.join(LOOK_SECONDS)
            if stop():
                raise Canceled
    finally:
        process.kill()
        talking.join()
    if process.returncode < 0:
        _await(stop)
    return _read(path, answer[0], process.returncode)


def _await(stop: Callable[[], bool]) -> None:
    """Raise Canceled when the stop comes that has ended the process."""
    until = time.monotonic() + GRACE_SECONDS
    while time.monotonic() < until:
        if stop():
            raise Canceled
        time.sleep(LOOK_SECONDS)


def _read(path: Path, answer: bytes, code: int) -> tuple[list[SheetColumn], pl.DataFrame]:
    import polars as pl

    head, _, rows = answer.partition(b"\n")
    try:
        told: dict[str, Any] = json.loads(head)
    except ValueError:
        raise FileCannotOpenRead(path=path, detail=f"the process that reads it ended with {code}") from None
    if "rowset" in told:
        raise RowsetNotOpened(rowset=told["rowset"])
    if "detail" in told:
        raise FileCannotOpenRead(path=path, detail=told["detail"])
    columns = [SheetColumn(name, TypeSpec(DT(code), length=length)) for name, code, length in told["columns"]]
    return columns, pl.read_ipc_stream(io.BytesIO(rows)) if columns else pl.DataFrame()


def main() -> None:
    """The program: one task from standard input, one answer to standard output."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who has started it decides
    task = json.loads(sys.stdin.buffer.read())
    rows: pl.DataFrame | None = None
    try:
        columns, rows = read_here(Path(task["path"]), task["name"], header=task["header"], imex=task["imex"])
        told: dict[str, Any] = {"columns": [(c.name, c.type.dt.value, c.type.length) for c in columns]}
    except RowsetNotOpened as error:
        told = {"rowset": error.facts["rowset"]}
    except FileCannotOpenRead as error:
        told = {"detail": str(error.facts["detail"])}
    out = sys.stdout.buffer
    out.write(json.dumps(told).encode() + b"\n")
    if rows is not None and rows.width:
        rows.write_ipc_stream(out)
    out.flush()


if __name__ == "__main__":
    main()
