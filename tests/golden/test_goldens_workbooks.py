"""Workbooks that the real runtime wrote: our destination's have the same cells, our source reads theirs.

The tables behind them are read back from the workbooks. Ours are xlsx where theirs are xls: the cells are compared.
"""

from pathlib import Path
from typing import Any

import openpyxl
from python_calamine import CalamineWorkbook

from support.golden import FILES, Target, assert_succeeded, connect, dtexec, needs_collection

pytestmark = needs_collection
SAMPLES = FILES / "tspence__csharp-dessist/samples"


def cells(path: Path) -> tuple[list[str], list[list[Any]]]:
    """The names of the sheets, and the cells of the first one."""
    book = CalamineWorkbook.from_path(path)
    return book.sheet_names, book.get_sheet_by_index(0).to_python()


def literal(value: Any) -> str:
    if value == "":
        return "NULL"
    return str(int(value)) if isinstance(value, float) else "N'" + value.replace("'", "''") + "'"


def fill(target: Target, table: str, rows: list[list[Any]]) -> None:
    values = ["(" + ", ".join(map(literal, row)) + ")" for row in rows]
    for at in range(0, len(values), 200):
        target.execute(f"INSERT INTO {table} VALUES {', '.join(values[at : at + 200])}")


def workbook(manager: str, path: Path) -> list[str]:
    text = f"Provider=Microsoft.ACE.OLEDB.12.0;Data Source={path};Extended Properties='Excel 12.0 XML;HDR=YES';"
    return ["/CONN", f'"{manager}";"{text}"']


def test_a_table_made_and_filled_by_the_wizards_package(target: Target, tmp_path: Path) -> None:
    """CREATE TABLE in a workbook that is not there, then 655 rows: format 2."""
    sheets, real = cells(SAMPLES / "ExportToExcel.xls")
    target.execute(
        "CREATE TABLE dbo.DimGeography (GeographyKey INT, City NVARCHAR(30), StateProvinceCode NVARCHAR(3),"
        " StateProvinceName NVARCHAR(50), CountryRegionCode NVARCHAR(3), EnglishCountryRegionName NVARCHAR(50),"
        " SpanishCountryRegionName NVARCHAR(50), FrenchCountryRegionName NVARCHAR(50), PostalCode NVARCHAR(15),"
        " SalesTerritoryKey INT)"
    )
    fill(target, "dbo.DimGeography", real[1:])
    done = dtexec(
        SAMPLES / "SSMS-Samples/SSMS-Export-to-Excel.dtsx",
        *workbook("DestinationConnectionExcel", tmp_path / "made.xlsx"),
        *("--map", f"SourceConnectionOLEDB={target.url}"),
    )
    assert_succeeded(done)
    assert cells(tmp_path / "made.xlsx") == (sheets, real)
    assert len(real) == 656


def test_the_real_workbook_is_read(target: Target) -> None:
    """xls, a table name without a dollar sign: format 2."""
    done = dtexec(
        SAMPLES / "SSMS-Samples/SSMS-Import-from-Excel.dtsx",
        *connect("SourceConnectionExcel", SAMPLES / "ExportToExcel.xls")[:1],
        f'"SourceConnectionExcel";"Provider=Microsoft.Jet.OLEDB.4.0;Data Source={SAMPLES / "ExportToExcel.xls"};'
        "Extended Properties='EXCEL 8.0;HDR=YES';\"",
        *("--map", f"DestinationConnectionOLEDB={target.url}"),
    )
    assert_succeeded(done)
    found = target.rows("SELECT * FROM dbo.DimGeography")
    assert sorted(map(tuple, found)) == sorted(
        tuple(cell or None for cell in row) for row in cells(SAMPLES / "ExportToExcel.xls")[1][1:]
    )


def test_rows_below_the_header_of_a_sheet_with_blanks_in_its_name(target: Target, tmp_path: Path) -> None:
    """OpenRowset is Excel Destination, the sheet Excel_Destination; money is a number."""
    folder = SAMPLES / "Tutorial-Sample-1"
    sheets, real = cells(folder / "SalesForecastInput.xls")
    target.execute(
        "CREATE TABLE dbo.DimSalesTerritory (SalesTerritoryKey INT, SalesTerritoryCountry NVARCHAR(50),"
        " SalesTerritoryGroup NVARCHAR(50), SalesTerritoryRegion NVARCHAR(50))",
        "CREATE TABLE dbo.DimGeography (GeographyKey INT, SalesTerritoryKey INT, City NVARCHAR(30),"
        " StateProvinceName NVARCHAR(50), PostalCode NVARCHAR(15), CountryRegionCode NVARCHAR(3),"
        " EnglishCountryRegionName NVARCHAR(50))",
    )
    fill(target, "dbo.DimGeography", [[*row[:5], "US", "United States"] for row in real[1:]])
    keys = sorted({row[1] for row in real[1:]})
    fill(target, "dbo.DimSalesTerritory", [[key, "United States", "North America", "x"] for key in keys])
    made = openpyxl.Workbook()
    made.active.title = sheets[0]
    made.active.append(real[0])
    made.save(tmp_path / "made.xlsx")
    done = dtexec(
        folder / "CreateSalesForecastInput.dtsx",
        *workbook("Excel Connection Manager", tmp_path / "made.xlsx"),
        *("--map", f"localhost.AdventureWorksDW={target.url}"),
    )
    assert_succeeded(done)
    found = cells(tmp_path / "made.xlsx")
    assert (found[0], found[1][0], sorted(found[1][1:])) == (sheets, real[0], sorted(real[1:]))
    assert len(real) == 377
