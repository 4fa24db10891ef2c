"""Queries over sheets: joins, parameters, types of columns, and what is refused."""

import openpyxl
import pytest

from dtserve.dataflow.component_errors import RowsetNotOpened
from dtserve.dataflow.excel_query import ExcelQueryError, query_workbook


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
