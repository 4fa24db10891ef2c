"""What rowsets name: sheets, cells, names."""

from __future__ import annotations

import zipfile

import pytest

from dtserve.dataflow.excel_rowset import WHOLE, defined_name, parse_cells, parse_rowset, sheet_named


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sheet1$", ("Sheet1", WHOLE, True)),
        ("'My Sheet$'", ("My Sheet", WHOLE, True)),
        ("[Sheet1$A1:C10]", ("Sheet1", (0, 0, 9, 2), True)),
        ("Sheet1$AA3:AB4", ("Sheet1", (2, 26, 3, 27), True)),
        ("Sheet1$B2", ("Sheet1", (1, 1, 1, 1), True)),
        ("Named", ("Named", WHOLE, False)),
        ("'It''s$'", ("It's", WHOLE, True)),
        ("'Sheet 1$A1:B2'", ("Sheet 1", (0, 0, 1, 1), True)),
        ("['Sheet 1$'A1:B2]", ("Sheet 1", (0, 0, 1, 1), True)),
        ("`Sheet1$a5:f`", ("Sheet1", (4, 0, -1, 5), True)),
        ("Sheet1$A:D", ("Sheet1", (-1, 0, -1, 3), True)),
        ("Sheet1$5:9", ("Sheet1", (4, -1, 8, -1), True)),
        ("Sheet1$$A$1:$C$4", ("Sheet1", (0, 0, 3, 2), True)),
        ("Cost$Plan$", ("Cost$Plan", WHOLE, True)),
        ("Cost$Plan$A1:B2", ("Cost$Plan", (0, 0, 1, 1), True)),
        ("Sheet1$Print_Area", ("Sheet1$Print_Area", WHOLE, False)),
        ("Sheet1$A1:5", ("Sheet1$A1:5", WHOLE, False)),
    ],
)
def test_rowset_names(text, expected):
    assert parse_rowset(text) == expected


@pytest.mark.parametrize(
    "text", ["", ":", "A", "5", "A1:5", "A:5", "A1:B2:C3", "A0", "XFE1", "A1048577", "A 1", "Total"]
)
def test_what_is_no_range(text):
    assert parse_cells(text) is None


def test_sheets_are_found_in_any_case_and_as_the_provider_writes_them():
    sheets = ["a#b", "A.B", "x.y!z", "Excel_Destination", "p q"]
    names = ("A#B", "a.b", "x#y_z", "Excel Destination", "p q", "x", "")
    assert [sheet_named(name, sheets) for name in names] == [0, 1, 2, 3, 4, -1, -1]


def test_names_of_what_is_no_open_xml(tmp_path):
    path = tmp_path / "a.xls"
    path.write_bytes(b"old")
    assert defined_name(path, "Sales") is None
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("xl/workbook.bin", b"")
    assert defined_name(path, "Sales") is None
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("xl/workbook.xml", "<!DOCTYPE a><a/>")
    assert defined_name(path, "Sales") is None
