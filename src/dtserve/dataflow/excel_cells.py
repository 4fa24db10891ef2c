"""Values into the cells of a workbook, and a workbook that can be stopped while it is opened (openpyxl)."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dtserve.dataflow.component_errors import CellValueRefused
from dtserve.dataflow.file_errors import FileCannotOpenWrite
from dtserve.errors import Canceled

__all__ = ["LONGEST_TEXT", "open_workbook", "put", "repeat"]

LONGEST_TEXT = 32_767
"""Characters that a cell can hold."""

_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")


def put(sheet: Any, row: int, column: int, value: Any) -> None:
    """Set a cell. A text stays a text whatever it looks like, its control characters are written as ``_x0001_``.

    Bytes have no form in a sheet and become hexadecimal text. Raises CellValueRefused for what no cell can hold.
    """
    if isinstance(value, bytes):
        value = value.hex().upper()
    elif isinstance(value, dict):  # DT_DBTIMESTAMPOFFSET
        value = f"{value['utc'].isoformat(sep=' ')} +00:00"
    elif isinstance(value, float) and not math.isfinite(value):
        raise CellValueRefused(sheet=sheet.title, row=row, detail=f"{value} is no number of a workbook")
    if not isinstance(value, str):
        sheet.cell(row=row, column=column, value=value)
        return
    if len(value) > LONGEST_TEXT:
        raise CellValueRefused(sheet=sheet.title, row=row, detail=f"the text has more than {LONGEST_TEXT} characters")
    cell = sheet.cell(row=row, column=column)
    cell.value = _UNWRITABLE.sub(lambda found: f"_x{ord(found[0]):04X}_", value)
    cell.data_type = "s"


def repeat(sheet: Any, row: int, column: int, source: Any) -> None:
    """Set a cell to what another one has."""
    cell = sheet.cell(row=row, column=column, value=source.value)
    cell.data_type = source.data_type


def open_workbook(path: Path, check: Callable[[], None]) -> Any:
    """The workbook; ``check`` is called while it is read and may raise Canceled. Raises FileCannotOpenWrite."""
    import openpyxl

    try:
        with _Checked(path, check) as source:
            return openpyxl.load_workbook(source, keep_vba=path.suffix.lower() == ".xlsm")
    except Canceled:
        raise
    except Exception as error:  # openpyxl's errors for files that are no workbooks are of many kinds
        raise FileCannotOpenWrite(path=path, detail=error) from None


class _Checked(io.FileIO):
    """A file that asks at every read whether to go on."""

    def __init__(self, path: Path, check: Callable[[], None]) -> None:
        super().__init__(path, "rb")
        self._check = check

    def read(self, size: int | None = -1) -> bytes:
        """Read, unless it is to stop."""
        self._check()
        return super().read(-1 if size is None else size) or b""
