import pytest

from dtserve.connections.sql.dml_text import one_from, plain_assignments, slot_text, without_top
from dtserve.connections.sql.statement import MARK, SLOT


@pytest.mark.parametrize(
    ("sql", "plain", "top"),
    [
        ("DELETE TOP (5) FROM t", "DELETE  FROM t", "5"), ("UPDATE TOP 5 t SET a = 1", "UPDATE  t SET a = 1", "5"), ("DELETE TOP (@n) FROM t", "DELETE  FROM t", "@n"),
        ("DELETE FROM t", "DELETE FROM t", ""), ("DELETE TOP (5 FROM t", "DELETE TOP (5 FROM t", ""),
    ],
)  # fmt: skip
def test_top(sql, plain, top):
    assert without_top(sql) == (plain, top)


def test_slots_of_top():
    assert slot_text("5") == "5"
    assert slot_text("@N") == f"{SLOT}@n{SLOT}"
    assert slot_text(f"{MARK}0") == f"{SLOT}?0{SLOT}"


@pytest.mark.parametrize(
    ("sql", "plain"),
    [
        ("DELETE FROM t FROM t a JOIN b ON 1 = 1", "DELETE t FROM t a JOIN b ON 1 = 1"), ("DELETE FROM [d].[t] WITH (TABLOCK) FROM t", "DELETE [d].[t] FROM t"),
        ("DELETE FROM t WHERE a = 1", "DELETE FROM t WHERE a = 1"), ("DELETE t FROM t", "DELETE t FROM t"), ("DELETE FROM", "DELETE FROM"),
    ],
)  # fmt: skip
def test_two_froms(sql, plain):
    assert one_from(sql) == plain


@pytest.mark.parametrize(
    ("sql", "plain"),
    [
        ("UPDATE t SET a += 1", "UPDATE t SET a = a + ( 1)"), ("UPDATE t SET t.a -= f(1, 2), b *= 2 WHERE c = 3", "UPDATE t SET t.a = t.a - ( f(1, 2)), b = b * ( 2) WHERE c = 3"),
        ("UPDATE t SET a = 1", "UPDATE t SET a = 1"), ("SELECT a", "SELECT a"),
    ],
)  # fmt: skip
def test_short_assignments(sql, plain):
    assert plain_assignments(sql) == plain
