"""The documentation of the room: every function, operator, switch and limit has its place; every example runs."""

import doctest
import pkgutil
from dataclasses import fields
from importlib import import_module
from pathlib import Path

import dtserve.expressions as room
from dtserve.expressions import function_names
from dtserve.expressions.parser import PRECEDENCE
from dtserve.expressions.switches import Switches

DOCS = Path(__file__).resolve().parents[2] / "docs" / "reference" / "expressions.md"
TEXT = DOCS.read_text(encoding="utf-8")


def test_every_function_has_a_heading() -> None:
    for name in function_names():
        assert f"\n### {name}\n" in TEXT, name


def test_every_operator_and_switch_is_described() -> None:
    for operator in (*PRECEDENCE, "!", "~", "? :"):
        assert f"`{operator}`" in TEXT.replace("\\|", "|"), operator
    for item in fields(Switches):
        assert f"| `{item.name}` |" in TEXT, item.name


def test_every_way_row_by_row_is_listed() -> None:
    """The uses of ``each_row`` in the source are the ones that the documentation names with their cost."""
    source = Path(room.__file__).parent
    users = [p.name for p in source.glob("*.py") if "each_row(" in p.read_text(encoding="utf-8")]
    assert sorted(users) == ["columnar_calls.py", "math_columns.py", "text_columns.py", "unit_columns.py"]
    section = TEXT.split("## Rows that leave the vectorised path")[1]
    for word in ("BMP", "REPLACE", "TOKEN", "TOKENCOUNT", "ROUND", "UPPER", "LOWER", "LEN", "FINDSTRING", "38 digits"):
        assert word in section, word


def test_all_doctests_run() -> None:
    attempted = 0
    for module in pkgutil.walk_packages(room.__path__, room.__name__ + "."):
        result = doctest.testmod(import_module(module.name))
        assert result.failed == 0, module.name
        attempted += result.attempted
    assert attempted >= 113
