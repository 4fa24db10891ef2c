"""Execute SQL Task over an Excel connection: tables are sheets."""

import datetime
import time
from decimal import Decimal

import openpyxl
import pytest

from dtserve.connections.errors import SqlError
from dtserve.connections.excel import ExcelOptions
from dtserve.controlflow.tasks.excel_session import ExcelSession, column_names, statement_kind
from dtserve.execution.options import ExecutionOptions
from support.control_flow import execute, package

SQL = "www.microsoft.com/sqlserver/dts/tasks/sqltask"
STRING = "Provider=Microsoft.ACE.OLEDB.12.0;Data Source={};Extended Properties=&quot;EXCEL 12.0 XML;HDR={}&quot;;"


def run(path, statement, more="", inside="", header="YES", **attributes):
    stored = " ".join(f'SQLTask:{name}="{value}"' for name, value in attributes.items())
    body = (
        f'<connection name="xl" kind="EXCEL" string="{STRING.format(path, header)}"/>{more}'
        f'<task name="X" type="Microsoft.ExecuteSQLTask"><SQLTask:SqlTaskData xmlns:SQLTask="{SQL}" '
        f'SQLTask:Connection="xl" SQLTask:SqlStatementSource="{statement}" {stored}>{inside}</SQLTask:SqlTaskData></task>'
    )
    return execute(package(body), options=ExecutionOptions(folder=str(path.parent)))


def good(*arguments, **more):
    outcome = run(*arguments, **more)
    assert outcome.result.name == "SUCCESS", [e.message for e in outcome.events if e.kind == "OnError"]
    return outcome


def cells(path, sheet):
    book = openpyxl.load_workbook(path)
    return [[cell.value for cell in row] for row in book[sheet].iter_rows()]


def bound(number, variable, kind):
    return (
        f'<SQLTask:ParameterBinding SQLTask:ParameterName="{number}" SQLTask:DtsVariableName="{variable}" '
        f'SQLTask:ParameterDirection="Input" SQLTask:DataType="{kind}" SQLTask:ParameterSize="-1"/>'
    )


@pytest.fixture
def book(tmp_path):
    made = openpyxl.Workbook()
    sheet = made.active
    sheet.title = "Sales"
    for row in (("Id", "Name", "Price"), (1, "a", 2.5), (2, "b", 4.5), (3, "a", 1)):
        sheet.append(row)
    made.save(tmp_path / "b.xlsx")
    return tmp_path / "b.xlsx"


def test_create_table_makes_the_workbook_and_the_header(tmp_path) -> None:
    path = tmp_path / "new.xlsx"
    good(
        path, "CREATE TABLE `Dim Geography` (&#10;`Key` Long,&#10;`City` LongText,&#10;`Price` DECIMAL(10,2)&#10;)&#10;"
    )
    assert cells(path, "Dim Geography") == [["Key", "City", "Price"]]
    assert openpyxl.load_workbook(path).sheetnames == ["Dim Geography"]
    good(path, "CREATE TABLE [Second] ([a] INT)")
    assert openpyxl.load_workbook(path).sheetnames == ["Dim Geography", "Second"]
    assert run(path, "CREATE TABLE [second] ([a] INT)").errors() == ["X 0xC002F210"]


def test_insert_adds_rows_by_name_and_position(book) -> None:
    good(book, "INSERT INTO [Sales$] (Name, Id) VALUES ('it''s', -4)")
    good(book, "INSERT INTO [Sales$] VALUES (5, NULL, 1.5 + 1)")
    assert cells(book, "Sales")[-2:] == [[-4, "it's", None], [5, None, 2.5]]
    outcome = good(book, "INSERT INTO [Sales$] (Id, Name) SELECT Id + 10, Name FROM [Sales$] WHERE Name = 'a'")
    assert [row[0] for row in cells(book, "Sales")[-2:]] == [11, 13]
    assert outcome.events


def test_parameters_and_rows_affected(book) -> None:
    variables = (
        '<variable name="User::n" value="7"/><variable name="User::t" type="8" value="x"/>'
        '<variable name="User::d" type="7" value="4/2/2020 4:37:40 PM"/><variable name="User::count" value="0"/>'
    )
    inside = bound(0, "User::n", 3) + bound(1, "User::t", 130)
    good(book, "INSERT INTO [Sales$] (Id, Name) VALUES (?, ?)", variables, inside)
    assert cells(book, "Sales")[-1] == [7, "x", None]
    result = '<SQLTask:ResultBinding SQLTask:ResultName="0" SQLTask:DtsVariableName="User::count"/>'
    outcome = good(
        book,
        "SELECT COUNT(*) FROM [Sales$] WHERE Id &gt; ?",
        '<variable name="User::n" value="1"/><variable name="User::count" type="20" value="0"/>',
        result + bound(0, "User::n", 3),
        ResultType="ResultSetType_SingleRow",
    )
    assert outcome.variables["User::count"] == 3


def test_select_gives_a_rowset_for_a_loop(book) -> None:
    more = (
        '<variable name="User::rs" type="13"/><variable name="User::n" type="8" value=""/><variable name="User::all" type="8" value=""/>'
        '<foreach name="L" enumerator="ForEachADOEnumerator"><enumerator><FEEADO EnumType="EnumerateRowsInFirstTable" VarName="User::rs"/></enumerator>'
        '<map variable="User::n" index="0"/><task name="T" type="Microsoft.ExpressionTask"><ExpressionTask Expression="@[User::all] = @[User::all] + @[User::n]"/></task></foreach>'
        '<constraint from="X" to="L"/>'
    )
    result = '<SQLTask:ResultBinding SQLTask:ResultName="0" SQLTask:DtsVariableName="User::rs"/>'
    outcome = good(book, "SELECT Name FROM [Sales$] ORDER BY Price", more, result, ResultType="ResultSetType_Rowset")
    assert outcome.variables["User::all"] == "aab"


def test_drop_table_clears_the_sheet_which_can_be_made_anew(book) -> None:
    good(book, "DROP TABLE `Sales$`")
    assert cells(book, "Sales") in ([], [[None]])
    good(book, "CREATE TABLE `Sales` (`a` Long)")
    assert cells(book, "Sales") == [["a"]]
    good(book, "INSERT INTO [Sales$] (a) VALUES (1)")
    assert cells(book, "Sales") == [["a"], [1]]


def test_without_a_header_row_values_go_by_position(tmp_path) -> None:
    path = tmp_path / "plain.xlsx"
    made = openpyxl.Workbook()
    made.active.append([1, "x"])
    made.save(path)
    good(path, "INSERT INTO [Sheet$] VALUES (2, 'y')", header="NO")
    assert cells(path, "Sheet") == [[1, "x"], [2, "y"]]


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        ("DELETE FROM [Sales$]", "only SELECT, CREATE TABLE, INSERT and DROP TABLE"),
        ("UPDATE [Sales$] SET Id = 1", "only SELECT, CREATE TABLE, INSERT and DROP TABLE"),
        ("INSERT INTO [Nope$] VALUES (1)", "could not find the object 'Nope'"),
        ("INSERT INTO [Sales$] (Nope) VALUES (1)", "unknown field name 'Nope'"),
        ("INSERT INTO [Sales$] (Id, Name) VALUES (1)", "are not the same"),
        ("SELECT nope FROM [Sales$]", "nope"),
        ("SELECT * FROM [Gone$]", "Gone"),
        ("DROP TABLE Gone", "could not find the object"),
    ],
)
def test_what_goes_wrong_is_named(statement, text, book) -> None:
    outcome = run(book, statement)
    assert outcome.errors() == ["X 0xC002F210"]
    assert any(text in event.message for event in outcome.events if event.kind == "OnError")


def test_old_and_broken_workbooks_are_not_written(tmp_path) -> None:
    old = tmp_path / "o.xls"
    assert any("Only xlsx and xlsm" in e.message for e in run(old, "CREATE TABLE a (b Long)").events)
    broken = tmp_path / "b.xlsx"
    broken.write_text("no workbook")
    assert any("cannot be opened" in e.message for e in run(broken, "INSERT INTO a VALUES (1)").events)


@pytest.mark.parametrize("kind", ["OLEDB", "ADO.NET:OLEDB"])
def test_the_ace_provider_for_excel_is_a_workbook_too(kind, book) -> None:
    body = (
        f'<connection name="xl" kind="{kind}" string="{STRING.format(book, "YES")}"/>'
        f'<task name="X" type="Microsoft.ExecuteSQLTask"><SQLTask:SqlTaskData xmlns:SQLTask="{SQL}" '
        'SQLTask:Connection="xl" SQLTask:SqlStatementSource="INSERT INTO [Sales$] (Id) VALUES (9)"/></task>'
    )
    outcome = execute(package(body), options=ExecutionOptions(folder=str(book.parent)))
    assert outcome.result.name == "SUCCESS", [e.message for e in outcome.events if e.kind == "OnError"]
    assert cells(book, "Sales")[-1] == [9, None, None]


def test_statements_and_column_lists() -> None:
    assert [statement_kind(text)[0] for text in ("select 1", "Create Table a (b int)", "drop table a;", "EXEC x")] == [
        "SELECT",
        "CREATE",
        "DROP",
        "",
    ]
    assert column_names("`a,b` Long, [c d] VARCHAR(255) NULL,e") == ["a,b", "c d", "e"]
    assert column_names("") == []


def test_moments_and_decimals_are_cells(tmp_path) -> None:
    path = tmp_path / "v.xlsx"
    good(path, "CREATE TABLE v (d DateTime, n Currency)")
    variables = '<variable name="User::d" type="7" value="4/2/2020 4:37:40 PM"/><variable name="User::n" type="14" value="1.25"/>'
    good(path, "INSERT INTO v VALUES (?, ?)", variables, bound(0, "User::d", 7) + bound(1, "User::n", 14))
    assert cells(path, "v")[1] == [datetime.datetime(2020, 4, 2, 16, 37, 40), float(Decimal("1.25"))]


@pytest.mark.parametrize(
    "statement", ["SELECT COUNT(*) FROM [Sheet$] a, [Sheet$] b", "INSERT INTO [Sheet$] VALUES (1)"]
)
def test_statements_are_stopped(statement, tmp_path) -> None:
    made = openpyxl.Workbook()
    for at in range(2000):
        made.active.append([at, f"text {at}" * 20])
    made.save(tmp_path / "n.xlsx")
    session = ExcelSession(tmp_path / "n.xlsx", ExcelOptions(header=False))
    session.cancel()
    started = time.monotonic()
    with pytest.raises(SqlError, match="cancel"):
        session.execute(statement if "COUNT" not in statement else statement.replace("b", "b, [Sheet$] c, [Sheet$] d"))
    assert time.monotonic() - started < 5


def test_texts_that_look_like_formulas_stay_texts(tmp_path) -> None:
    openpyxl.Workbook().save(tmp_path / "n.xlsx")
    ExcelSession(tmp_path / "n.xlsx", ExcelOptions(header=False)).execute("INSERT INTO [Sheet$] VALUES ('=1+1')")
    assert openpyxl.load_workbook(tmp_path / "n.xlsx")["Sheet"]["A1"].data_type == "s"
