import pytest

from dtserve.connections.sql.tsql_batch import (
    Assign,
    Break,
    Continue,
    Declare,
    DeclareTable,
    If,
    Ignored,
    Raised,
    Refused,
    Return,
    Run,
    SelectAssign,
    Transaction,
    Try,
    Wait,
    While,
    parse_batch,
)  # fmt: skip
from dtserve.connections.sql.tsql_control import ControlParser
from dtserve.connections.sql.tsql_tokens import tokenize


@pytest.mark.parametrize(
    ("sql", "nodes"),
    [
        ("IF EXISTS (SELECT 1) SELECT 1 ELSE SELECT 2 SELECT 3", (If("EXISTS (SELECT 1)", (Run("SELECT 1"),), (Run("SELECT 2"),)), Run("SELECT 3"))),
        ("IF a = 1 BEGIN SELECT 1; SELECT 2 END; ELSE IF b = 2 SELECT 3", (If("a = 1", (Run("SELECT 1"), Run("SELECT 2")), (If("b = 2", (Run("SELECT 3"),)),)),)),
        ("WHILE @i < 3 BEGIN SET @i += 1; BREAK; CONTINUE END", (While("@i < 3", (Assign("@i", "@i + (1)"), Break(), Continue())),)),
        ("DECLARE @A int = 1, @b AS varchar(10), @t TABLE (x int)", (Declare("@a", "int", "1"), Declare("@b", "varchar(10)"), DeclareTable("@t", "(x int)"))),
        ("SELECT @a = MAX(x), @B = 2 FROM t", (SelectAssign(("@a", "@b"), "SELECT  MAX(x),  2 FROM t"),)),
        ("SELECT @a", (Run("SELECT @a"),)),
        ("SET @x = (SELECT 1)", (Assign("@x", "(SELECT 1)"),)),
        ("BEGIN TRAN x COMMIT TRANSACTION ROLLBACK", (Transaction("begin"), Transaction("commit"), Transaction("rollback"))),
        ("BEGIN TRY SELECT 1 END TRY BEGIN CATCH THROW END CATCH", (Try((Run("SELECT 1"),), (Raised(""),)),)),
        ("RAISERROR(N'a, b', 16, 1) WITH NOWAIT", (Raised("N'a, b'", "16"),)),
        ("THROW 50001, 'x, y', 1", (Raised("'x, y'"),)),
        ("WAITFOR DELAY '00:01:02.5'", (Wait(62.5),)),
        ("RETURN 1", (Return(),)),
        ("SET NOCOUNT ON PRINT 'x' UPDATE STATISTICS t", (Ignored("SET NOCOUNT ON"), Ignored("PRINT 'x'"), Ignored("UPDATE STATISTICS t"))),
        ("ALTER INDEX ALL ON t REBUILD", (Ignored("ALTER INDEX ALL ON t REBUILD"),)),
        ("CREATE VIEW v AS SELECT 1", (Run("CREATE VIEW v AS SELECT 1"),)),
    ],
)  # fmt: skip
def test_nodes(sql, nodes):
    assert parse_batch(sql) == nodes


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("EXEC p", "procedures"), ("dbo.p 1", "procedure call"), ("CREATE OR ALTER PROCEDURE p AS SELECT 1", "procedure"),
        ("CREATE TRIGGER t ON x AFTER INSERT AS SELECT 1", "trigger"), ("DECLARE c CURSOR FOR SELECT 1", "cursors"),
        ("GOTO there", "GOTO"), ("SET ROWCOUNT 5", "SET ROWCOUNT"), ("SET DATEFORMAT dmy", "SET DATEFORMAT"), ("END", "stands alone"),
        ("BEGIN SELECT 1", "no END"), ("WAITFOR TIME '10:00'", "WAITFOR"), ("RAISERROR(50001)", "severity"), ("SET", "nothing"),
        ("BEGIN DISTRIBUTED TRAN", "MSDTC"), ("SAVE TRAN x", "savepoints"), ("IF 1=1 " * 100 + "SELECT 1", "deeply"),
    ],
)  # fmt: skip
def test_refusals(sql, reason):
    def refused(nodes):
        for node in nodes:
            if isinstance(node, Refused):
                yield node.reason
            if isinstance(node, If):
                yield from refused((*node.then, *node.otherwise))

    assert any(reason in found for found in refused(parse_batch(sql)))


def test_harmless_settings():
    for text in ("SET DATEFORMAT mdy", "SET LANGUAGE us_english", "SET ROWCOUNT 0", "SET IDENTITY_INSERT t ON"):
        assert parse_batch(text) == (Ignored(text),)


def test_the_parser_cuts_the_text():
    parser = ControlParser("SELECT  1", tokenize("SELECT  1"))
    assert (parser.cut(0, 2), parser.cut(1, 1), parser.upper(5)) == ("SELECT  1", "", "")
