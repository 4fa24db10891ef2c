"""Texts as dates and times in PostgreSQL and MySQL, as T-SQL reads them (language us_english).

These databases read texts of their own ("now", 22 as a time) and, MySQL, give NULL where T-SQL fails. So a text is
looked at first: one of the numeric forms of T-SQL is put into the ISO form and cast; of the rest, what is surely no date is
an error, or NULL for TRY_CAST; what only the database can tell (names of months, AM and PM) goes to PostgreSQL as it
is and is an error in MySQL, never NULL in silence.
"""

from __future__ import annotations

from sqlglot import exp

from dtserve.connections.sql.nodes import raw
from dtserve.connections.sql.tsql_dates import EARLIEST, canonical_moment, parse_moment
from dtserve.datatypes import DT, TypeSpec

__all__ = ["ISO_STYLES", "KNOWN", "known_text", "mysql_text_as_date", "postgres_text_as_date"]

KNOWN = frozenset({DT.DBDATE, DT.DBTIME, DT.DBTIME2, DT.DATE, DT.DBTIMESTAMP, DT.DBTIMESTAMP2})
"""Types that texts are read as here; one with a zone is left to the database."""

ISO_STYLES = frozenset({0, 20, 21, 23, 25, 100, 101, 102, 110, 111, 112, 120, 121, 126})
"""Styles of CONVERT whose texts are read as without a style: the year, or the month, first."""

_MONTH, _DAY = "(0?[1-9]|1[0-2])", "(0?[1-9]|[12][0-9]|3[01])"
_YEAR = "([1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])"
_CLOCK = "([01]?[0-9]|2[0-3]):[0-5]?[0-9](:[0-5]?[0-9]([.][0-9]{1,7})?)?"
_BEHIND = f"(([ ]+|T){_CLOCK})?"
_YMD = f"^{_YEAR}[-/.]{_MONTH}[-/.]{_DAY}{_BEHIND}$"
_MDY = f"^{_MONTH}[-/.]{_DAY}[-/.]{_YEAR}{_BEHIND}$"
_COMPACT = f"^{_YEAR}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])([ ]+{_CLOCK})?$"
_ONLY_YEAR, _ONLY_CLOCK = f"^{_YEAR}$", f"^{_CLOCK}$"
_WORDS = "jan(uary)?|feb(ruary)?|mar(ch)?|apr(il)?|may|june?|july?|aug(ust)?|sep(tember)?|oct(ober)?|nov(ember)?|dec(ember)?|am|pm|t|z"
_NO_DATE = (
    f"^[^0-9]*$|(^|[^a-z])(?!({_WORDS})([^a-z]|$))[a-z]+|^([0-9]{{1,3}}|[0-9]{{5}}|[0-9]{{7,}})$"
    "|^[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}$|^[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{4}$|[0-9]{5,}[-/.]|^[0-9]+[-/.][0-9]+$"
    "|(^|[ T])(2[4-9]|[3-9][0-9]|[0-9]{3,}):|:[6-9][0-9]"
)
"""Texts, none of the forms above, that T-SQL surely does not take: no digit, other words or lengths, no such month, hour …"""


def known_text(node: exp.Expr, spec: TypeSpec, attempt: bool) -> exp.Expr | None:
    """A literal in the form that all databases read, or NULL for ``attempt``; None when its cast has to fail, and for others."""
    if not isinstance(node, exp.Literal) or not node.is_string or spec.dt not in KNOWN:
        return None
    text = str(node.this)
    moment = parse_moment(text)
    if moment is None or (spec.dt is DT.DBTIMESTAMP and moment.year < EARLIEST):
        return raw("NULL") if attempt else None
    return exp.Literal.string(canonical_moment(text, spec.dt))


def postgres_text_as_date(spec: TypeSpec, target: str, attempt: bool) -> str:
    """The template of a cast of a text ({0}) to ``target`` in PostgreSQL."""
    text = "btrim(CAST({0} AS TEXT))"
    iso = text
    for pattern, form in (
        (r"^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})", r"\3-\1-\2"),
        (r"^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})", r"\1-\2-\3"),
        (r"^(\d{4})(\d\d)(\d\d)", r"\1-\2-\3"),
        (r"^(\d{4})$", r"\1-01-01"),
        (r"^(\d{1,2}:)", r"1900-01-01 \1"),
    ):
        iso = f"regexp_replace({iso}, '{_doubled(pattern)}', '{form}')"
    made = f"CAST(CAST({iso} AS TIMESTAMP) AS {target})"
    forms = "|".join((_YMD, _MDY, _COMPACT, _ONLY_YEAR, _ONLY_CLOCK))
    parts = [f"CAST(split_part({iso}, '-', {at}) AS INT)" for at in (1, 2)]
    last = f"CAST(date_part('day', make_date({parts[0]}, {parts[1]}, 1) + INTERVAL '1 month -1 day') AS INT)"
    there = f"CAST(substring(split_part({iso}, '-', 3) FROM '^[0-9]+') AS INT) <= {last}"
    good = f"CASE WHEN {there} THEN {made} END" if attempt else made
    fail = "NULL" if attempt else f"CAST({text} || ' is no date' AS {target})"
    early = f"WHEN {text} ~ '{_doubled(forms)}' AND split_part({iso}, '-', 1) < '{EARLIEST}' THEN {fail} "
    return (
        f"CASE WHEN {text} = '' THEN CAST(TIMESTAMP '1900-01-01' AS {target}) "
        f"{early if spec.dt is DT.DBTIMESTAMP else ''}WHEN {text} ~ '{_doubled(forms)}' THEN {good} "
        f"WHEN {text} ~* '{_doubled(_NO_DATE)}' THEN {fail} ELSE CAST({text} AS {target}) END"
    )


def mysql_text_as_date(spec: TypeSpec, target: str, attempt: bool) -> str:
    """The template of a cast of a text ({0}) to ``target`` in MySQL."""
    moment = "CAST('1900-01-01 00:00:00' AS {target})"
    fail = f"(SELECT {moment} UNION ALL SELECT {moment.replace('1900', '1901')})".replace("{target}", target)
    text = "TRIM({0})"
    rest = f"REPLACE(REPLACE({text}, '/', '-'), '.', '-')"
    month, day, year = (
        f"SUBSTRING_INDEX({rest}, '-', 1)",
        f"SUBSTRING_INDEX(SUBSTRING_INDEX({rest}, '-', 2), '-', -1)",
        f"SUBSTRING({text}, CHAR_LENGTH(SUBSTRING_INDEX({rest}, '-', 2)) + 2)",
    )
    forms = (
        (_YMD, text),
        (_MDY, f"CONCAT(LEFT({year}, 4), '-', {month}, '-', {day}, SUBSTRING({year}, 5))"),
        (_COMPACT, f"CONCAT(LEFT({text}, 4), '-', SUBSTRING({text}, 5, 2), '-', SUBSTRING({text}, 7))"),
        (_ONLY_YEAR, f"CONCAT({text}, '-01-01')"),
        (_ONLY_CLOCK, f"CONCAT('1900-01-01 ', {text})"),
    )
    cases = [f"WHEN {text} = '' THEN CAST('1900-01-01 00:00:00' AS {target})"]
    for pattern, iso in forms:
        moment = f"CAST({iso} AS DATETIME(6))"
        found = f"CAST({moment} AS {target})"
        wrong = f"{moment} IS NULL" + (f" OR YEAR({moment}) < {EARLIEST}" if spec.dt is DT.DBTIMESTAMP else "")
        lost = "NULL" if attempt else fail
        cases.append(f"WHEN {text} REGEXP '{_doubled(pattern)}' THEN CASE WHEN {wrong} THEN {lost} ELSE {found} END")
    if attempt:
        cases.append(f"WHEN LOWER({text}) REGEXP '{_doubled(_NO_DATE)}' THEN NULL")
    return f"CASE WHEN {{0}} IS NULL THEN NULL {' '.join(cases)} ELSE {fail} END"


def _doubled(pattern: str) -> str:
    """A pattern in a template, where braces are doubled."""
    return pattern.replace("{", "{{").replace("}", "}}")
