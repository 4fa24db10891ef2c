"""The table of locales is whole."""

import re

import pytest

from dtserve.datatypes.locale_data import DAY_PART_MARKS, LOCALE_LINES, MONTHS, WEEKDAYS

LINES = [line.split("|") for line in LOCALE_LINES.strip().splitlines()]


@pytest.mark.parametrize("line", LINES, ids=lambda line: line[1])
def test_lines_have_the_form_of_windows(line):
    lcid, name, date, time, decimal, thousands, currency = line
    assert int(lcid) > 1024
    assert re.fullmatch(r"[a-z]{2}(-[A-Za-z]{4})?-[A-Z]{2}", name)
    assert sorted(set(re.sub("[^dMy]", "", date))) == ["M", "d", "y"]
    assert re.search("[hH]+.mm.ss", time)
    assert ("tt" in time) is ("h" in time)
    assert decimal in ".,"
    assert thousands != decimal
    assert currency


def test_no_identifier_stands_twice():
    lcids = [line[0] for line in LINES]
    assert len(lcids) == len(set(lcids))
    assert len(lcids) > 100


@pytest.mark.parametrize("language", MONTHS)
def test_there_are_twelve_months(language):
    assert len(MONTHS[language].split()) == 12


def test_marks_come_in_pairs_and_weekdays_in_two_forms():
    assert all(len(pair) == 2 and pair[0] != pair[1] for pair in DAY_PART_MARKS.values())
    assert all(len(names.split()) == 14 for names in WEEKDAYS.values())
