import pytest

from dtserve.expressions.collation import sort_key
from dtserve.expressions.switches import using


@pytest.mark.parametrize(
    "order",
    [
        ["", " ", "_", "1", "10", "2", "a", "A", "á", "b", "B", "z"],
        ["coop", "co-op", "coops"],
        ["role", "rôle", "roles"],
        ["Straße", "Strasse2"],
        ["a", "A", "aa"],
    ],
)
def test_linguistic_order(order: list[str]) -> None:
    keys = [sort_key(text) for text in order]
    assert keys == sorted(keys)
    assert len(set(keys)) == len(keys)


def test_ordinal_order() -> None:
    with using(string_order="ordinal"):
        assert sorted(["b", "A", "a", "B"], key=sort_key) == ["A", "B", "a", "b"]
