import pytest

from dtserve.expressions.utf16 import cut, is_bmp, simple_lower, simple_upper, units, utf16_length

FACE = "\U0001f600"


@pytest.mark.parametrize(("text", "length"), [("", 0), ("abc", 3), ("é€", 2), (FACE, 2), (f"a{FACE}b", 4)])
def test_length(text: str, length: int) -> None:
    assert utf16_length(text) == length == len(units(text)) // 2
    assert is_bmp(text) is (FACE not in text)


@pytest.mark.parametrize(
    ("start", "stop", "found"),
    [(0, 1, "a"), (0, 2, "a"), (0, 3, f"a{FACE}"), (1, 3, FACE), (2, 4, "b"), (3, 9, "b"), (9, 9, ""), (0, 0, "")],
)
def test_cut_drops_half_characters(start: int, stop: int, found: str) -> None:
    assert cut(f"a{FACE}b", start, stop) == found


def test_case_goes_character_by_character() -> None:
    assert simple_upper("aßŉǰé\U00010428") == "AßŉǰÉ\U00010400"
    assert simple_lower("AİΟΔΟΣ") == "aİοδοσ"
    assert simple_lower("ABC") == "abc"
