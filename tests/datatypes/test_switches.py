"""The unsettled points can be tried otherwise, for a while."""

import dataclasses
from pathlib import Path

import pytest

from dtserve.datatypes.switches import SWITCHES, Switches, current, using


def test_a_change_lasts_as_long_as_its_block():
    with using(fraction_to_integer="half_even") as changed:
        assert current() is changed
        assert changed.fraction_to_integer == "half_even"
    assert current() is SWITCHES


def test_a_change_ends_when_the_block_fails():
    with pytest.raises(RuntimeError), using(two_digit_year_max=2049):
        raise RuntimeError
    assert current() is SWITCHES


def test_unknown_points_are_refused():
    with pytest.raises(TypeError), using(no_such_point=True):
        pass


def test_the_record_is_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Switches().real_digits = 3  # type: ignore[misc]


def test_the_docs_name_every_point_and_its_default():
    page = (Path(__file__).parents[2] / "docs" / "reference" / "data_types.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    for field in dataclasses.fields(Switches):
        row = next(line for line in rows if f"`{field.name}`" in line.split("|")[1])
        assert str(field.default or "empty") in row or str(field.default) in row, field.name
