"""Rowsets of workbooks: names, ranges, guesses."""

from __future__ import annotations

import datetime as dt
import struct
import zipfile

import openpyxl
import pytest
from openpyxl.workbook.defined_name import DefinedName

from dtserve.dataflow.component_errors import RowsetNotOpened
from dtserve.dataflow.excel import _typed, header_names, is_large, read_here
from dtserve.dataflow.file_errors import FileCannotOpenRead


def test_header_names():
    assert header_names(["a", None, "a", "x.y!z", 1.0, ""]) == ["a", "F2", "a1", "x#y_z", "1", "F6"]


DAY = dt.datetime(2024, 1, 2)


@pytest.mark.parametrize(
    ("values", "imex", "kind", "expected"),
    [
        ([1.0, 2.0, "x"], 0, "DT_R8", [1.0, 2.0, None]),
        ([1.0, "x"], 0, "DT_R8", [1.0, None]),
        (["x", "y", 1.0], 0, "DT_WSTR(4000)", ["x", "y", None]),
        (["x", 1.0, True, DAY, 2.5], 1, "DT_WSTR(4000)", ["x", "1", "TRUE", "1/2/2024", "2.5"]),
        (
            ["x", 0.1 + 0.2, 1e16, 1e-7, -123456789012345.0],
            1,
            "DT_WSTR(4000)",
            ["x", "0.3", "1E+16", "1E-07", "-123456789012345"],
        ),
        ([1.0, 2.0], 1, "DT_R8", [1.0, 2.0]),
        ([None] * 8 + [1.0], 0, "DT_WSTR(4000)", [None] * 9),
        ([True, False, 1.0], 0, "DT_BOOL", [True, False, None]),
        ([DAY, None], 0, "DT_DATE", [DAY, None]),
    ],
)
def test_types_are_guessed(values, imex, kind, expected):
    spec, found = _typed(values, imex)
    assert (str(spec), found) == (kind, expected)


@pytest.fixture
def book(tmp_path):
    """Cells from B3 on, in a sheet whose name the provider writes otherwise."""
    made = openpyxl.Workbook()
    sheet = made.active
    sheet.title = "v1.0 it's"
    for at, row in enumerate(
        [["id", "name", None, "day"], [1, " x ", None, DAY], [2, "=1/0", None, "#N/A"], [3, None, None, None]]
    ):
        for place, value in enumerate(row):
            if value is not None:
                sheet.cell(row=3 + at, column=2 + place, value=value)
    sheet["C5"] = "#DIV/0!"
    sheet.merge_cells("B8:C9")
    sheet["B8"] = 9
    made.create_sheet("Empty")
    made.defined_names["All"] = DefinedName("All", attr_text="'v1.0 it''s'!$B$3:$E$5")
    made.defined_names["Columns"] = DefinedName("Columns", attr_text="'v1.0 it''s'!$B:$C")
    made.defined_names["Lost"] = DefinedName("Lost", attr_text="#REF!")
    made.defined_names["Two"] = DefinedName("Two", attr_text="'v1.0 it''s'!$B$3:$B$4,'v1.0 it''s'!$D$3:$D$4")
    sheet.defined_names["Own"] = DefinedName("Own", attr_text="'v1.0 it''s'!$B$3:$B$4")
    path = tmp_path / "book.xlsx"
    made.save(path)
    return path


WHOLE = [
    (1.0, " x ", None, DAY),
    (2.0, None, None, None),
    (3.0, None, None, None),
    (None,) * 4,
    (9.0, None, None, None),
]


@pytest.mark.parametrize(
    ("rowset", "names", "rows"),
    [
        ("'v1#0 it''s$'", ["id", "name", "F3", "day"], WHOLE),
        ("v1.0 it's$", ["id", "name", "F3", "day"], WHOLE),
        ("V1#0 IT'S$A:C", ["F1", "id", "name"], [(None, *row[:2]) for row in WHOLE]),
        ("v1#0 it's$B3:C4", ["id", "name"], [(1.0, " x ")]),
        ("v1#0 it's$B3:H4", ["id", "name", "F3", "day", "F5", "F6", "F7"], [(1.0, " x ", None, DAY, None, None, None)]),
        ("v1#0 it's$A2:B4", ["F1", "F2"], [(None, None), (None, 1.0)]),
        ("v1#0 it's$B5:E", ["2", "F2", "F3", "F4"], [(*row[:1], None, None, None) for row in WHOLE[2:]]),
        ("v1#0 it's$B3:B65536", ["id"], [row[:1] for row in WHOLE]),
        ("v1#0 it's$3:4", ["id", "name", "F3", "day"], WHOLE[:1]),
        ("v1#0 it's$B40:C50", ["F1", "F2"], []),
        ("All", ["id", "name", "F3", "day"], WHOLE[:2]),
        ("columns", ["id", "name"], [row[:2] for row in WHOLE]),
        ("v1.0 it's$Own", ["id"], [(1.0,)]),
        ("Empty$", [], []),
    ],
)
def test_rowsets_of_a_sheet(book, rowset, names, rows):
    columns, found = read_here(book, rowset, header=True, imex=0)
    assert [column.name for column in columns] == names
    assert found.rows() == rows


@pytest.mark.parametrize("rowset", ["Other$", "Lost", "Two", "v1#0 it's$Nothing", "v1#0 it's$:", "v1#0 it's$A0", ""])
def test_rowsets_that_are_not_there(book, rowset):
    with pytest.raises(RowsetNotOpened):
        read_here(book, rowset, header=True, imex=0)


def test_a_range_far_to_the_right_has_no_thousands_of_columns(book):
    columns, _ = read_here(book, "v1#0 it's$A1:XFD9", header=False, imex=0)
    assert len(columns) == 257


def test_no_workbook(tmp_path):
    path = tmp_path / "no.xlsx"
    path.write_bytes(b"PK no")
    with pytest.raises(FileCannotOpenRead):
        read_here(path, "a$", header=True, imex=0)
    assert not is_large(path)
    assert not is_large(tmp_path / "gone.xlsx")


def record(number, body=b""):
    """A record of a binary workbook: number and length seven bits at a time."""
    kind = bytes([number]) if number < 128 else bytes([number & 0x7F | 0x80, number >> 7])
    size, length = b"", len(body)
    while True:
        size += bytes([length & 0x7F | (0x80 if length > 127 else 0)])
        length >>= 7
        if not length:
            return kind + size + body


def wide(text):
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def binary_workbook(path, rows):
    """An xlsb with one sheet of numbers, texts and truth values."""
    cells = b""
    for at, row in enumerate(rows):
        cells += record(0, struct.pack("<II", at, 0) + bytes(9))
        for place, value in enumerate(row):
            where = struct.pack("<II", place, 0)
            if isinstance(value, bool):
                cells += record(4, where + bytes([value]))
            elif isinstance(value, str):
                cells += record(6, where + wide(value))
            elif value is not None:
                cells += record(5, where + struct.pack("<d", value))
    size = struct.pack("<IIII", 0, len(rows) - 1, 0, max(map(len, rows)) - 1)
    sheet = record(129) + record(148, size) + record(145) + cells + record(146) + record(130)
    book = record(131) + record(143) + record(156, struct.pack("<II", 0, 1) + wide("rId1") + wide("Data 1"))
    book += record(144) + record(132)
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"
    links = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rId1" Type="{kind}" Target="worksheets/sheet1.bin"/></Relationships>'
    )
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("xl/workbook.bin", book)
        made.writestr("xl/_rels/workbook.bin.rels", links)
        made.writestr("xl/worksheets/sheet1.bin", sheet)


def test_binary_workbooks(tmp_path):
    binary_workbook(tmp_path / "b.xlsb", [["id", "name", "flag"], [1.0, "x", True], [2.5, None, False]])
    columns, rows = read_here(tmp_path / "b.xlsb", "'Data 1$'", header=True, imex=0)
    assert [(column.name, str(column.type)) for column in columns] == [
        ("id", "DT_R8"), ("name", "DT_WSTR(4000)"), ("flag", "DT_BOOL"),
    ]  # fmt: skip
    assert rows.rows() == [(1.0, "x", True), (2.5, None, False)]


def test_formulas_dates_of_1904_and_blank_texts(tmp_path):
    """The value that a formula had when the workbook was saved; days since 1904; an empty text is NULL."""
    made = openpyxl.Workbook()
    made.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    sheet = made.active
    for row in (["day", "formula", "blank"], [DAY, "=1+1", ""], [dt.datetime(2024, 1, 2, 3, 4, 5), None, "x"]):
        sheet.append(row)
    made.save(tmp_path / "plain.xlsx")
    with zipfile.ZipFile(tmp_path / "plain.xlsx") as plain, zipfile.ZipFile(tmp_path / "m.xlsx", "w") as saved:
        for name in plain.namelist():
            saved.writestr(
                name,
                plain.read(name)
                .replace(b"<f>1+1</f><v></v>", b"<f>1+1</f><v>2</v>")
                .replace(b"<f>1+1</f><v />", b"<f>1+1</f><v>2</v>"),
            )
    _, rows = read_here(tmp_path / "m.xlsx", "Sheet$", header=True, imex=0)
    assert rows.rows() == [(DAY, 2.0, None), (dt.datetime(2024, 1, 2, 3, 4, 5), None, "x")]
