from itertools import product

import pytest

from dtserve.expressions.switches import using
from support.expression_backends import prepare, spec_of

TEXTS = ["", "a", "A", "á", "b", "B", "co-op", "coop", "_", "1", "10", "2", None]
TYPES = {"a": spec_of("DT_WSTR,9"), "b": spec_of("DT_WSTR,9")}


@pytest.mark.parametrize("order", ["linguistic", "ordinal"])
@pytest.mark.parametrize("operator", ["<", ">", "<=", ">="])
def test_columns_agree_with_values(operator: str, order: str) -> None:
    rows = [{"a": a, "b": b} for a, b in product(TEXTS, TEXTS)]
    with using(string_order=order):
        for text in (f"a {operator} b", f'a {operator} "b"', f'"b" {operator} a'):
            prepared = prepare(text, TYPES)
            assert prepared.columnar(rows) == [prepared.scalar(row) for row in rows]


def test_equality_is_exact_whatever_the_order() -> None:
    rows = [{"a": "a", "b": b} for b in ("a", "A", "a ", "á")]
    assert [o.value for o in prepare("a == b", TYPES).columnar(rows)] == [True, False, False, False]
    assert [o.value for o in prepare("a != b", TYPES).columnar(rows)] == [False, True, True, True]
