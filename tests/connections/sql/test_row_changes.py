from sqlglot import exp

from dtserve.connections.sql.row_changes import is_flag, text_of_number
from dtserve.connections.sql.sqlite_rules import SqliteRules
from dtserve.connections.sql.tsql_types import BOOL, I4, wide
from support.connections import translated

TABLES = {"T": {"id": "int", "n": "int"}, "U": {"id": "int", "n": "int"}}
UPDATE = "UPDATE t SET n = u.n FROM T t LEFT JOIN U u ON u.id = t.id WHERE u.n > 1"


def test_rows_are_found_by_address():
    assert translated(UPDATE, "sqlite", TABLES) == [
        "UPDATE `T` AS `changed` SET `n` = found.new_0 FROM (SELECT `t`.rowid AS found_row, `u`.`n` AS new_0 FROM `T` AS `t` "
        "LEFT JOIN `U` AS `u` ON `u`.`id` = `t`.`id` WHERE `u`.`n` > 1) AS found WHERE `changed`.rowid = found.found_row"
    ]
    assert '"t".ctid' in translated(UPDATE, "postgres", TABLES)[0]
    assert translated("DELETE t FROM T t JOIN U u ON u.id = t.id", "sqlite", TABLES)[0].startswith(
        "DELETE FROM `T` WHERE rowid IN (SELECT `t`.rowid"
    )


def test_small_parts():
    rules = SqliteRules()
    assert rules.quote("a`b") == "`a``b`"
    assert rules.temporary_path("x") == "temp.`x`" or rules.temporary_path("x") == "`x`"
    assert rules.returns("inserted", "UPDATE")
    assert is_flag(BOOL)
    assert not is_flag(I4)
    assert text_of_number(exp.Literal.number(5), wide(3)).is_string
