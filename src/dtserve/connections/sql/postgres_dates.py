"""DATEADD, DATEDIFF, DATEPART, DATENAME and CONVERT styles as PostgreSQL text."""

from __future__ import annotations

from typing import Any

__all__ = ["add_text", "difference_text", "name_text", "part_text", "style_text"]

_UNITS = {
    "year": "1 year", "quarter": "3 months", "month": "1 month", "dayofyear": "1 day", "day": "1 day", "week": "7 days",
    "weekday": "1 day", "hour": "1 hour", "minute": "1 minute", "second": "1 second", "millisecond": "1 millisecond",
    "microsecond": "1 microsecond",
}  # fmt: skip
_DAYS = "(CAST({1} AS DATE) - CAST({0} AS DATE))"


def _field(name: str, at: int) -> str:
    return f"CAST(EXTRACT({name} FROM CAST({{{at}}} AS TIMESTAMP)) AS INT)"


def _span(name: str) -> str:
    """Whole units between the starts of the units that hold two moments."""
    seconds = {"hour": 3600, "minute": 60, "second": 1}[name]
    start, end = (f"date_trunc('{name}', CAST({{{at}}} AS TIMESTAMP))" for at in (0, 1))
    return f"CAST(EXTRACT(EPOCH FROM ({end} - {start})) / {seconds} AS BIGINT)"


def add_text(binder: Any, part: str) -> str:
    """DATEADD(part, {1}, {2})."""
    unit = _UNITS.get(part)
    if unit is None:
        raise binder.refuse(f"DATEADD does not take {part}")
    return f"(CAST({{2}} AS TIMESTAMP) + TRUNC(CAST({{1}} AS NUMERIC)) * INTERVAL '{unit}')"


def difference_text(binder: Any, part: str) -> str:
    """DATEDIFF(part, {1}, {2}): boundaries of the part between two moments."""
    text = {
        "year": f"({_field('YEAR', 1)} - {_field('YEAR', 0)})",
        "quarter": f"(({_field('YEAR', 1)} * 4 + {_field('QUARTER', 1)}) - ({_field('YEAR', 0)} * 4 + {_field('QUARTER', 0)}))",
        "month": f"(({_field('YEAR', 1)} * 12 + {_field('MONTH', 1)}) - ({_field('YEAR', 0)} * 12 + {_field('MONTH', 0)}))",
        "day": _DAYS, "dayofyear": _DAYS, "weekday": _DAYS,
        "week": "(FLOOR((CAST({1} AS DATE) - DATE '1899-12-31') / 7.0) - FLOOR((CAST({0} AS DATE) - DATE '1899-12-31') / 7.0))",
        "hour": _span("hour"), "minute": _span("minute"), "second": _span("second"),
        "millisecond": "CAST(ROUND(EXTRACT(EPOCH FROM (date_trunc('milliseconds', CAST({1} AS TIMESTAMP)) - "
        "date_trunc('milliseconds', CAST({0} AS TIMESTAMP)))) * 1000) AS BIGINT)",
    }.get(part)  # fmt: skip
    if text is None:
        raise binder.refuse(f"DATEDIFF does not take {part}")
    return f"CAST({text} AS INT)".replace("{1}", "{2}").replace("{0}", "{1}")


def part_text(binder: Any, part: str) -> str:
    """DATEPART(part, {1}) with Sunday as the first day of the week."""
    first = "CAST(EXTRACT(DOW FROM date_trunc('year', CAST({1} AS TIMESTAMP))) AS INT)"
    special = {
        "dayofyear": _field("DOY", 1),
        "weekday": f"({_field('DOW', 1)} + 1)",
        "week": f"(({_field('DOY', 1)} - 1 + {first}) / 7 + 1)",
        "iso_week": _field("WEEK", 1),
        "second": "CAST(TRUNC(EXTRACT(SECOND FROM CAST({1} AS TIMESTAMP))) AS INT)",
        "millisecond": "CAST(TRUNC(MOD(EXTRACT(MILLISECONDS FROM CAST({1} AS TIMESTAMP)), 1000)) AS INT)",
        "microsecond": "CAST(MOD(EXTRACT(MICROSECONDS FROM CAST({1} AS TIMESTAMP)), 1000000) AS INT)",
    }
    if part in special:
        return special[part]
    if part in ("year", "quarter", "month", "day", "hour", "minute"):
        return _field(part.upper(), 1)
    raise binder.refuse(f"DATEPART does not take {part}")


def name_text(binder: Any, part: str) -> str:
    """DATENAME(part, {1})."""
    if part == "month":
        return "to_char(CAST({1} AS TIMESTAMP), 'FMMonth')"
    if part == "weekday":
        return "to_char(CAST({1} AS TIMESTAMP), 'FMDay')"
    return f"CAST({part_text(binder, part)} AS TEXT)"


_STYLES = {
    0: "Mon {day} YYYY {hour}:MIAM", 100: "Mon {day} YYYY {hour}:MIAM", 1: "MM/DD/YY", 101: "MM/DD/YYYY", 2: "YY.MM.DD",
    102: "YYYY.MM.DD", 3: "DD/MM/YY", 103: "DD/MM/YYYY", 4: "DD.MM.YY", 104: "DD.MM.YYYY", 5: "DD-MM-YY", 105: "DD-MM-YYYY",
    6: "DD Mon YY", 106: "DD Mon YYYY", 7: "Mon DD, YY", 107: "Mon DD, YYYY", 8: "HH24:MI:SS", 108: "HH24:MI:SS",
    24: "HH24:MI:SS", 10: "MM-DD-YY", 110: "MM-DD-YYYY", 11: "YY/MM/DD", 111: "YYYY/MM/DD", 12: "YYMMDD", 112: "YYYYMMDD",
    13: "DD Mon YYYY HH24:MI:SS:MS", 113: "DD Mon YYYY HH24:MI:SS:MS", 14: "HH24:MI:SS:MS", 114: "HH24:MI:SS:MS",
    20: "YYYY-MM-DD HH24:MI:SS", 120: "YYYY-MM-DD HH24:MI:SS", 21: "YYYY-MM-DD HH24:MI:SS.MS",
    121: "YYYY-MM-DD HH24:MI:SS.MS", 25: "YYYY-MM-DD HH24:MI:SS.MS", 23: "YYYY-MM-DD", 126: 'YYYY-MM-DD"T"HH24:MI:SS.MS',
}  # fmt: skip


def style_text(binder: Any, style: int, target: str) -> str:
    """CONVERT of {0} with a style: a moment as text, or (with ``target``) a text as a moment."""
    pattern = _STYLES.get(style)
    if pattern is None:
        raise binder.refuse(f"CONVERT style {style} is not known")
    if target:
        plain = pattern.replace("{day}", "DD").replace("{hour}", "HH12")
        return f"CAST(to_timestamp({{0}}, '{plain}') AS {target})"
    if style == 126:
        return f"regexp_replace(to_char(CAST({{0}} AS TIMESTAMP), '{pattern}'), '\\.000$', '')"
    if "{day}" not in pattern:
        return f"to_char(CAST({{0}} AS TIMESTAMP), '{pattern}')"
    moment = "CAST({0} AS TIMESTAMP)"
    return (
        f"(to_char({moment}, 'Mon ') || LPAD(to_char({moment}, 'FMDD'), 2) || to_char({moment}, ' YYYY ') || "
        f"LPAD(to_char({moment}, 'FMHH12'), 2) || to_char({moment}, ':MIAM'))"
    )
