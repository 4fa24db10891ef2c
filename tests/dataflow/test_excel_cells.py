"""Values into cells, and opening a workbook that is to stop."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import openpyxl
import pytest

from dtserve.dataflow.component_errors import CellValueRefused
from dtserve.dataflow.excel_cells import LONGEST_TEXT, open_workbook, put, repeat
from dtserve.dataflow.file_errors import FileCannotOpenWrite
from dtserve.errors import Canceled


@pytest.mark.parametrize(
    ("value", "shown", "kind"),
    [
        (1, 1, "n"),
        (Decimal("1.50"), Decimal("1.50"), "n"),
        (True, True, "b"),
        (dt.datetime(2024, 1, 2, 3), dt.datetime(2024, 1, 2, 3), "d"),
        (dt.time(3, 4), dt.time(3, 4), "d"),
        (b"\x01\xff", "01FF", "s"),
        ({"utc": dt.datetime(2024, 1, 2), "offset": 60}, "2024-01-02 00:00:00 +00:00", "s"),
        ("=A1", "=A1", "s"),
        ("#REF!", "#REF!", "s"),
        ("a\x00_x0041_", "a_x0000__x005F_x0041_", "s"),
        ("", "", "s"),
    ],
)
def test_values(value, shown, kind):
    sheet = openpyxl.Workbook().active
    put(sheet, 2, 3, value)
    assert (sheet["C3"].value, sheet["C2"].value, sheet["C2"].data_type) == (None, shown, kind)
    repeat(sheet, 5, 1, sheet["C2"])
    assert (sheet["A5"].value, sheet["A5"].data_type) == (shown, kind)


@pytest.mark.parametrize("value", [float("nan"), float("-inf"), "x" * (LONGEST_TEXT + 1)])
def test_refused(value):
    with pytest.raises(CellValueRefused, match='row 2 of the sheet "Sheet"'):
        put(openpyxl.Workbook().active, 2, 3, value)


def test_opening_stops(tmp_path):
    path = tmp_path / "b.xlsx"
    made = openpyxl.Workbook()
    for at in range(3000):
        made.active.append([at, f"text {at}"])
    made.save(path)
    asked = []

    def check():
        asked.append(1)
        if len(asked) > 20:
            raise Canceled

    with pytest.raises(Canceled):
        open_workbook(path, check)
    assert open_workbook(path, lambda: None).active.max_row == 3000


def test_no_workbook(tmp_path):
    for name in ("gone.xlsx", "bad.xlsx"):
        (tmp_path / "bad.xlsx").write_bytes(b"no")
        with pytest.raises(FileCannotOpenWrite):
            open_workbook(tmp_path / name, lambda: None)
