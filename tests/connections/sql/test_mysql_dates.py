import pytest

from dtserve.connections.sql.mysql_dates import add_text, difference_text, part_text, style_text
from dtserve.connections.sql.tsql_dates import STYLES


class Binder:
    def refuse(self, reason):
        return ValueError(reason)


def test_every_part_is_said_or_refused():
    for part in ("year", "quarter", "month", "day", "week", "hour", "minute", "second", "millisecond"):
        assert "{2}" in add_text(Binder(), part)
        assert "{1}" in difference_text(Binder(), part)
        assert "{1}" in part_text(Binder(), part)
    for call in (add_text, difference_text, part_text):
        with pytest.raises(ValueError, match="nanosecond"):
            call(Binder(), "nanosecond")


def test_styles():
    for style in set(STYLES) - {9, 109, 127}:
        assert "DATE_FORMAT" in style_text(Binder(), style, False)
    assert style_text(Binder(), 103, True) == "STR_TO_DATE({0}, '%d/%m/%Y')"
    assert style_text(Binder(), 121, True).endswith("%f')")
    with pytest.raises(ValueError, match="999"):
        style_text(Binder(), 999, False)
