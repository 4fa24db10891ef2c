from dataclasses import fields

import pytest

from dtserve.expressions import evaluate
from dtserve.expressions.switches import SWITCHES, Switches, current, using


def test_using_holds_for_a_while() -> None:
    assert current() is SWITCHES
    with using(token_beyond_is_empty=False) as inside:
        assert current() is inside
        assert evaluate('TOKEN("a"," ",2)').value is None
    assert current() is SWITCHES
    with pytest.raises(TypeError), using(nonsense=1):
        pass
    assert current() is SWITCHES
    assert evaluate('TOKEN("a"," ",2)').value == ""


def test_other_choices_have_an_effect() -> None:
    effects = {
        "findstring_overlaps": (True, 'FINDSTRING("aaa","aa",2)', 0, 2),
        "string_order": ("ordinal", '"a" < "B"', True, False),
        "first_weekday": (2, 'DATEPART("dw",(DT_DBDATE)"2022-01-02")', 1, 7),
        "round_ties": ("half_even", "(DT_I4)ROUND(2.5,0)", 3, 2),
    }
    for name, (value, text, before, after) in effects.items():
        assert evaluate(text).value == before
        with using(**{name: value}):
            assert evaluate(text).value == after
    with using(replacenull_length_doubles=False):
        assert evaluate('REPLACENULL(NULL(DT_WSTR,5),"abc")').type.length == 5


def test_every_switch_is_documented() -> None:
    from pathlib import Path

    import dtserve.expressions.switches as module

    text = Path(module.__file__).read_text(encoding="utf-8")
    for item in fields(Switches):
        before = text.split(f"    {item.name}:")[0].rstrip().splitlines()[-1]
        assert before.strip().startswith("#"), item.name
