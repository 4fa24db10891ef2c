"""Excel Source and Destination over workbooks made here."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import openpyxl
import pytest

from dtserve.connections.environment import Environment
from dtserve.connections.registry import create_connection
from dtserve.dataflow import engine
from dtserve.dataflow.errors import DataFlowFailed
from dtserve.dataflow.excel import read_rowset
from dtserve.package.model import (
    Column,
    Component,
    ComponentConnection,
    ConnectionManager,
    ExternalColumn,
    Input,
    Output,
)
from support.flow_cases import type_of
from support.flows import I4, RecordingHost, flow, numbers, props, sink, source, transform, used, wstr

ROWS = [
    ["Id", "Name", "When", "Flag", "Mixed", None, "Name"],
    [1, "Ann", dt.datetime(2024, 5, 6), True, 1, "x", "a"],
    [2, None, dt.datetime(2024, 5, 6, 7, 8), False, "two", None, "b"],
    [None, "Cid", None, None, 3, "z", "c"],
]


@pytest.fixture
def book(tmp_path):
    made = openpyxl.Workbook()
    sheet = made.active
    sheet.title = "Sheet 1"
    for row in ROWS:
        sheet.append(row)
    made.defined_names["Part"] = openpyxl.workbook.defined_name.DefinedName("Part", attr_text="'Sheet 1'!$A$1:$B$3")
    path = tmp_path / "book.xlsx"
    made.save(path)
    return path


def manager(path, header="YES", imex=""):
    extended = f"Excel 12.0 XML;HDR={header}" + (f";IMEX={imex}" if imex else "")
    text = f'Provider=Microsoft.ACE.OLEDB.12.0;Data Source={path};Extended Properties="{extended}";'
    model = ConnectionManager("XL", "{1}", "EXCEL", "XL", {"ConnectionString": text})
    return create_connection(model, Environment(folder=path.parent))


def excel_source(columns, disposition="FailComponent", **properties):
    external = tuple(ExternalColumn(f"x.{c}", c, type_of(t)) for c, t in columns.items())
    made = tuple(
        Column(
            f"XL.{c}",
            f"XL.{c}",
            c,
            type_of(t),
            external_ref=f"x.{c}",
            error_disposition=disposition,
            truncation_disposition=disposition,
        )
        for c, t in columns.items()
    )
    return Component(
        "XL", "XL", "", "ExcelSource", properties=props({"AccessMode": 0} | properties),
        connections=(ComponentConnection("OleDbConnection", "XL"),),
        outputs=(Output("XL.Out", "Out", made, external_columns=external),),
    )  # fmt: skip


def read(path, columns, *, header="YES", imex="", **properties):
    host = RecordingHost(path.parent)
    host.connections["XL"] = manager(path, header, imex)
    host.variables["User::v"] = (wstr(), properties.pop("variable", ""))
    made = flow(
        excel_source(columns, **properties),
        sink("Dst", {c: f"XL.{c}" for c in columns}),
        paths=[("XL.Out", "Dst.In")],
    )
    engine.validate_data_flow(made, host)
    engine.run_data_flow(made, host)
    return host.table("Dst").rows()


ALL = {
    "Id": "r8",
    "Name": "wstr(255)",
    "When": "date",
    "Flag": "bool",
    "Mixed": "r8",
    "F6": "wstr(255)",
    "Name1": "wstr(5)",
}


def test_types_are_guessed_and_other_values_are_null(book):
    assert read(book, ALL, OpenRowset="'Sheet 1$'") == [
        (1.0, "Ann", dt.datetime(2024, 5, 6), True, 1.0, "x", "a"),
        (2.0, None, dt.datetime(2024, 5, 6, 7, 8), False, None, None, "b"),
        (None, "Cid", None, None, 3.0, "z", "c"),
    ]


def test_imex_makes_mixed_columns_text(book):
    assert read(book, {"Mixed": "wstr(255)"}, imex="1", OpenRowset="Sheet 1$") == [("1",), ("two",), ("3",)]


def test_ranges_names_and_no_header(book):
    assert read(book, {"Id": "r8", "Name": "wstr(9)"}, OpenRowset="Part") == [(1.0, "Ann"), (2.0, None)]
    assert read(book, {"F1": "r8", "F2": "wstr(9)"}, header="NO", OpenRowset="Sheet 1$A2:B3") == [
        (1.0, "Ann"),
        (2.0, None),
    ]
    rows = read(book, {"F1": "wstr(9)"}, header="NO", imex="1", OpenRowset="Sheet 1$A1:A2")
    assert rows == [("Id",), ("1",)]


def test_rowset_from_a_variable(book):
    assert len(read(book, {"Id": "r8"}, AccessMode=1, OpenRowsetVariable="User::v", variable="Sheet 1$")) == 3


def test_queries(book):
    sql = "SELECT [Id] * 2 AS twice, Name FROM [Sheet 1$] WHERE Name IS NOT NULL AND Id > 0"
    assert read(book, {"twice": "r8", "Name": "wstr(9)"}, AccessMode=2, SqlCommand=sql) == [(2.0, "Ann")]
    assert read(
        book, {"n": "i4"}, AccessMode=3, SqlCommandVariable="User::v", variable="select count(*) as n from [Sheet 1$]"
    ) == [(3,)]
    for bad in ("delete from [Sheet 1$]", "selekt", "select nothing from [Sheet 1$]"):
        with pytest.raises(DataFlowFailed) as caught:
            read(book, {"n": "i4"}, AccessMode=2, SqlCommand=bad)
        assert caught.value.error.code == 0xC0D51403
    mapping = '"Parameter0:Input",{00000000-0000-0000-0000-000000000001};'
    with pytest.raises(DataFlowFailed) as caught:
        read(book, {"n": "i4"}, AccessMode=2, SqlCommand="select Id as n from [Sheet 1$]", ParameterMapping=mapping)
    assert caught.value.error.code == 0xC0D51403
    assert "take no parameters" in caught.value.error.message


def test_a_text_longer_than_its_column_is_a_truncation(book):
    with pytest.raises(DataFlowFailed) as caught:
        read(book, {"Name": "wstr(2)"}, OpenRowset="Sheet 1$")
    assert caught.value.error.code == 0xC020902A
    assert read(book, {"Name": "wstr(2)"}, disposition="IgnoreFailure", OpenRowset="Sheet 1$") == [
        ("An",),
        (None,),
        ("Ci",),
    ]


def test_what_is_not_there(book, tmp_path):
    with pytest.raises(DataFlowFailed) as caught:
        read(book, {"Id": "r8"}, OpenRowset="Other$")
    assert caught.value.error.code == 0xC02020E8
    with pytest.raises(DataFlowFailed) as caught:
        read(tmp_path / "gone.xlsx", {"Id": "r8"}, OpenRowset="Other$")
    assert caught.value.error.code == 0xC0209090
    with pytest.raises(DataFlowFailed) as caught:
        read(book, {"Nothing": "r8"}, OpenRowset="Sheet 1$")
    assert caught.value.error.code == 0xC0202005


def test_long_texts_in_the_sample_make_ntext(tmp_path):
    made = openpyxl.Workbook()
    made.active.append(["t"])
    made.active.append(["x" * 300])
    made.save(tmp_path / "long.xlsx")
    columns, _ = read_rowset(tmp_path / "long.xlsx", "Sheet$", header=True, imex=0)
    assert str(columns[0].type) == "DT_NTEXT"


def excel_destination(columns, *, disposition="FailComponent", **properties):
    external = tuple(ExternalColumn(f"x.{c}", c, type_of(t)) for c, (_, t) in columns.items())
    into = tuple(used(lineage, external_ref=f"x.{c}", name=c) for c, (lineage, _) in columns.items())
    error = (
        Column("D.code", "D.code", "ErrorCode", I4, special_flags=1),
        Column("D.col", "D.col", "ErrorColumn", I4, special_flags=2),
    )
    return Component(
        "D", "D", "", "ExcelDestination", properties=props({"AccessMode": 0} | properties),
        connections=(ComponentConnection("OleDbConnection", "XL"),),
        inputs=(Input("D.In", "In", into, external, error_disposition=disposition),),
        outputs=(Output("D.Err", "Err", error, exclusion_group=1, synchronous_input="D.In", is_error_out=True),),
    )  # fmt: skip


def write(path, rows, *, header="YES", columns=None, **properties):
    import polars as pl

    host = RecordingHost(path.parent)
    host.connections["XL"] = manager(path, header)
    frame = pl.DataFrame({"n": [r[0] for r in rows], "t": [r[1] for r in rows]}, schema={"n": pl.Int32, "t": pl.String})
    host.frames["Src"] = [frame.slice(at, 2) for at in range(0, frame.height, 2)]
    made = flow(
        source("Src", {"n": I4, "t": wstr()}),
        excel_destination(columns or {"Id": ("Src.n", "r8"), "Name": ("Src.t", "wstr(5)")}, **properties),
        sink("Bad", {"t": "Src.t"}),
        paths=[("Src.Out", "D.In"), ("D.Err", "Bad.In")],
    )
    engine.validate_data_flow(made, host)
    engine.run_data_flow(made, host)
    return host


@pytest.mark.parametrize("second", ["Sheet 1$", "Other$"])
def test_several_destinations_write_into_one_workbook(tmp_path, second):
    path = tmp_path / "both.xlsx"
    sheet_of(path, [["Id", "Name"]])
    book = openpyxl.load_workbook(path)
    book.active.title = "Sheet 1"
    book.create_sheet("Other").append(["Name", "Id"])
    book.save(path)
    host = RecordingHost(tmp_path)
    host.connections["XL"] = manager(path)
    host.frames["Src"] = numbers(2500)
    columns = {"Id": ("Src.n", "r8")}
    ends = [
        replace(end, name=name, ref_id=name, inputs=(replace(end.inputs[0], ref_id=f"{name}.In"),), outputs=())
        for name, end in (
            ("D", excel_destination(columns, OpenRowset="Sheet 1$")),
            ("E", excel_destination(columns, OpenRowset=second)),
        )
    ]
    copies = transform("Multicast", "M", "One", "Two")
    made = flow(
        source("Src", {"n": I4}), copies, *ends,
        paths=[("Src.Out", "M.In"), ("M.One", "D.In"), ("M.Two", "E.In")],
    )  # fmt: skip
    engine.run_data_flow(made, host)
    found = sorted(row[0] for row in cells(path, "Sheet 1")[1:])
    if second == "Other$":
        assert [row[1] for row in cells(path, "Other")[1:]] == found == list(range(2500))
    else:
        assert found == sorted([*range(2500), *range(2500)])
    assert list(tmp_path.glob(".*")) == []


def cells(path, sheet):
    return [list(row) for row in openpyxl.load_workbook(path)[sheet].iter_rows(values_only=True)]


def test_rows_are_added_below_in_the_columns_of_their_names(book):
    host = write(book, [(7, "new"), (None, "x"), (9, None)], OpenRowset="Sheet 1$")
    found = cells(book, "Sheet 1")
    assert found[:4] == ROWS
    assert [row[:2] for row in found[4:]] == [[7, "new"], [None, "x"], [9, None]]
    assert ("OnInformation", 0x4004300B, "SSIS.Pipeline", '"D" wrote 3 rows.') in host.events
    assert list(book.parent.glob(".*")) == []


def test_without_header_columns_go_by_position(tmp_path):
    openpyxl.Workbook().save(tmp_path / "new.xlsx")
    write(tmp_path / "new.xlsx", [(1, "a")], header="NO", OpenRowset="Sheet$")
    assert cells(tmp_path / "new.xlsx", "Sheet") == [[1, "a"]]


def test_values_that_do_not_fit_go_to_the_error_output(book):
    host = write(book, [(1, "fits"), (2, "too long")], OpenRowset="Part", disposition="RedirectRow")
    assert host.table("Bad").rows() == [("too long",)]
    assert cells(book, "Sheet 1")[-1][:2] == [1, "fits"]


def test_a_failing_flow_leaves_the_file_as_it_was(book):
    before = book.read_bytes()
    with pytest.raises(DataFlowFailed):
        write(book, [(1, "fits"), (2, "too long")], OpenRowset="Sheet 1$")
    assert book.read_bytes() == before


@pytest.mark.parametrize(
    ("properties", "code"),
    [
        ({"OpenRowset": "Nothing$"}, 0xC02020E8),
        ({"OpenRowset": ""}, 0xC0D51404),
        ({"OpenRowset": "Sheet 1$", "AccessMode": 2}, 0xC0D51403),
        ({"OpenRowset": "Sheet 1$", "columns": {"Zed": ("Src.n", "r8")}}, 0xC0202005),
    ],
)
def test_destinations_that_are_refused(book, properties, code):
    with pytest.raises(DataFlowFailed) as caught:
        write(book, [(1, "a")], **properties)
    assert caught.value.error.code == code


def test_the_old_format_is_refused(tmp_path):
    with pytest.raises(DataFlowFailed) as caught:
        write(tmp_path / "old.xls", [(1, "a")], OpenRowset="Sheet1$")
    assert caught.value.error.code == 0xC0D51403


def sheet_of(path, rows):
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(row)
    made.save(path)
    return path


@pytest.mark.parametrize("rows", [0, 1, 70_000])
def test_sheets_of_any_length(tmp_path, rows):
    path = sheet_of(tmp_path / "n.xlsx", [["Id"], *([at] for at in range(rows))])
    assert read(path, {"Id": "r8"}, OpenRowset="Sheet$") == [(float(at),) for at in range(rows)]


@pytest.mark.parametrize(
    ("disposition", "kept", "away"), [("IgnoreFailure", ["lon", "ok"], []), ("RedirectRow", ["ok"], ["lon"])]
)
def test_truncations_of_the_source(tmp_path, disposition, kept, away):
    path = sheet_of(tmp_path / "t.xlsx", [["Name"], ["long"], ["ok"]])
    host = RecordingHost(tmp_path)
    host.connections["XL"] = manager(path)
    from dataclasses import replace

    made = excel_source({"Name": "wstr(3)"}, disposition, OpenRowset="Sheet$")
    error = Output("XL.Err", "Err", (Column("XL.e", "XL.e", "Name", wstr(3)),), is_error_out=True)
    made = replace(made, outputs=(*made.outputs, error))
    parts = flow(
        made,
        sink("Dst", {"Name": "XL.Name"}),
        sink("Bad", {"Name": "XL.e"}),
        paths=[("XL.Out", "Dst.In"), ("XL.Err", "Bad.In")],
    )
    engine.run_data_flow(parts, host)
    tables = host.table("Dst"), host.table("Bad")
    assert [table["Name"].to_list() if table.width else [] for table in tables] == [kept, away]


@pytest.mark.parametrize("rows", [[], [(1, None)], [(at, str(at)) for at in range(9)]])
def test_destinations_of_any_length(tmp_path, rows):
    path = sheet_of(tmp_path / "d.xlsx", [["Id", "Name"]])
    write(path, rows, OpenRowset="Sheet$")
    assert cells(path, "Sheet") == [["Id", "Name"], *([float(n), t] for n, t in rows)]


def test_values_that_do_not_fit_are_ignored(book):
    write(book, [(1, "fits"), (2, "too long")], OpenRowset="Part", disposition="IgnoreFailure")
    assert cells(book, "Sheet 1")[-1][0] == 1 or cells(book, "Sheet 1")[-1][:2] == [2, "too l"]


def test_texts_stay_texts(tmp_path):
    """What looks like a formula, an error or an escape, and characters that XML lacks."""
    texts = ["=1+1", "#N/A", "_x0041_", "a\x01b", " b ", "2024-01-02"]
    path = sheet_of(tmp_path / "t.xlsx", [["Id", "Name"]])
    columns = {"Id": ("Src.n", "r8"), "Name": ("Src.t", "wstr(20)")}
    write(path, [(at, text) for at, text in enumerate(texts)], columns=columns, OpenRowset="Sheet$")
    assert [cell.data_type for (cell,) in openpyxl.load_workbook(path)["Sheet"]["B2:B7"]] == ["s"] * 6
    assert [row[0] for row in read(path, {"Name": "wstr(20)"}, OpenRowset="Sheet$")] == texts


def test_what_no_cell_can_hold(tmp_path):
    path = sheet_of(tmp_path / "t.xlsx", [["Id", "Name"]])
    with pytest.raises(DataFlowFailed) as caught:
        write(path, [(1, "x" * 32768)], columns={"Name": ("Src.t", "nText")}, OpenRowset="Sheet$")
    assert caught.value.error.code == 0xC0D51438
    write(path, [(1, "x" * 32767)], columns={"Name": ("Src.t", "nText")}, OpenRowset="Sheet$")
    assert len(cells(path, "Sheet")[1][1]) == 32767


@pytest.fixture
def offset(tmp_path):
    """A header in C3, other cells around it, and names for its rows."""
    made = openpyxl.Workbook()
    sheet = made.active
    sheet.title = "v1.0 it's"
    for place, value in {"C3": "Id", "D3": "Name", "C4": 1, "D4": "a", "F9": "note", "B1": "title"}.items():
        sheet[place] = value
    name = openpyxl.workbook.defined_name.DefinedName("Part", attr_text="'v1.0 it''s'!$C$3:$D$4")
    made.defined_names["Part"] = name
    path = tmp_path / "offset.xlsx"
    made.save(path)
    return path


@pytest.mark.parametrize("rowset", ["Part", "'v1#0 it''s$C3:D4'", "v1.0 it's$C3:D"])
def test_rows_for_a_range_come_below_it(offset, rowset):
    write(offset, [(2, "b"), (3, "c")], OpenRowset=rowset)
    sheet = openpyxl.load_workbook(offset)["v1.0 it's"]
    assert [[cell.value for cell in row] for row in sheet["C3:D7"]] == [
        ["Id", "Name"], [1, "a"], [2, "b"], [3, "c"], [None, None],
    ]  # fmt: skip
    assert sheet["F9"].value == "note"
    if rowset == "Part":
        assert read(offset, {"Id": "r8", "Name": "wstr(5)"}, OpenRowset="Part") == [(1.0, "a"), (2.0, "b"), (3.0, "c")]


def test_rows_for_a_range_without_header(offset):
    write(offset, [(2, "b")], header="NO", OpenRowset="v1.0 it's$C4:D4")
    assert [cell.value for cell in openpyxl.load_workbook(offset)["v1.0 it's"][5]][2:4] == [2, "b"]


def test_rows_come_below_the_used_range_of_a_sheet_that_begins_later(tmp_path):
    made = openpyxl.Workbook()
    made.active["B2"], made.active["C2"] = "Id", "Name"
    made.save(tmp_path / "o.xlsx")
    write(tmp_path / "o.xlsx", [(7, "x")], OpenRowset="Sheet$")
    assert cells(tmp_path / "o.xlsx", "Sheet")[2] == [None, 7, "x"]
    assert read(tmp_path / "o.xlsx", {"Id": "r8", "Name": "wstr(5)"}, OpenRowset="Sheet$") == [(7.0, "x")]
