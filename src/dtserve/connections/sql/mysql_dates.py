"""DATEADD, DATEDIFF, DATEPART and CONVERT styles as MySQL text."""

from __future__ import annotations

from typing import Any

__all__ = ["add_text", "difference_text", "part_text", "style_text"]

_UNITS = {
    "year": "YEAR", "quarter": "QUARTER", "month": "MONTH", "dayofyear": "DAY", "day": "DAY", "week": "WEEK", "weekday": "DAY",
    "hour": "HOUR", "minute": "MINUTE", "second": "SECOND", "microsecond": "MICROSECOND",
}  # fmt: skip
_TRUNCATED = {"hour": "%Y-%m-%d %H:00:00", "minute": "%Y-%m-%d %H:%i:00", "second": "%Y-%m-%d %H:%i:%s"}


def add_text(binder: Any, part: str) -> str:
    """DATEADD(part, {1}, {2})."""
    if part == "millisecond":
        return "DATE_ADD({2}, INTERVAL TRUNCATE({1}, 0) * 1000 MICROSECOND)"
    if part not in _UNITS:
        raise binder.refuse(f"DATEADD does not take {part}")
    return f"DATE_ADD({{2}}, INTERVAL TRUNCATE({{1}}, 0) {_UNITS[part]})"


def difference_text(binder: Any, part: str) -> str:
    """DATEDIFF(part, {1}, {2}): boundaries of the part between two moments."""
    months = "((YEAR({2}) * 12 + MONTH({2})) - (YEAR({1}) * 12 + MONTH({1})))"
    days = "DATEDIFF({2}, {1})"
    simple = {
        "year": "(YEAR({2}) - YEAR({1}))",
        "quarter": "((YEAR({2}) * 4 + QUARTER({2})) - (YEAR({1}) * 4 + QUARTER({1})))",
        "month": months, "day": days, "dayofyear": days, "weekday": days,
        "week": "((TO_DAYS({2}) - 1) DIV 7 - (TO_DAYS({1}) - 1) DIV 7)",
        "millisecond": "(TIMESTAMPDIFF(MICROSECOND, {1}, {2}) DIV 1000)",
        "microsecond": "TIMESTAMPDIFF(MICROSECOND, {1}, {2})",
    }  # fmt: skip
    if part in simple:
        return simple[part]
    if part not in _TRUNCATED:
        raise binder.refuse(f"DATEDIFF does not take {part}")
    start, end = (f"DATE_FORMAT({{{at}}}, '{_TRUNCATED[part]}')" for at in (1, 2))
    return f"TIMESTAMPDIFF({part.upper()}, {start}, {end})"


def part_text(binder: Any, part: str) -> str:
    """DATEPART(part, {1}) with Sunday as the first day of the week."""
    texts = {
        "year": "YEAR({1})", "quarter": "QUARTER({1})", "month": "MONTH({1})", "dayofyear": "DAYOFYEAR({1})",
        "day": "DAYOFMONTH({1})", "weekday": "DAYOFWEEK({1})", "iso_week": "WEEK({1}, 3)",
        "week": "((DAYOFYEAR({1}) + DAYOFWEEK(MAKEDATE(YEAR({1}), 1)) - 2) DIV 7 + 1)",
        "hour": "HOUR({1})", "minute": "MINUTE({1})", "second": "SECOND({1})",
        "millisecond": "(MICROSECOND({1}) DIV 1000)", "microsecond": "MICROSECOND({1})",
    }  # fmt: skip
    if part not in texts:
        raise binder.refuse(f"DATEPART does not take {part}")
    return texts[part]


_STYLES = {
    0: "%b {day} %Y {hour}:%i%p", 100: "%b {day} %Y {hour}:%i%p", 1: "%m/%d/%y", 101: "%m/%d/%Y", 2: "%y.%m.%d", 102: "%Y.%m.%d",
    3: "%d/%m/%y", 103: "%d/%m/%Y", 4: "%d.%m.%y", 104: "%d.%m.%Y", 5: "%d-%m-%y", 105: "%d-%m-%Y", 6: "%d %b %y",
    106: "%d %b %Y", 7: "%b %d, %y", 107: "%b %d, %Y", 8: "%H:%i:%s", 108: "%H:%i:%s", 24: "%H:%i:%s", 10: "%m-%d-%y",
    110: "%m-%d-%Y", 11: "%y/%m/%d", 111: "%Y/%m/%d", 12: "%y%m%d", 112: "%Y%m%d", 20: "%Y-%m-%d %H:%i:%s",
    120: "%Y-%m-%d %H:%i:%s", 23: "%Y-%m-%d",
}  # fmt: skip
_MILLI = {
    21: "%Y-%m-%d %H:%i:%s.", 121: "%Y-%m-%d %H:%i:%s.", 25: "%Y-%m-%d %H:%i:%s.", 126: "%Y-%m-%dT%H:%i:%s.",
    13: "%d %b %Y %H:%i:%s:", 113: "%d %b %Y %H:%i:%s:", 14: "%H:%i:%s:", 114: "%H:%i:%s:",
}  # fmt: skip


def style_text(binder: Any, style: int, parse: bool) -> str:
    """CONVERT of {0} with a style: a moment as text, or (``parse``) a text as a moment."""
    pattern = _STYLES.get(style)
    if pattern is None and style in _MILLI:
        if parse:
            return f"STR_TO_DATE({{0}}, '{_MILLI[style]}%f')"
        text = f"CONCAT(DATE_FORMAT({{0}}, '{_MILLI[style]}'), LPAD(MICROSECOND({{0}}) DIV 1000, 3, '0'))"
        return f"TRIM(TRAILING '.000' FROM {text})" if style == 126 else text
    if pattern is None:
        raise binder.refuse(f"CONVERT style {style} is not known")
    if parse:
        return f"STR_TO_DATE({{0}}, '{pattern.replace('{day}', '%e').replace('{hour}', '%l')}')"
    if "{day}" not in pattern:
        return f"DATE_FORMAT({{0}}, '{pattern}')"
    return (
        "CONCAT(DATE_FORMAT({0}, '%b '), LPAD(DATE_FORMAT({0}, '%e'), 2, ' '), DATE_FORMAT({0}, ' %Y '), "
        "LPAD(DATE_FORMAT({0}, '%l'), 2, ' '), DATE_FORMAT({0}, ':%i%p'))"
    )
