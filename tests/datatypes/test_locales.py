"""Locales by LCID, and what stands for unknown ones."""

import pytest

from dtserve.datatypes.errors import BadLocale
from dtserve.datatypes.locales import NEUTRAL, known_locales, locale_for


@pytest.mark.parametrize(
    ("lcid", "order", "separator", "decimal"),
    [
        (1033, "MDY", "/", "."),
        (2057, "DMY", "/", "."),
        (1031, "DMY", ".", ","),
        (1053, "YMD", "-", ","),
        (1038, "YMD", ".", ","),
        (16393, "DMY", "-", "."),
        (1041, "YMD", "/", "."),
        (1051, "DMY", ".", ","),
    ],
)
def test_facts_of_locales(lcid, order, separator, decimal):
    locale = locale_for(lcid)
    assert (locale.order, locale.date_separator, locale.decimal) == (order, separator, decimal)


def test_process_and_system_default_are_english():
    assert {locale_for(lcid).name for lcid in (0, -1, 1024, 2048)} == {"en-US"}


def test_unknown_sublanguages_and_languages_fall_back():
    assert locale_for(0x3C07).name == "de-DE"
    assert locale_for(0x04FF) is NEUTRAL
    assert locale_for(0x10407).name == "de-DE"


@pytest.mark.parametrize("lcid", [-2, 2**32])
def test_what_is_no_identifier_is_refused(lcid):
    with pytest.raises(BadLocale):
        locale_for(lcid)


def test_month_names_of_the_locale_and_english():
    months = locale_for(1031).months
    assert (months["märz"], months["mär"], months["march"], months["dez"], months["sept"]) == (3, 3, 3, 12, 9)
    french = locale_for(1036).months
    assert "jui" not in french
    assert french["juillet"] == 7


def test_marks_of_the_half_days():
    assert locale_for(2052).day_part_marks == ("上午", "下午")
    assert locale_for(1031).day_part_marks == ("AM", "PM")
    assert "montag" in locale_for(1031).weekdays


def test_the_table_is_sorted_and_complete():
    lcids = [locale.lcid for locale in known_locales()]
    assert lcids == sorted(lcids)
    assert {1033, 1031, 1036, 2052, 1049} <= set(lcids)
