"""Stopping a data flow whose components are in the middle of endless input: it ends within a second.

On a machine that has other work to do a second of one's own takes longer: as many times as a loop of known work does.
"""

from __future__ import annotations

import os
import subprocess
import threading
import zipfile
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from dtserve.connections.registry import create_connection
from dtserve.errors import Canceled
from dtserve.package.model import DataFlow
from dtserve.package.model import Path as FlowPath
from support.connections import environment, manager
from support.database_servers import empty_database
from support.endless import busyness, stop_while_working, stopped
from support.flow_cases import load_cases, read_components
from support.flows import I4, RecordingHost, sink, source

CASES = load_cases(Path(__file__).parent.parent / "cases")
SECONDS = 1.0
INTO_TABLES = ("adonet_destination", "odbc_destination", "oledb_destination", "sql_server_destination")
"""Their cases have a key ``k`` that must not repeat."""
LOOKUPS = ("full cache compares by characters", "partial cache asks", "no cache", "no cache without")

ROOMY = {"derived_column": "only the friendly expression"}
"""Cases whose columns have room for the texts of endless input."""


def chosen():
    """The first case of each component with input, and one per kind of Lookup."""
    found = {}
    for name, document, case in CASES:
        if case.get("errors") or not document.get("inputs", case.get("inputs")):
            continue
        part, _, told = name.partition("/")
        if ROOMY.get(part, "") not in told:
            continue
        keys = [f"{part} {kind}" for kind in LOOKUPS if kind in told] if part == "lookup" else [part]
        for key in keys:
            found.setdefault(key, (name, document, case))
    return found


CHOSEN = chosen()
TO_DATABASES = {
    name: case
    for name, case in CHOSEN.items()
    if name in (*INTO_TABLES, "oledb_command", "slowly_changing_dimension") or name.startswith("lookup")
}


def soon(seconds, before):
    """Whether something ended within a second of its own."""
    return seconds < SECONDS * max(before, busyness())


@pytest.mark.parametrize("part", CHOSEN)
def test_in_the_middle_of_rows(part, tmp_path):
    before = busyness()
    _, document, case = CHOSEN[part]
    found = stop_while_working(document, case, tmp_path, unique="k" if part in INTO_TABLES else "")
    assert isinstance(found.error, Canceled), [event for event in found.host.events if event[0] == "OnError"]
    assert soon(found.seconds, before), f"{found.seconds:.2f} s"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("dtserve-")] == []


@pytest.mark.parametrize("server", ["postgres", "mariadb"])
@pytest.mark.parametrize("part", TO_DATABASES)
def test_over_servers(part, server, tmp_path):
    _, document, case = TO_DATABASES[part]
    with empty_database(server, tmp_path) as url:
        before = busyness()
        found = stop_while_working(document, {**case, "url": url}, tmp_path, unique="k" if part in INTO_TABLES else "")
        assert isinstance(found.error, Canceled), [event for event in found.host.events if event[0] == "OnError"]
        assert soon(found.seconds, before), f"{found.seconds:.2f} s"


def workbook(folder):
    """A flow of numbers into a sheet."""
    file = folder / "book.xlsx"
    book = openpyxl.Workbook()
    book.active.title = "Sheet1"
    book.active.append(["n"])
    book.save(file)
    ref = "Package\\T\\X"
    lines = [
        f"<component refId='{ref}' componentClassID='Microsoft.ExcelDestination' name='X' usesDispositions='true'><properties>",
        "<property name='AccessMode'>0</property><property name='OpenRowset'>Sheet1$</property></properties>",
        f"<connections><connection refId='{ref}.C' connectionManagerID='CM' name='OleDbConnection'/></connections>",
        f"<inputs><input refId='{ref}.In' name='In' hasSideEffects='true'><inputColumns>",
        f"<inputColumn refId='{ref}.In.n' lineageId='S.n' cachedName='n' externalMetadataColumnId='{ref}.In.E'/></inputColumns>",
        f"<externalMetadataColumns isUsed='True'><externalMetadataColumn refId='{ref}.In.E' name='n' dataType='r8'/>",
        "</externalMetadataColumns></input></inputs></component>",
    ]
    (made,) = read_components(lines, {})
    host = RecordingHost(folder)
    text = f'Provider=Microsoft.ACE.OLEDB.12.0;Data Source={file};Extended Properties="Excel 12.0 XML;HDR=YES";'
    host.connections["CM"] = create_connection(manager("EXCEL", {"ConnectionString": text}), environment(folder))
    flow = DataFlow((source("S", {"n": I4}), made), (FlowPath("p", "p", "S.Out", f"{ref}.In"),))
    return flow, host


@pytest.mark.parametrize("when", ["while rows come", "while the file is saved"])
def test_a_workbook_being_written(tmp_path, when):
    flow, host = workbook(tmp_path)
    flowing = threading.Event()

    def frames():
        for _ in range(6):
            yield pl.DataFrame({"n": pl.int_range(0, 65_536, dtype=pl.Int32, eager=True)})
            if when == "while rows come":
                flowing.set()

    host.frames["S"] = frames()
    if when != "while rows come":
        saved = openpyxl.Workbook.save

        def save(book, file):
            flowing.set()
            saved(book, file)

        openpyxl.Workbook.save = save
    before = busyness()
    try:
        found = stopped(flow, host, flowing, 0.2)
    finally:
        if when != "while rows come":
            openpyxl.Workbook.save = saved
    assert isinstance(found.error, Canceled)
    assert soon(found.seconds, before), f"{found.seconds:.2f} s"
    assert [path.name for path in tmp_path.iterdir()] == ["book.xlsx"]
    assert openpyxl.load_workbook(tmp_path / "book.xlsx").active.max_row == 1


def huge_workbook(path):
    """A sheet of 60 MB, which takes seconds to read: its rows are put into the file of a small one."""
    book = openpyxl.Workbook()
    book.active.append(["n"])
    book.save(path.with_suffix(".small"))
    row = '<row><c t="str"><v>a text that is read</v></c><c><v>1.5</v></c></row>'
    text = f'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{row * 900_000}</sheetData></worksheet>'
    with (
        zipfile.ZipFile(path.with_suffix(".small")) as small,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as made,
    ):
        for name in small.namelist():
            made.writestr(name, text if name == "xl/worksheets/sheet1.xml" else small.read(name))
    path.with_suffix(".small").unlink()


@pytest.mark.parametrize("part", ["ExcelSource", "ExcelDestination"])
def test_a_huge_workbook_being_opened(tmp_path, part):
    flow, host = workbook(tmp_path)
    huge_workbook(tmp_path / "book.xlsx")
    if part == "ExcelSource":
        ref = "Package\\T\\X"
        lines = [
            f"<component refId='{ref}' componentClassID='Microsoft.ExcelSource' name='X'><properties>",
            "<property name='AccessMode'>0</property><property name='OpenRowset'>Sheet$</property></properties>",
            f"<connections><connection refId='{ref}.C' connectionManagerID='CM' name='OleDbConnection'/></connections>",
            f"<outputs><output refId='{ref}.Out' name='Out'><outputColumns><outputColumn refId='c' lineageId='c' name='F1' dataType='wstr'",
            " length='50'/></outputColumns></output></outputs></component>",
        ]
        sunk = sink("Dst", {"t": "c"})
        flow = DataFlow((*read_components(lines, {}), sunk), (FlowPath("p", "p", f"{ref}.Out", "Dst.In"),))
    else:
        host.frames["S"] = iter([])
    flowing = threading.Event()
    flowing.set()
    before = busyness()
    found = stopped(flow, host, flowing, 0.6)
    assert isinstance(found.error, Canceled)
    assert soon(found.seconds, before), f"{found.seconds:.2f} s"
    assert reading_children() == []


def reading_children():
    """The programs that read workbooks and still run below this process."""
    me = str(os.getpid())
    running = subprocess.run(["ps", "-o", "args=", "--ppid", me], capture_output=True, text=True, check=False).stdout
    return [line for line in running.splitlines() if "excel_process" in line]
