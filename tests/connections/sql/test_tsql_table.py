import pytest

from dtserve.connections.sql.catalog import TableName
from dtserve.connections.sql.tsql_table import read_table, split_commas

SQL = """CREATE TABLE [db].[dbo].[T](
 [id] [int] IDENTITY(5,2) NOT FOR REPLICATION NOT NULL,
 [name] [nvarchar](50) COLLATE Latin1_General_CS_AS NULL CONSTRAINT [df] DEFAULT (N'x, y'),
 amount decimal(18, 4) NOT NULL DEFAULT ((0)),
 created datetime DEFAULT getdate(),
 minus int DEFAULT -1,
 total AS ([amount] * 2) PERSISTED,
 code char(3) UNIQUE NONCLUSTERED CHECK (code <> ''),
 parent int REFERENCES dbo.P (id) ON DELETE SET NULL,
 CONSTRAINT [PK_T] PRIMARY KEY CLUSTERED ([id] ASC, [name] DESC) WITH (PAD_INDEX = OFF, IGNORE_DUP_KEY = OFF) ON [PRIMARY],
 UNIQUE ([amount]), CHECK (amount > 0),
 CONSTRAINT fk FOREIGN KEY (parent, code) REFERENCES q (a, b) ON UPDATE CASCADE ON DELETE NO ACTION
) ON [PRIMARY] TEXTIMAGE_ON [PRIMARY]"""


def test_a_whole_table():
    table = read_table(SQL)
    assert table.name == TableName("T", "dbo", "db")
    columns = {column.name: column for column in table.columns}
    assert columns["id"].identity == (5, 2)
    assert not columns["id"].nullable
    assert (columns["name"].type, columns["name"].default, columns["name"].collation) == (
        "[nvarchar](50)",
        "(N'x, y')",
        "Latin1_General_CS_AS",
    )
    assert (columns["amount"].default, columns["created"].default, columns["minus"].default) == (
        "((0))",
        "getdate()",
        "-1",
    )
    assert columns["total"].computed.strip("()") == "[amount] * 2"
    assert columns["code"].unique
    assert columns["code"].check == "code <> ''"
    assert columns["parent"].refers.actions == "ON DELETE SET NULL"
    assert (table.primary, table.uniques, table.checks) == (["id", "name"], [["amount"]], ["amount > 0"])
    assert (table.foreign[0].columns, table.foreign[0].referred) == (["parent", "code"], ["a", "b"])
    assert table.foreign[0].actions == "ON UPDATE CASCADE ON DELETE NO ACTION"


def test_keys_of_columns():
    assert read_table("CREATE TABLE t (a int PRIMARY KEY CLUSTERED, b int)").primary == ["a"]


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE t (a int WHAT)",
        "CREATE TABLE t (a int",
        "CREATE TABLE t AS SELECT 1",
        "DROP TABLE t",
        "CREATE TABLE t (PERIOD FOR SYSTEM_TIME (a, b))",
        "CREATE TABLE t",
    ],
)
def test_what_is_no_table(sql):
    with pytest.raises(ValueError, match=r"\S"):
        read_table(sql)


def test_commas_inside_parentheses():
    assert split_commas("a, f(b, c), 'd, e', ") == ["a", "f(b, c)", "'d, e'"]
