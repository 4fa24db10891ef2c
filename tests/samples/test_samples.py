"""Every sample package gives its expected output, through the installed dtexec."""

import csv
import shutil
import sqlite3
from pathlib import Path

import pytest
from lxml import etree

from support.golden import assert_succeeded, dtexec
from support.service import SAMPLES

DTS = "{www.microsoft.com/SqlServer/Dts}"
PACKAGES = sorted(SAMPLES.glob("*.dtsx"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the samples to run in."""
    shutil.copytree(SAMPLES, tmp_path / "samples")
    return tmp_path / "samples"


def table(folder: Path, database: str, name: str, order: str = "rowid") -> list[list[str]]:
    with sqlite3.connect(folder / "out" / database) as connection:
        rows = connection.execute(f"SELECT * FROM {name} ORDER BY {order}").fetchall()
    connection.close()
    return [["" if value is None else str(value) for value in row] for row in rows]


def expected(package: str, name: str) -> list[list[str]]:
    return read(SAMPLES / "expected" / package / name)[1:]


def read(path: Path) -> list[list[str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def test_there_are_at_least_six() -> None:
    assert len(PACKAGES) >= 6


@pytest.mark.parametrize("path", PACKAGES, ids=lambda p: p.stem)
def test_they_are_in_the_designers_terms(path: Path) -> None:
    root = etree.parse(path).getroot()
    assert root[0].get(f"{DTS}Name") == "PackageFormatVersion"
    assert root[0].text == "8"
    ids = [element.get(f"{DTS}DTSID") for element in root.iter() if element.get(f"{DTS}DTSID")]
    assert len(ids) == len(set(ids)) > 1
    for element in root.iter(f"{DTS}Executable"):
        assert element.get(f"{DTS}refId").split("\\")[-1] in (element.get(f"{DTS}ObjectName"), "Package")
    references = {element.get("refId") for element in root.iter() if element.get("refId")}
    for element in root.iter("path"):
        assert {element.get("startId"), element.get("endId")} <= references


def test_load_orders(folder: Path) -> None:
    done = dtexec(folder / "LoadOrders.dtsx")
    assert_succeeded(done)
    out = folder / "out"
    assert [row[:4] for row in read(out / "rejected_orders.csv")[1:]] == expected("LoadOrders", "rejected_orders.csv")
    codes = {row[4] for row in read(out / "rejected_orders.csv")[1:]}
    assert codes
    assert all(int(code) < 0 for code in codes)
    assert read(out / "unknown_customers.csv")[1:] == expected("LoadOrders", "unknown_customers.csv")
    assert read(out / "large_orders.csv")[1:] == expected("LoadOrders", "large_orders.csv")
    stored = table(folder, "warehouse.db", "Orders", "OrderNumber")
    assert [(*row[:5], f"{float(row[5]):.2f}", f"{float(row[6]):.2f}", *row[7:]) for row in stored] == [
        tuple(row) for row in expected("LoadOrders", "Orders.csv")
    ]


def test_archive_files_twice(folder: Path) -> None:
    for _ in range(2):
        assert_succeeded(dtexec(folder / "ArchiveFiles.dtsx"))
        assert sorted(table(folder, "readings.db", "Readings")) == sorted(expected("ArchiveFiles", "Readings.csv"))
        assert sorted(p.name for p in (folder / "out/archive").iterdir()) == [
            "centre.csv", "islands.csv", "north.csv", "south.csv",
        ]  # fmt: skip
        assert list((folder / "out/inbox").iterdir()) == []
    assert len(list((folder / "data/inbox").iterdir())) == 4


def test_count_months(folder: Path) -> None:
    assert_succeeded(dtexec(folder / "CountMonths.dtsx"))
    assert table(folder, "months.db", "Months") == expected("CountMonths", "Months.csv")


def test_handle_errors(folder: Path) -> None:
    done = dtexec(folder / "HandleErrors.dtsx")
    assert_succeeded(done)
    assert "NoSuchTable" in done.stdout
    assert table(folder, "journal.db", "Journal") == expected("HandleErrors", "Journal.csv")


def test_chain_of_packages(folder: Path) -> None:
    assert_succeeded(dtexec(folder / "ChainParent.dtsx"))
    assert table(folder, "regions.db", "Regions") == expected("ChainParent", "Regions.csv")


def test_slow_package_made_quick(folder: Path) -> None:
    done = dtexec(
        folder / "SlowPackage.dtsx",
        "/SET", r"\Package.Variables[$Package::Steps];2", "/SET", r"\Package.Variables[$Package::Size];1000",
    )  # fmt: skip
    assert_succeeded(done)
