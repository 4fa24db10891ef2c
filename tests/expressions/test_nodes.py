from dtserve.expressions.nodes import Column, Variable, children, walk
from dtserve.expressions.parser import parse


def test_walk_visits_everything_in_order() -> None:
    node = parse('a ? UPPER(@b) : -(DT_I4)(c + "x")')
    kinds = [type(found).__name__ for found in walk(node)]
    assert kinds == ["Conditional", "Column", "Call", "Variable", "Unary", "Cast", "Binary", "Column", "Literal"]
    assert [found.name for found in walk(node) if isinstance(found, Column | Variable)] == ["a", "b", "c"]


def test_leaves_have_no_children() -> None:
    for text in ("1", "@x", "a", "#1", "NULL(DT_I4)"):
        assert children(parse(text)) == ()


def test_place_does_not_count_for_equality() -> None:
    assert parse(" a+b") == parse("a + b")
    assert hash(parse(" a+b")) == hash(parse("a + b"))
