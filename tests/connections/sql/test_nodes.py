from sqlglot import exp
from sqlglot.errors import ErrorLevel

from dtserve.connections.sql.nodes import Slot, Template, raw, replace_with, template, typed
from dtserve.connections.sql.sqlite_rules import SqliteWriter
from dtserve.connections.sql.statement import SLOT
from dtserve.connections.sql.tsql_types import I4, type_of


def write(node):
    return node.sql(dialect=SqliteWriter(), identify=True, unsupported_level=ErrorLevel.RAISE)


def test_templates():
    one, two = exp.column("a"), exp.Add(this=exp.Literal.number(1), expression=exp.Literal.number(2))
    assert write(template("f({0}, {1})", one, two)) == "f(`a`, (1 + 2))"
    assert write(template("g({*})", one, two)) == "g(`a`, (1 + 2))"
    assert write(template("h({0}, {1:7}, {2:'x'})", one)) == "h(`a`, 7, 'x')"
    assert write(template("ARRAY[{1:}]", one, two, exp.Null())) == "ARRAY[(1 + 2), NULL]"
    assert write(raw("{x} {{")) == "{x} {{"


def test_slots_and_types():
    assert write(Slot(this="?0")) == f"{SLOT}?0{SLOT}"
    assert type_of(typed(exp.Null(), I4).copy()) == I4


def test_replacing_keeps_the_node_inside():
    tree = exp.select("a").from_("t")
    replace_with(tree.expressions[0], lambda node: template("f({0})", node))
    assert isinstance(tree.expressions[0], Template)
    assert write(tree) == "SELECT f(`a`) FROM `t`"
