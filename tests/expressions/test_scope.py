import pytest

from dtserve.datatypes import DT, TypeSpec
from dtserve.expressions.errors import (
    AmbiguousColumn,
    AmbiguousVariable,
    NoColumnCollection,
    UnknownColumn,
    UnknownLineage,
    UnknownVariable,
)
from dtserve.expressions.nodes import Column, Lineage
from dtserve.expressions.scope import ColumnBinding, MappingScope, TypedValue, find_column, index_columns
from dtserve.expressions.switches import using

I4 = TypeSpec(DT.I4)
SCOPE = MappingScope({"User::x": TypedValue(I4, 1), "Mine::x": TypedValue(I4, 2), "$Package::p": TypedValue(I4, 3)})
COLUMNS = index_columns(
    (
        ColumnBinding("P.Columns[A]", I4, ("A", "Source.A")),
        ColumnBinding("P.Columns[B]", I4, ("B", "Source.B", "17")),
        ColumnBinding("Q.Columns[B]", I4, ("B", "Other.B")),
    )
)


def test_variables() -> None:
    assert SCOPE.lookup("User::x") == (I4, 1)
    assert SCOPE.lookup("Mine::x") == (I4, 2)
    assert SCOPE.lookup("$Package::p") == (I4, 3)
    for name in ("X", "User::X", "p", "y"):
        with pytest.raises(UnknownVariable, match=name):
            SCOPE.lookup(name)


def test_a_bare_name_of_two_namespaces() -> None:
    assert SCOPE.lookup("x") == (I4, 1)
    with using(ambiguous_variable="error"), pytest.raises(AmbiguousVariable):
        SCOPE.lookup("x")


@pytest.mark.parametrize(
    ("node", "frame_name"),
    [
        (Column("A"), "P.Columns[A]"),
        (Column("a"), "P.Columns[A]"),
        (Column("B", "Other"), "Q.Columns[B]"),
        (Lineage("P.Columns[B]"), "P.Columns[B]"),
        (Lineage("17"), "P.Columns[B]"),
    ],
)
def test_columns(node: Column | Lineage, frame_name: str) -> None:
    assert find_column(node, COLUMNS).frame_name == frame_name


def test_columns_that_are_not_there() -> None:
    with pytest.raises(UnknownColumn):
        find_column(Column("C"), COLUMNS)
    with pytest.raises(UnknownColumn, match=r"Source\.C"):
        find_column(Column("C", "Source"), COLUMNS)
    with pytest.raises(UnknownLineage):
        find_column(Lineage("99"), COLUMNS)
    with pytest.raises(AmbiguousColumn):
        find_column(Column("B"), COLUMNS)
    for node in (Column("A"), Lineage("17")):
        with pytest.raises(NoColumnCollection):
            find_column(node, None)
