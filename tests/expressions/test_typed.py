from dtserve.datatypes import DT, TypeSpec
from dtserve.expressions.parser import parse
from dtserve.expressions.scope import ColumnBinding, index_columns
from dtserve.expressions.typed import Apply, Choose, Concat, Convert, Flip, Input, Level, Logical, parts
from dtserve.expressions.typing import analyse

COLUMNS = index_columns((ColumnBinding("s", TypeSpec(DT.WSTR, length=5), ("s",)),))


def test_parts_of_every_kind_of_node() -> None:
    text = '!ISNULL(s) && True ? (DT_WSTR,9)s + "x" + s : LEFT(s, 1 + 1)'
    typed = analyse(parse(text), text, None, COLUMNS)
    assert isinstance(typed, Choose)
    condition, when_true, when_false = parts(typed)
    assert isinstance(condition, Logical)
    assert isinstance(parts(condition)[0], Flip)
    assert isinstance(when_true, Concat)
    assert len(parts(when_true)) == 3
    assert isinstance(when_true.operands[0], Convert)
    assert isinstance(parts(when_true.operands[0])[0], Input)
    assert isinstance(when_false, Apply)
    assert [part.level for part in parts(when_false)] == [Level.COLUMN, Level.LITERAL]
    assert parts(when_true.operands[1]) == ()
    assert typed.level is Level.COLUMN


def test_levels_are_ordered() -> None:
    assert Level.LITERAL < Level.VARIABLE < Level.CLOCK < Level.COLUMN
