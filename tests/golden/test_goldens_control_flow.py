"""Real packages with loops, archive folders and lookups give the results that are known of them.

Numbers are those of the collection's GOLDENS.md; only connections, parameters and paths are set.
"""

import csv
import re
from datetime import date, datetime
from pathlib import Path

import pytest

from support.golden import FILES, Target, assert_succeeded, connect, dtexec, needs_collection, with_crlf

pytestmark = needs_collection
TRAINING = FILES / "wortell-smart-learning__ssis-training"
DATABASE = "localhost.AdventureworksDW2016_empty"
FILE = "FFC Reseller Sales"


@pytest.fixture
def warehouse(target: Target) -> Target:
    """The warehouse of the training, with a row per product, store and territory of its files."""
    script = (TRAINING / "AdventureWorksDW2016.sql").read_text(encoding="utf-16")
    tables = [batch for batch in re.split(r"(?m)^GO\s*$", script) if "CREATE TABLE" in batch]
    target.execute(*tables)
    rows = [row for file in TRAINING.rglob("*.csv") if "export" in str(file) for row in read(file)]
    products, stores, territories = (
        sorted({int(row[column]) for row in rows}) for column in ("ProductID", "StoreID", "TerritoryID")
    )
    values = ", ".join(f"({key}, 'product {key}')" for key in products)
    target.execute(f"INSERT INTO [dbo].[dim_Product] (ProductAlternateKey, EnglishProductName) VALUES {values}")
    values = ", ".join(f"({key}, 'store', 'main', 'street', 'city', 'state', 'code', 'country')" for key in stores)
    target.execute(
        "INSERT INTO [dbo].[dim_Store] (StoreAlternateKey, Name, AddressType, AddressLine1, City, StateProvinceName,"
        f" PostalCode, CountryRegionName) VALUES {values}"
    )
    values = ", ".join(f"({key}, 'name', 'US', 'group')" for key in territories)
    target.execute(
        "INSERT INTO [dbo].[dim_SalesTerritory] (SalesTerritoryAlternateKey, SalesTerritoryName,"
        f" SalesTerritoryCountryRegionCode, SalesTerritoryGroup) VALUES {values}"
    )
    return target


def read(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def exports(lab: str, folder: Path) -> Path:
    """A copy of a lab's files as they were before Git took their CRLF; its path ends as packages want it."""
    for source in (TRAINING / lab / "exports").rglob("*"):
        if source.is_file():
            with_crlf(source, folder / source.relative_to(TRAINING / lab / "exports"))
    return folder


def parameter(name: str, value: str) -> list[str]:
    return ["/PAR", f'"$Package::{name}";"{value}"']


def file_name(name: str) -> list[str]:
    return ["/SET", rf'"\Package.Variables[User::CSVFilename].Value";"{name}"']


def day_of(text: str) -> date:
    """The day of an order: ISO, or day, month and year, the order of the packages' LocaleID 1043."""
    text = text.split()[0]
    return date.fromisoformat(text) if text[4] == "-" else datetime.strptime(text, "%d-%m-%Y").date()


def expected(*files: Path) -> list[tuple]:
    """Keys and day of every row of the files."""
    rows = (row for file in files for row in read(file))
    return sorted((int(r["ProductID"]), int(r["StoreID"]), int(r["TerritoryID"]), day_of(r["OrderDate"])) for r in rows)


def facts(warehouse: Target) -> list[tuple]:
    """Keys of the source and day of the loaded facts."""
    return sorted(
        warehouse.rows(
            "SELECT p.ProductAlternateKey, s.StoreAlternateKey, t.SalesTerritoryAlternateKey, f.OrderDate"
            " FROM [dbo].[fact_ResellerSales] f JOIN [dbo].[dim_Product] p ON p.ProductKey = f.ProductKey"
            " JOIN [dbo].[dim_Store] s ON s.StoreKey = f.StoreKey"
            " JOIN [dbo].[dim_SalesTerritory] t ON t.SalesTerritoryKey = f.SalesTerritoryKey"
        )
    )


@pytest.mark.parametrize("exercise", [1, 2])
@pytest.mark.parametrize(("month", "count"), [("2014-01", 2180), ("2014-02", 8), ("2014-04", 7)])
def test_25_three_lookups(tmp_path: Path, warehouse: Target, exercise: int, month: str, count: int) -> None:
    source = with_crlf(TRAINING / f"lab04/exports/{month}.csv", tmp_path / f"{month}.csv")
    package = (
        TRAINING
        / f"lab04/Exercise {exercise}/solution/Lab 04 exercise {exercise} solution/Load Fact Reseller Sales.dtsx"
    )
    where = (  # in the second the path is an expression of a parameter and a variable
        connect(FILE, source) if exercise == 1 else [*parameter("CsvFolder", f"{tmp_path}/"), *file_name(source.name)]
    )
    done = dtexec(package, *where, "--map", f"{DATABASE}={warehouse.url}")
    assert_succeeded(done)
    found = facts(warehouse)
    assert len(found) == count
    assert found == expected(source)


@pytest.mark.parametrize("solution", ["solution", "solution Bonus"])
def test_26_a_loop_over_files(tmp_path: Path, warehouse: Target, solution: str) -> None:
    folder = exports("lab05", tmp_path / "exports")
    package = TRAINING / f"lab05/Exercise 1/{solution}/Lab 05 exercise 1 solution/Load Fact Reseller Sales.dtsx"
    done = dtexec(package, *parameter("CsvFolder", f"{folder}/"), "--map", f"{DATABASE}={warehouse.url}")
    assert_succeeded(done)
    found = facts(warehouse)
    assert len(found) == 2195
    assert found == expected(*(TRAINING / "lab05/exports").glob("*.csv"))


@pytest.fixture
def lab06(tmp_path: Path, warehouse: Target) -> tuple[Path, list[str]]:
    """Folder and options; the first file is named, as a File System Task validates what its connection names."""
    folder = exports("lab06", tmp_path / "exports")
    return folder, [
        *parameter("CsvFolder", f"{folder}/"), *file_name("2014-02us.csv"), "--map", f"{DATABASE}={warehouse.url}"
    ]  # fmt: skip


def lab06_package(exercise: int) -> Path:
    return (
        TRAINING
        / f"lab06/Exercise {exercise}/solution/Lab 6 exercise {exercise} solution/Load Fact Reseller Sales.dtsx"
    )


def test_26_a_file_that_fails_is_copied_to_the_error_folder(lab06: tuple[Path, list[str]], warehouse: Target) -> None:
    folder, options = lab06
    done = dtexec(lab06_package(1), *options)
    assert done.returncode == 1, done.stdout
    assert '"OrderDate" returned status value 2' in done.stdout
    assert "0xC0209084" in done.stdout
    assert facts(warehouse) == expected(folder / "2014-02us.csv")
    assert len(facts(warehouse)) == 8
    copies = {file.name: file.read_bytes() for file in (folder / "error").iterdir() if file.suffix == ".csv"}
    assert copies == {"2014-04nl.csv": (folder / "2014-04nl.csv").read_bytes()}


def test_26_rows_that_fail_go_to_the_error_table(lab06: tuple[Path, list[str]], warehouse: Target) -> None:
    folder, options = lab06
    assert_succeeded(dtexec(lab06_package(2), *options))
    assert facts(warehouse) == expected(folder / "2014-02us.csv")
    errors = warehouse.rows("SELECT * FROM [dbo].[errfact_ResellerSalesErrors]")
    lines = (folder / "2014-04nl.csv").read_text(encoding="utf-8-sig").splitlines()
    assert sorted(row[0] for row in errors) == sorted(lines[1:])
    assert len(errors) == 7
    assert {row[1] for row in errors} == {-1071607676}  # 0xC0209084
    assert [file.name for file in (folder / "error").iterdir()] == ["placeholder.txt"]


@pytest.mark.parametrize("supplied", [False, True])
def test_27_a_loop_over_months(tmp_path: Path, warehouse: Target, supplied: bool) -> None:
    """One row of month 05 has its day as 01-05-2014 with a fraction of a second.

    A Data Conversion reads it under the package's LocaleID 1043: 1 May, as in the rows beside it.
    """
    folder = exports("lab07", tmp_path / "exports")
    extra = TRAINING / "lab07/extra_export/03/export.csv"
    if supplied:
        with_crlf(extra, folder / "2014/03/export.csv")
    done = dtexec(
        TRAINING / "lab07/Exercise 1/solution/Lab 7 Exercise 1 solution/LoadFactData.dtsx",
        *parameter("BaseFolder", f"{folder}/"),
        "--map",
        f"{DATABASE}={warehouse.url}",
    )
    counts = {"01": 2180, "02": 8}
    if supplied:
        counts |= {"03": len(read(extra)), "04": 7, "05": 3002}
        assert_succeeded(done)
    else:
        assert done.returncode == 1
        assert "0xC020200E" in done.stdout
    files = [folder / f"2014/{month}/export.csv" for month in counts]
    assert [len(read(file)) for file in files] == list(counts.values())
    assert facts(warehouse) == expected(*files)
