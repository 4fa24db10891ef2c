import pytest

from dtserve.connections.base import SqlParameter
from dtserve.connections.errors import SqlError
from dtserve.connections.sql.sqlserver_calls import declaration, prepare
from dtserve.datatypes import DT, TypeSpec


@pytest.mark.parametrize(
    ("spec", "size", "text"),
    [
        (TypeSpec(DT.I4), -1, "int"), (TypeSpec(DT.NUMERIC, precision=9, scale=2), -1, "decimal(9,2)"), (TypeSpec(DT.WSTR, 20), -1, "nvarchar(20)"), (TypeSpec(DT.WSTR, 20), 50, "nvarchar(50)"),
        (TypeSpec(DT.STR, 9000), -1, "varchar(max)"), (TypeSpec(DT.BYTES), -1, "varbinary(8000)"), (None, -1, "nvarchar(4000)"), (TypeSpec(DT.GUID), -1, "uniqueidentifier"), (TypeSpec(DT.CY), -1, "money"),
    ],
)  # fmt: skip
def test_declarations(spec, size, text):
    assert declaration(spec, size) == text


def test_markers_and_names():
    call = prepare("SELECT '?' WHERE a = ? AND b = @B", [SqlParameter(1), SqlParameter(2, name="b")])
    assert call.statement.text == "SELECT '?' WHERE a = ? AND b = ?"
    assert [p.value for p in call.values] == [1, 2]
    assert call.outputs == ()


def test_names_that_a_batch_declares_itself():
    call = prepare(
        "DECLARE @x int = 1, @y int; SELECT @x + @z", [SqlParameter(5, name="x"), SqlParameter(6, name="@z")]
    )
    assert call.statement.text == "DECLARE @x int = 1, @y int; SELECT @x + ?"
    assert [p.value for p in call.values] == [6]


def test_arguments_of_a_procedure_keep_their_names():
    call = prepare("EXEC dbo.p @id = @id, @n = ?", [SqlParameter(5, name="id")])
    assert call.statement.text == "EXEC dbo.p @id = ?, @n = ?" or call.statement.slots == ("?0",)


def test_output_parameters():
    call = prepare(
        "EXEC ? = p ?, ? OUTPUT",
        [
            SqlParameter(None, TypeSpec(DT.I4), "0", "ReturnValue"),
            SqlParameter("x"),
            SqlParameter(3, TypeSpec(DT.I8), "n", "InputOutput"),
        ],
    )
    assert call.statement.text == (
        "SET NOCOUNT ON; DECLARE @dtserve_out0 int; DECLARE @dtserve_out1 bigint = ?; EXEC @dtserve_out0 = p ?, @dtserve_out1 OUTPUT; "
        "SELECT @dtserve_out0 AS [0], @dtserve_out1 AS [1]"
    )
    assert [p.value for p in call.values] == [3, "x"]
    assert call.outputs == ("0", "n")


def test_too_few_values():
    with pytest.raises(SqlError, match="required parameters"):
        prepare("SELECT ?, ?", [SqlParameter(1)])
