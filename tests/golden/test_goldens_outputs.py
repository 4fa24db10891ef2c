"""Real packages whose real outputs lie beside them, and samples whose counts are known.

"golden": what the real runtime wrote is compared; "computed": counts worked out from the input.
"""

import csv
import re
from pathlib import Path

import pytest

from support.golden import (
    FILES,
    Target,
    assert_succeeded,
    connect,
    create_table,
    destination_tables,
    dtexec,
    lines,
    needs_collection,
    rows_received,
)

pytestmark = needs_collection
PRACTICE = FILES / "Rohit-Deshbhratar__SSIS_Practice"
PATTERNS = (
    FILES
    / "Apress__sql-server-intg-services-design-patterns/978-1-4842-0083-4"
    / "978-1-4302-3771-6_Ch07_FlatFile_ExampleScripts.zip.unzipped"
)
WAREHOUSE = FILES / "GiftedR__IT420_SSIS_Projects/_history/W3-Project_Warehouse/W3-ETL_ISS/W3-ETL-ISS"
EXERCISES = FILES / "m-jayashreee__ssis-practice"
CUSTOMERS = FILES / "Istiyaqueahmad__ETL-Using-SSIS-Script-Task"
VENDORS = FILES / "jinshan1979__SSIS_World/TaskLearn"


def test_17_rows_into_a_table(target: Target) -> None:
    package = PATTERNS / "Chapter 7/Chapter 7/Chapter7.dtsx"
    for table, columns in destination_tables(package):
        target.execute(create_table(table, columns))
    done = dtexec(
        package,
        *connect("My Flat File", PATTERNS / "MyFlatFile.csv"),
        "--map",
        f"vmSQL14.StagingDB={target.url}",
    )
    assert_succeeded(done)
    rows = target.rows("SELECT RecordType, Name, Value FROM FlatFileDest")
    with (PATTERNS / "MyFlatFile.csv").open(newline="") as file:
        assert sorted(rows) == sorted(tuple(row) for row in list(csv.reader(file))[1:])
    assert len(rows) == 6


def test_17_a_footer() -> None:
    package = PATTERNS / "Chapter 7/Chapter 7/ParseFileFooter.dtsx"
    done = dtexec(package, *connect("My File Footer Source File", PATTERNS / "MyFileFooterSource.csv"), "/REP", "D")
    assert_succeeded(done)
    received = rows_received(done.stdout)
    assert received["der Trash Destination"] == 6
    assert received.get("der Trash Destination Footer", 0) == 0


@pytest.mark.parametrize(
    ("case", "matched", "unmatched"),
    [(1, 4, 0), (2, 2, 2), (3, 2, 0), (4, 4, 0), (5, 3, 0), (6, 3, 1), (7, 4, 0)],
    ids=["equal", "more-source", "more-reference", "duplicate-source", "duplicate-reference", "letter-case", "null"],
)
def test_lookup_cases(target: Target, case: int, matched: int, unmatched: int) -> None:
    script = (PRACTICE / "SSIS_STUDY.sql").read_text(encoding="utf-8-sig")
    target.execute(*re.findall(rf"(?s)(?:CREATE TABLE|INSERT INTO) CASE_{case}_.*?;", script))
    folder = PRACTICE / "Lookup_Transfornation_Scenarios/Lookup_Transfornation_Scenarios"
    done = dtexec(folder / f"CASE_{case}.dtsx", "--map", f"ROHIT.SSIS_STUDY={target.url}", "/REP", "D")
    assert_succeeded(done)
    received = rows_received(done.stdout)
    assert received["Multicast"] == matched
    assert received.get("Multicast 1", 0) == unmatched


def test_a_warehouse_from_three_files(target: Target) -> None:
    """The fact's dates are looked up in a table that is empty when the look-up is filled: all are redirected."""
    script = (WAREHOUSE / "CreateDatabase.sql").read_text(encoding="utf-8-sig")
    target.execute(*re.findall(r"(?is)create table.*?\n\);", script))
    cleaned = WAREHOUSE.parents[2] / "W2_Project_ETL"
    done = dtexec(
        WAREHOUSE / "Package.dtsx",
        *connect("CustomerSourceFlatFile", cleaned / "Customers_Project1-CLEAN.csv"),
        *connect("ProductsSourceFlatFile", WAREHOUSE / "FlatFiles/Products_Project1-CLEAN.csv"),
        *connect("SalesSourceFlatFile", cleaned / "Sales_Project1-CLEAN.csv"),
        "--map",
        rf"(localDb)\MSSQLLocalDB={target.url}",
    )
    assert_succeeded(done)
    counts = {
        table: target.rows(f"SELECT COUNT(*) FROM {table}")[0][0]
        for table in ("CustomerTable", "ProductTable", "DateTable", "FactSales")
    }
    assert counts == {"CustomerTable": 150, "ProductTable": 150, "DateTable": 150, "FactSales": 0}
    assert target.rows("SELECT CustomerName, Region FROM CustomerTable WHERE CustomerID = 1") == [
        ("JacobSellers", "WA")
    ]
    first = target.rows("SELECT FullDate, DateMonth, DateQuarter, DateYear FROM DateTable WHERE DateID = 1")
    assert [(str(row[0])[:10], *row[1:]) for row in first] == [("2025-03-31", 3, 0, 2025)]


@pytest.fixture
def customers(target: Target) -> Target:
    """The table CUSTOMERS, its rows read back from an output that holds all of them."""
    target.execute(
        "CREATE TABLE CUSTOMERS(CustomerNumber INT, Name Varchar(50), Address Varchar(100), City Varchar(30),"
        " State Varchar(30), Zip INT)"
    )
    with (PRACTICE / "Dynamic_Connection_2023_11_23_10_35.TXT").open(newline="") as file:
        rows = [f"({row[0]}, {', '.join(map(text, row[1:5]))}, {row[5]})" for row in list(csv.reader(file))[1:]]
    target.execute(f"INSERT INTO CUSTOMERS VALUES {', '.join(rows)}")
    return target


def text(value: str) -> str:
    return "N'" + value.replace("'", "''") + "'" if value else "NULL"


def test_a_file_named_by_the_time(customers: Target, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    done = dtexec(
        PRACTICE / "Dynamic_Connection_Manager/Dynamic_Connection_Manager/Dynamic_Connection.dtsx",
        "/SET",
        rf'"\Package.Variables[User::Folder_Name].Value";"{tmp_path}/out/"',
        "--map",
        f"ROHIT.SSIS_STUDY={customers.url}",
    )
    assert_succeeded(done)
    (written,) = (tmp_path / "out").iterdir()
    assert re.fullmatch(r"Dynamic_Connection_\d{4}_\d\d_\d\d_\d\d_\d\d\.TXT", written.name)
    assert lines(written) == lines(PRACTICE / "Dynamic_Connection_2023_11_23_10_35.TXT")


def test_audit_columns(customers: Target, tmp_path: Path) -> None:
    written = tmp_path / "audit.txt"
    done = dtexec(
        PRACTICE / "AUDIT_TRANSFORMATION/AUDIT_TRANSFORMATION/AUDIT_TRANSFORMATION.dtsx",
        *connect("Flat File Connection Manager", written),
        "--map",
        f"ROHIT.SSIS_STUDY={customers.url}",
    )
    assert_succeeded(done)
    found, golden = (
        [line.split(b",") for line in lines(f)] for f in (written, PRACTICE / "AUDIT_TRANSFORMATION_OUTPUT.txt")
    )
    assert [row[:8] for row in found] == [row[:8] for row in golden]
    assert found[0] == golden[0]
    form = re.compile(rb"\d\d-\d\d-\d{4} \d\d:\d\d:\d\d")  # of the locale of the file, English (India)
    assert all(form.fullmatch(row[9]) for row in found[1:] + golden[1:])


def test_a_project_parameter_in_a_query(customers: Target, tmp_path: Path) -> None:
    written = tmp_path / "rows.txt"
    done = dtexec(
        PRACTICE / "Project_Level_Parameter/Project_Leve_Parameter/Project_Level_Parameter.dtsx",
        *connect("Flat File Connection Manager", written),
        "--map",
        f"ROHIT.SSIS_STUDY={customers.url}",
    )
    assert_succeeded(done)
    # the table had its three rows five times when the file for CUSTOMERS was written, once for this one
    assert set(lines(written)) == set(lines(PRACTICE / "Project_Level_Parameter.txt"))
    assert len(lines(written)) == 1 + 5


def test_a_variable_in_a_query(customers: Target, tmp_path: Path) -> None:
    written = tmp_path / "rows.txt"
    done = dtexec(
        PRACTICE / "Package_Level_Parameter/Package_Level_Parameter/Package_Level_Parameter_txt.dtsx",
        *connect("Flat File Connection Manager", written),
        "--map",
        f"ROHIT.SSIS_STUDY={customers.url}",
    )
    assert_succeeded(done)
    assert set(lines(written)) == set(lines(PRACTICE / "Package_Level_Parameter.txt"))
    assert len(lines(written)) == 1 + 5


@pytest.mark.parametrize(
    ("package", "manager", "expected"),
    [
        ("source-dest-oledb.dtsx", "Flat File Connection Manager", "oledb-flatfile-destination.txt"),
        ("characterMapTransform.dtsx", "Flat File Connection Manager 1", "char-map-transform.txt"),
        ("copycolumn.dtsx", "Flat File Connection Manager 1", "copy-column-trasform.txt"),
        ("derivedcolumn.dtsx", "Flat File Connection Manager", "derived-column-transformatin.txt"),
    ],
    ids=["plain", "character-map", "copy-column", "derived-column"],
)
def test_a_table_through_one_transformation(
    target: Target, tmp_path: Path, package: str, manager: str, expected: str
) -> None:
    """The table is what the plain package wrote of it; the others read the same one."""
    with (EXERCISES / "oledb-flatfile-destination.txt").open(newline="", encoding="cp1252") as file:
        names, *rows = (line.rstrip("\r\n").split(",") for line in file)
    rows = [[*row[:7], ",".join(row[7:-3]), *row[-3:]] for row in rows]  # a company's name may hold commas
    columns = ", ".join(f"{name} VARCHAR(50) NULL" for name in names[2:])
    target.execute(f"CREATE TABLE dbo.Customer (CustomerID SMALLINT, NameStyle BIT, {columns})")
    values = [f"({row[0]}, {int(row[1] == 'True')}, {', '.join(map(text, row[2:]))})" for row in rows]
    target.execute(f"INSERT INTO dbo.Customer VALUES {', '.join(values)}")
    written = tmp_path / "written.txt"
    done = dtexec(EXERCISES / package, *connect(manager, written), "--map", f"BLRTESDSK-T1410.ssis={target.url}")
    assert_succeeded(done)
    assert len(lines(written)) == 847 + (package == "source-dest-oledb.dtsx")
    assert sorted(lines(written)) == sorted(lines(EXERCISES / expected))  # a heap has no order


def test_a_log_table_with_its_identifiers_and_times(target: Target, tmp_path: Path) -> None:
    """GUIDs, times without fraction, bytes as text and messages with line ends; the table is read back from the output."""
    example = FILES / "7045kHz__dtsx" / "SSIS_EXAMPLES"
    golden = (example / "Expressions.csv").read_text(encoding="utf-8")
    rows = [
        record.removesuffix("\n").split(",", 11)
        for record in re.split(r"^(?=\d+,\w+,)", golden, flags=re.MULTILINE)[1:]
    ]
    target.execute(
        "CREATE TABLE dbo.sysssislog (id INT, event NVARCHAR(128), computer NVARCHAR(128), operator NVARCHAR(128),"
        " source NVARCHAR(1024), sourceid UNIQUEIDENTIFIER, executionid UNIQUEIDENTIFIER, starttime DATETIME,"
        " endtime DATETIME, datacode INT, databytes IMAGE, message NVARCHAR(2048))"
    )
    for row in rows:
        message = row[11].replace("\n", "\r\n")
        values = ", ".join([*map(text, row[1:9]), row[9], "0x", text(message)])
        target.execute(f"INSERT INTO dbo.sysssislog VALUES ({row[0]}, {values})")
    written = tmp_path / "written.csv"
    package = tmp_path / "Expressions.dtsx"  # without its log, which goes into the table that it exports
    stored = (example / "Expressions.dtsx").read_bytes()
    package.write_bytes(stored.replace(b'DTS:LoggingMode="1"', b'DTS:LoggingMode="2"'))
    done = dtexec(
        package,
        *("/SET", rf'"\Package.Variables[User::CSV_DIRECTORY].Value";"{tmp_path}"'),
        *("/SET", r'"\Package.Variables[User::CSV_FILENAME].Value";"written.csv"'),
        *("/SET", r'"\Package\GetUtcDate.Disable";"True"'),  # a procedure that the repository does not have
        *("--map", f"PROTO={target.url}"),
    )
    assert_succeeded(done)
    assert lines(written) == lines(example / "Expressions.csv")


def test_vendors_derived_aggregated_and_sorted(target: Target, tmp_path: Path) -> None:
    """Each row of the output is a sum: here of one unit with the whole cost and the other units without cost."""
    golden = VENDORS / "FinalDemo/VendorExtract.csv"
    with golden.open(newline="") as file:
        sums = list(csv.reader(file))[1:]
    target.execute("CREATE TABLE Production.TransactionHistoryArchive (ProductID INT, Quantity INT, ActualCost MONEY)")
    values = [f"({product}, 1, {cost}), ({product}, {int(count) - 1}, 0)" for product, cost, count in sums]
    for at in range(0, len(values), 200):
        target.execute(f"INSERT INTO Production.TransactionHistoryArchive VALUES {', '.join(values[at : at + 200])}")
    written = tmp_path / "written.csv"
    done = dtexec(
        VENDORS / "TaskLearn/DataFlow_Test.dtsx",
        *connect("Vendor Extract", written),
        *("--map", rf"DESKTOP-JIN3\TABULAR.AdventureWorks2017.sa={target.url}"),
    )
    assert_succeeded(done)
    found = lines(written)
    assert sorted(found) == sorted(lines(golden))
    assert [line.rpartition(b",")[2] for line in found] == [line.rpartition(b",")[2] for line in lines(golden)]


def test_rows_refused_by_a_condition(target: Target, tmp_path: Path) -> None:
    """The refused rows are read back from the output; one more fits."""
    refused = lines(CUSTOMERS / "Error.txt")
    (tmp_path / "in").mkdir()
    heads = [b",".join(line.split(b",")[:4]) for line in refused]
    rows = [b"CustomerCode,CustomerName,CustomerAmount,SalesDate", b"1,Good,12.5,1/2/2015", *heads, b""]
    (tmp_path / "in/one.txt").write_bytes(b"\r\n".join(rows))
    target.execute(
        "CREATE TABLE dbo.tblCustomer (CustomerCode NVARCHAR(50), CustomerName NVARCHAR(50), CustomerAmount MONEY,"
        " SalesDate DATETIME)"
    )
    written, errors = tmp_path / "refused.txt", tmp_path / "errors.txt"
    done = dtexec(
        CUSTOMERS / "FactCustomer.dtsx",
        *connect("ErrorConnection", written),
        *connect("Conversion error file", errors),
        *("/SET", r'"\Package\Foreach Loop Container.Disable";"False"'),
        *("/SET", rf'"\Package.Variables[$Package::BulkFilePath].Value";"{tmp_path}/in"'),
        *("--map", f"WIN-H8UQ1E4NSCN.CustomerDataWareHouse={target.url}"),
    )
    assert_succeeded(done)
    assert written.read_bytes() == (CUSTOMERS / "Error.txt").read_bytes()
    assert errors.read_bytes() == (CUSTOMERS / "ErrorConversion.txt").read_bytes() == b""
    assert [row[1] for row in target.rows("SELECT CustomerCode, CustomerName FROM dbo.tblCustomer")] == ["GOOD"]
