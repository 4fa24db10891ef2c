"""Queries over sheets: joins, parameters, types of columns, and what is refused."""

import openpyxl
import pytest

from dtserve.dataflow.component_errors import RowsetNotOpened
from dtserve.dataflow.excel_query import ExcelQueryError, query_workbook
from dtserve.errors import Canceled


@pytest.fixture
def book(tmp_path):
    made = openpyxl.Workbook()
    made.active.title = "a"
    for row in (("id", "n"), (1, "x"), (2, "y")):
        made.active.append(row)
    other = made.create_sheet("b")
    for row in (("id", "v"), (2, 1.5), (2, 2.5)):
        other.append(row)
    made.save(tmp_path / "b.xlsx")
    return tmp_path / "b.xlsx"


def test_a_join_with_a_parameter(book) -> None:
    columns, rows = query_workbook(
        book,
        "SELECT a.n, SUM(b.v) AS s, COUNT(*) AS c FROM [a$] AS a JOIN `b$` AS b ON a.id = b.id WHERE a.id = ? GROUP BY a.n",
        header=True,
        imex=0,
        parameters=[2],
    )
    assert rows.rows() == [("y", 4.0, 2)]
    assert rows.columns == ["0", "1", "2"]
    assert [(column.name, column.type.dt.name) for column in columns] == [
        ("n", "WSTR"),
        ("s", "R8"),
        ("c", "I8"),
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [("DELETE FROM [a$]", "only SELECT"), ("SELECT (", "Line 1"), ("SELECT nope FROM [a$]", "nope")],
)
def test_what_is_no_query_of_sheets(text, reason, book) -> None:
    with pytest.raises(ExcelQueryError, match=reason):
        query_workbook(book, text, header=True, imex=0)


def test_a_sheet_that_is_not_there(book) -> None:
    with pytest.raises(RowsetNotOpened):
        query_workbook(book, "SELECT * FROM [z$]", header=True, imex=0)


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("SELECT id FROM [a$] WHERE n = 'Y'", [(2.0,)]),
        ("SELECT id FROM [a$] WHERE n IN ('X', 'q')", [(1.0,)]),
        ("SELECT id FROM [a$] WHERE n LIKE 'Y%' AND NOT ISNULL(id)", [(2.0,)]),
        ("SELECT n FROM [a$A1:B2] UNION ALL SELECT n FROM `a$` ORDER BY n", [("x",), ("x",), ("y",)]),
        ("SELECT n & '-' & id & NULL AS t FROM [a$]", [("x-1",), ("y-2",)]),
        ("SELECT TOP 1 [a$].[n] FROM [a$] ORDER BY id DESC", [("y",)]),
        ("SELECT UCASE(n), MID(n, 1, 1), IIF(id > 1, 'b', 's'), CINT(id) FROM [a$] WHERE id = 2", [("Y", "y", "b", 2)]),
        ("SELECT v FROM [b$] WHERE CDATE('2024-01-31') = #1/31/2024# OR v = 1.5", [(1.5,), (2.5,)]),
        ("SELECT x.n FROM [a$] x, [a$] y WHERE x.id < y.id", [("x",)]),
        ("SELECT id FROM (SELECT * FROM [a$] WHERE id > 1)", [(2.0,)]),
    ],
)
def test_what_jet_means(book, text, rows) -> None:
    assert query_workbook(book, text, header=True, imex=0)[1].rows() == rows


def test_jet_is_read_as_such_also_beside_connections_to_databases(book) -> None:
    """Their reader of T-SQL takes the dialect's name for itself."""
    import dtserve.connections.sql.tsql_reader

    assert dtserve.connections.sql.tsql_reader.READER is not None
    text = "SELECT IIF(ISNULL(id), 0, LEN(n)) FROM [a$] WHERE NOT ISNULL(n)"
    assert query_workbook(book, text, header=True, imex=0)[1].rows() == [(1,), (1,)]


def test_columns_without_a_name(book) -> None:
    columns, _ = query_workbook(book, "SELECT COUNT(*), MAX(id) FROM [a$]", header=True, imex=0)
    assert [column.name for column in columns] == ["Expr1000", "Expr1001"]


def test_a_query_is_stopped(tmp_path) -> None:
    made = openpyxl.Workbook()
    for at in range(4000):
        made.active.append([at])
    made.save(tmp_path / "n.xlsx")
    asked = []

    def stop() -> bool:
        asked.append(1)
        return len(asked) > 2

    text = "SELECT COUNT(*) FROM [Sheet$] a, [Sheet$] b, [Sheet$] c WHERE a.F1 + b.F1 <> c.F1"
    with pytest.raises(Canceled):
        query_workbook(tmp_path / "n.xlsx", text, header=False, imex=0, stop=stop)
