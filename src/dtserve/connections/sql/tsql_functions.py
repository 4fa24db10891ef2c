"""T-SQL functions: their result type, and how each database says them.

One row per function. ``{0}`` … are arguments (already translated), ``{*}`` all of them, ``{part}``
the date part. SQLite gets a function of the same meaning written in Python (``tsql_<name>`` in
``sqlite_functions``) unless the row has a native form. A function without a form for a
database is a coded error; a name that is not in the table is passed on as it is (a function
of the database itself), and the database says whether it knows it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dtserve.connections.sql.tsql_types import BOOL, I4, I8, MOMENT, common, varchar, wide
from dtserve.datatypes import DT, TypeSpec

__all__ = ["CLOCK_PARTS", "DATE_PARTS", "FUNCTIONS", "NO_PAREN", "TEXT_ARGUMENTS", "Function"]

Types = Sequence[TypeSpec | None]
Rule = Callable[[Types], TypeSpec | None]


@dataclass(frozen=True, slots=True)
class Function:
    """``low`` to ``high`` arguments (high -1: any); an empty form means there is none, ``=`` the same name."""

    rule: Rule
    low: int
    high: int
    postgres: str = ""
    mysql: str = ""
    sqlite: str = "udf"
    part: bool = False
    aggregate: bool = False


def _is(spec: TypeSpec) -> Rule:
    return lambda types: spec


def _first(types: Types) -> TypeSpec | None:
    return types[0] if types else None


def _text(types: Types) -> TypeSpec | None:
    first = types[0] if types else None
    return first if first is not None and first.family == "text" else wide(4000)


def _joined(types: Types) -> TypeSpec | None:
    unicode = any(spec is None or spec.dt in (DT.WSTR, DT.NTEXT) for spec in types)
    length = sum(spec.length or 40 if spec is not None and spec.family == "text" else 40 for spec in types)
    blob = any(spec is not None and spec.info.blob for spec in types)
    return TypeSpec(DT.NTEXT) if blob else (wide(min(length, 4000)) if unicode else varchar(min(length, 8000)))


def _sum(types: Types) -> TypeSpec | None:
    first = types[0] if types else None
    if first is None:
        return None
    if first.dt is DT.NUMERIC:
        return first.with_(precision=38)
    if first.family == "int":
        return I8 if first.dt is DT.I8 else I4
    return first if first.dt is DT.CY else TypeSpec(DT.R8)


def _average(types: Types) -> TypeSpec | None:
    first = types[0] if types else None
    if first is not None and first.dt is DT.NUMERIC:
        return TypeSpec(DT.NUMERIC, precision=38, scale=max(first.scale, 6))
    return _sum(types)


def _number(types: Types) -> TypeSpec | None:
    first = types[0] if types else None
    return first if first is not None and first.family in ("int", "decimal") else TypeSpec(DT.R8)


def _power(types: Types) -> TypeSpec | None:
    first = types[0] if types else None
    if first is not None and first.dt is DT.NUMERIC:
        return first.with_(precision=38)
    return _number(types)


def _rounded(types: Types) -> TypeSpec | None:
    first = types[0] if types else None
    if first is not None and first.dt is DT.NUMERIC:
        return first.with_(precision=min(first.precision + 1, 38))
    return _number(types)


def _moment(types: Types) -> TypeSpec | None:
    last = types[-1] if types else None
    return last if last is not None and last.family == "datetime" else MOMENT


_R8 = _is(TypeSpec(DT.R8))
_N = _is(I4)
_W = _is(wide(4000))
_M = _is(MOMENT)
_M2 = _is(TypeSpec(DT.DBTIMESTAMP2, scale=7))
_DATE = _is(TypeSpec(DT.DBDATE))
_GUID = _is(TypeSpec(DT.GUID))

_PG_NOW = "CAST(statement_timestamp() AS TIMESTAMP(3))"
_PG_DIFF_MONTHS = "((EXTRACT(YEAR FROM CAST({1} AS TIMESTAMP)) * 12 + EXTRACT(MONTH FROM CAST({1} AS TIMESTAMP))) - (EXTRACT(YEAR FROM CAST({0} AS TIMESTAMP)) * 12 + EXTRACT(MONTH FROM CAST({0} AS TIMESTAMP))))"
_PG_LEN = "CHAR_LENGTH(RTRIM(CAST({0} AS TEXT), ' '))"

FUNCTIONS: dict[str, Function] = {
    "GETDATE": Function(_M, 0, 0, _PG_NOW, "NOW(3)"),
    "CURRENT_TIMESTAMP": Function(_M, 0, 0, _PG_NOW, "NOW(3)", "tsql_getdate()"),
    "SYSDATETIME": Function(_M2, 0, 0, "CAST(statement_timestamp() AS TIMESTAMP)", "NOW(6)"),
    "GETUTCDATE": Function(_M, 0, 0, "CAST(statement_timestamp() AT TIME ZONE 'UTC' AS TIMESTAMP(3))", "UTC_TIMESTAMP(3)"),
    "SYSUTCDATETIME": Function(_M2, 0, 0, "(statement_timestamp() AT TIME ZONE 'UTC')", "UTC_TIMESTAMP(6)"),
    "SYSDATETIMEOFFSET": Function(_is(TypeSpec(DT.DBTIMESTAMPOFFSET, scale=7)), 0, 0, "statement_timestamp()"),
    "DATEADD": Function(_moment, 3, 3, "dateadd", "dateadd", part=True),
    "DATEDIFF": Function(_N, 3, 3, "datediff", "datediff", part=True),
    "DATEDIFF_BIG": Function(_is(I8), 3, 3, "datediff", "datediff", part=True, sqlite="tsql_datediff({part}, {1}, {2})"),
    "DATEPART": Function(_N, 2, 2, "datepart", "datepart", part=True),
    "DATENAME": Function(_W, 2, 2, "datename", "datename", part=True),
    "DATETRUNC": Function(_moment, 2, 2, "date_trunc({part}, CAST({1} AS TIMESTAMP))", part=True),
    "YEAR": Function(_N, 1, 1, "CAST(EXTRACT(YEAR FROM CAST({0} AS TIMESTAMP)) AS INT)", "YEAR({0})"),
    "MONTH": Function(_N, 1, 1, "CAST(EXTRACT(MONTH FROM CAST({0} AS TIMESTAMP)) AS INT)", "MONTH({0})"),
    "DAY": Function(_N, 1, 1, "CAST(EXTRACT(DAY FROM CAST({0} AS TIMESTAMP)) AS INT)", "DAYOFMONTH({0})"),
    "EOMONTH": Function(_DATE, 1, 2, "CAST(date_trunc('month', CAST({0} AS TIMESTAMP)) + (COALESCE({1:0}, 0) + 1) * INTERVAL '1 month' - INTERVAL '1 day' AS DATE)", "LAST_DAY(DATE_ADD({0}, INTERVAL {1:0} MONTH))"),
    "DATEFROMPARTS": Function(_DATE, 3, 3, "make_date({0}, {1}, {2})", "STR_TO_DATE(CONCAT({0}, '-', {1}, '-', {2}), '%Y-%m-%d')"),
    "DATETIMEFROMPARTS": Function(_M, 7, 7, "make_timestamp({0}, {1}, {2}, {3}, {4}, {5} + {6} / 1000.0)"),
    "ISDATE": Function(_N, 1, 1),
    "LEN": Function(_N, 1, 1, _PG_LEN, "CHAR_LENGTH(RTRIM({0}))"),
    "DATALENGTH": Function(_N, 1, 1, "OCTET_LENGTH(CAST({0} AS TEXT))", "LENGTH({0})"),
    "LEFT": Function(_text, 2, 2, "LEFT(CAST({0} AS TEXT), {1})", "LEFT({0}, {1})"),
    "RIGHT": Function(_text, 2, 2, "RIGHT(CAST({0} AS TEXT), {1})", "RIGHT({0}, {1})"),
    "SUBSTRING": Function(_text, 3, 3, "SUBSTRING(CAST({0} AS TEXT) FROM {1} FOR {2})", "substring"),
    "CHARINDEX": Function(_N, 2, 3, "charindex", "LOCATE({*})"),
    "PATINDEX": Function(_N, 2, 2),
    "REPLACE": Function(_text, 3, 3, "replace", "replace"),
    "STUFF": Function(_text, 4, 4, "CASE WHEN {1} BETWEEN 1 AND CHAR_LENGTH(CAST({0} AS TEXT)) AND {2} >= 0 THEN OVERLAY(CAST({0} AS TEXT) PLACING COALESCE({3}, '') FROM {1} FOR {2}) END", "CASE WHEN {1} BETWEEN 1 AND CHAR_LENGTH({0}) AND {2} >= 0 THEN INSERT({0}, {1}, {2}, COALESCE({3}, '')) END"),
    "TRANSLATE": Function(_text, 3, 3, "="),
    "LTRIM": Function(_text, 1, 1, "LTRIM(CAST({0} AS TEXT), ' ')", "="),
    "RTRIM": Function(_text, 1, 1, "RTRIM(CAST({0} AS TEXT), ' ')", "="),
    "TRIM": Function(_text, 1, 1, "BTRIM(CAST({0} AS TEXT), ' ')", "="),
    "UPPER": Function(_text, 1, 1, "UPPER(CAST({0} AS TEXT))", "="),
    "LOWER": Function(_text, 1, 1, "LOWER(CAST({0} AS TEXT))", "="),
    "REVERSE": Function(_text, 1, 1, "REVERSE(CAST({0} AS TEXT))", "="),
    "REPLICATE": Function(_text, 2, 2, "REPEAT(CAST({0} AS TEXT), {1})", "REPEAT({0}, {1})"),
    "SPACE": Function(_W, 1, 1, "REPEAT(' ', {0})", "="),
    "CONCAT": Function(_joined, 1, -1, "=", "concat"),
    "CONCAT_WS": Function(_joined, 2, -1, "=", "="),
    "ASCII": Function(_N, 1, 1, "NULLIF(ASCII(CAST({0} AS TEXT)), 0)", "NULLIF(ASCII({0}), 0)"),
    "CHAR": Function(_is(varchar(1)), 1, 1, "CHR({0})", "CHAR({0} USING utf8mb4)"),
    "NCHAR": Function(_is(wide(1)), 1, 1, "CHR({0})", "CHAR({0} USING utf32)"),
    "UNICODE": Function(_N, 1, 1, "NULLIF(ASCII(CAST({0} AS TEXT)), 0)", "NULLIF(ORD(CONVERT({0} USING utf32)), 0)"),
    "STR": Function(_is(varchar(10)), 1, 3, "LPAD(CAST(ROUND(CAST({0} AS NUMERIC), {2:0}) AS TEXT), {1:10}, ' ')", "LPAD(ROUND({0}, {2:0}), {1:10}, ' ')"),
    "QUOTENAME": Function(_is(wide(258)), 1, 1, "('[' || REPLACE({0}, ']', ']]') || ']')", "CONCAT('[', REPLACE({0}, ']', ']]'), ']')"),
    "FORMAT": Function(_W, 2, 3),
    "STRING_AGG": Function(_W, 2, 2, "=", "GROUP_CONCAT({0} SEPARATOR {1})", "group_concat({0}, {1})", aggregate=True),
    "ABS": Function(_number, 1, 1, "=", "=", "abs({0})"),
    "CEILING": Function(_number, 1, 1, "=", "="),
    "FLOOR": Function(_number, 1, 1, "=", "="),
    "ROUND": Function(_rounded, 2, 3, "round", "round"),
    "POWER": Function(_power, 2, 2, "=", "power"),
    "SQRT": Function(_R8, 1, 1, "SQRT(CAST({0} AS DOUBLE PRECISION))", "="),
    "SQUARE": Function(_R8, 1, 1, "POWER(CAST({0} AS DOUBLE PRECISION), 2)", "POWER({0}, 2)"),
    "EXP": Function(_R8, 1, 1, "EXP(CAST({0} AS DOUBLE PRECISION))", "="),
    "LOG": Function(_R8, 1, 2, "log", "log"),
    "LOG10": Function(_R8, 1, 1, "LOG(CAST({0} AS DOUBLE PRECISION))", "="),
    "SIGN": Function(_number, 1, 1, "=", "="),
    "PI": Function(_R8, 0, 0, "=", "="),
    "RAND": Function(_R8, 0, 1, "RANDOM()", "RAND()"),
    "ISNULL": Function(_first, 2, 2, "COALESCE({0}, {1})", "COALESCE({0}, {1})", "coalesce({0}, {1})"),
    "COALESCE": Function(common, 1, -1, "=", "=", "coalesce({*})"),
    "NULLIF": Function(_first, 2, 2, "=", "=", "nullif"),
    "IIF": Function(lambda types: common(types[1:]), 3, 3, "CASE WHEN {0} THEN {1} ELSE {2} END", "CASE WHEN {0} THEN {1} ELSE {2} END", "CASE WHEN {0} THEN {1} ELSE {2} END"),
    "CHOOSE": Function(lambda types: common(types[1:]), 2, -1, "(ARRAY[{1:}])[{0}]", "ELT({*})"),
    "ISNUMERIC": Function(_N, 1, 1, "CASE WHEN CAST({0} AS TEXT) ~ '^\\s*[-+]?[$]?([0-9][0-9,]*\\.?[0-9]*|\\.[0-9]+)([eE][-+]?[0-9]+)?\\s*$' THEN 1 ELSE 0 END", "CASE WHEN {0} REGEXP '^[[:space:]]*[-+]?[$]?([0-9][0-9,]*[.]?[0-9]*|[.][0-9]+)([eE][-+]?[0-9]+)?[[:space:]]*$' THEN 1 ELSE 0 END"),
    "NEWID": Function(_GUID, 0, 0, "gen_random_uuid()", "UUID()"),
    "NEWSEQUENTIALID": Function(_GUID, 0, 0, "gen_random_uuid()", "UUID()", "tsql_newid()"),
    "HASHBYTES": Function(_is(TypeSpec(DT.BYTES, length=8000)), 2, 2, "hashbytes", "hashbytes"),
    "SUSER_SNAME": Function(_is(wide(128)), 0, 0, "CAST(session_user AS TEXT)", "CURRENT_USER()"),
    "SUSER_NAME": Function(_is(wide(128)), 0, 0, "CAST(session_user AS TEXT)", "CURRENT_USER()", "tsql_suser_sname()"),
    "ORIGINAL_LOGIN": Function(_is(wide(128)), 0, 0, "CAST(session_user AS TEXT)", "CURRENT_USER()", "tsql_suser_sname()"),
    "SYSTEM_USER": Function(_is(wide(128)), 0, 0, "CAST(session_user AS TEXT)", "CURRENT_USER()", "tsql_suser_sname()"),
    "CURRENT_USER": Function(_is(wide(128)), 0, 0, "CAST(current_user AS TEXT)", "CURRENT_USER()", "tsql_suser_sname()"),
    "SESSION_USER": Function(_is(wide(128)), 0, 0, "CAST(session_user AS TEXT)", "CURRENT_USER()", "tsql_suser_sname()"),
    "USER_NAME": Function(_is(wide(128)), 0, 0, "CAST(current_user AS TEXT)", "CURRENT_USER()", "tsql_suser_sname()"),
    "HOST_NAME": Function(_is(wide(128)), 0, 0, "CAST(inet_client_addr() AS TEXT)", "@@hostname"),
    "APP_NAME": Function(_is(wide(128)), 0, 0, "current_setting('application_name')", "'dtserve'", "'dtserve'"),
    "DB_NAME": Function(_is(wide(128)), 0, 0, "CAST(current_database() AS TEXT)", "DATABASE()", "tsql_db_name()"),
    "SCHEMA_ID": Function(_N, 0, 1, "(SELECT CAST(oid AS BIGINT) FROM pg_catalog.pg_namespace WHERE nspname = CASE {0:'dbo'} WHEN 'dbo' THEN 'public' ELSE {0:'dbo'} END)", "1"),
    "DB_ID": Function(_N, 1, 1, "CASE WHEN LOWER({0}) = LOWER(current_database()) THEN 1 END", "CASE WHEN LOWER({0}) = LOWER(DATABASE()) THEN 1 END", "CASE WHEN LOWER({0}) = LOWER(tsql_db_name()) THEN 1 END"),
    "SCHEMA_NAME": Function(_is(wide(128)), 0, 1, "(SELECT CASE nspname WHEN 'public' THEN 'dbo' ELSE CAST(nspname AS TEXT) END FROM pg_catalog.pg_namespace WHERE CAST(oid AS BIGINT) = {0:2200})", "'dbo'"),
    "OBJECT_ID": Function(_N, 1, 2, "object_id", "object_id", "object_id"),
    "ERROR_MESSAGE": Function(_W, 0, 0, "error_message", "error_message", "error_message"),
    "ERROR_NUMBER": Function(_N, 0, 0, "50000", "50000", "50000"),
    "ERROR_SEVERITY": Function(_N, 0, 0, "16", "16", "16"),
    "ERROR_STATE": Function(_N, 0, 0, "1", "1", "1"),
    "ERROR_LINE": Function(_N, 0, 0, "1", "1", "1"),
    "ERROR_PROCEDURE": Function(_W, 0, 0, "NULL", "NULL", "NULL"),
    "XACT_STATE": Function(_N, 0, 0, "xact_state", "xact_state", "xact_state"),
    "SCOPE_IDENTITY": Function(_is(TypeSpec(DT.NUMERIC, precision=38)), 0, 0, "LASTVAL()", "LAST_INSERT_ID()", "last_insert_rowid()"),
    "COUNT": Function(_N, 1, 1, "=", "=", "count({*})", aggregate=True),
    "COUNT_BIG": Function(_is(I8), 1, 1, "COUNT({*})", "COUNT({*})", "count({*})", aggregate=True),
    "SUM": Function(_sum, 1, 1, "sum", "=", "sum({*})", aggregate=True),
    "AVG": Function(_average, 1, 1, "avg", "avg", "avg", aggregate=True),
    "MIN": Function(_first, 1, 1, "=", "=", "min({*})", aggregate=True),
    "MAX": Function(_first, 1, 1, "=", "=", "max({*})", aggregate=True),
    "STDEV": Function(_R8, 1, 1, "STDDEV_SAMP({*})", "STDDEV_SAMP({*})", aggregate=True),
    "STDEVP": Function(_R8, 1, 1, "STDDEV_POP({*})", "STDDEV_POP({*})", aggregate=True),
    "VAR": Function(_R8, 1, 1, "VAR_SAMP({*})", "VAR_SAMP({*})", aggregate=True),
    "VARP": Function(_R8, 1, 1, "VAR_POP({*})", "VAR_POP({*})", aggregate=True),
    "ROW_NUMBER": Function(_is(I8), 0, 0, "=", "=", "row_number()", aggregate=True),
    "RANK": Function(_is(I8), 0, 0, "=", "=", "rank()", aggregate=True),
    "DENSE_RANK": Function(_is(I8), 0, 0, "=", "=", "dense_rank()", aggregate=True),
    "NTILE": Function(_is(I8), 1, 1, "=", "=", "ntile({*})", aggregate=True),
    "LAG": Function(_first, 1, 3, "=", "=", "lag({*})", aggregate=True),
    "LEAD": Function(_first, 1, 3, "=", "=", "lead({*})", aggregate=True),
    "FIRST_VALUE": Function(_first, 1, 1, "=", "=", "first_value({*})", aggregate=True),
    "LAST_VALUE": Function(_first, 1, 1, "=", "=", "last_value({*})", aggregate=True),
    "PERCENT_RANK": Function(_R8, 0, 0, "=", "=", "percent_rank()", aggregate=True),
    "CUME_DIST": Function(_R8, 0, 0, "=", "=", "cume_dist()", aggregate=True),
    "EXISTS": Function(_is(BOOL), 1, 1, "=", "=", "="),
}  # fmt: skip

for _name in ("SIN", "COS", "TAN", "COT", "ASIN", "ACOS", "ATAN", "DEGREES", "RADIANS"):
    FUNCTIONS[_name] = Function(_R8, 1, 1, f"{_name}(CAST({{0}} AS DOUBLE PRECISION))", "=")
FUNCTIONS["ATN2"] = Function(_R8, 2, 2, "ATAN2({0}, {1})", "ATAN2({0}, {1})")

TEXT_ARGUMENTS: dict[str, tuple[int, ...]] = {
    **dict.fromkeys(["LEN", "LEFT", "RIGHT", "SUBSTRING", "LTRIM", "RTRIM", "TRIM", "UPPER", "LOWER", "REVERSE", "REPLICATE", "ASCII", "UNICODE", "QUOTENAME"], (0,)),
    "CHARINDEX": (0, 1), "PATINDEX": (0, 1), "REPLACE": (0, 1, 2), "STUFF": (0, 3), "TRANSLATE": (0, 1, 2), "STRING_AGG": (0, 1),
    "CONCAT": tuple(range(99)), "CONCAT_WS": tuple(range(99)),
}  # fmt: skip
"""Functions of texts: which arguments are turned into text before, as T-SQL does."""

NO_PAREN = frozenset({"CURRENT_TIMESTAMP", "CURRENT_USER", "SESSION_USER", "SYSTEM_USER"})
"""Functions that T-SQL writes without parentheses, so that they look like columns."""

CLOCK_PARTS = frozenset({"hour", "minute", "second", "millisecond", "microsecond", "nanosecond"})
"""Parts that a date does not have."""

DATE_PARTS: dict[str, str] = {
    alias: name
    for name, aliases in (
        ("year", "year yy yyyy"), ("quarter", "quarter qq q"), ("month", "month mm m"), ("dayofyear", "dayofyear dy y"),
        ("day", "day dd d"), ("week", "week wk ww"), ("weekday", "weekday dw w"), ("hour", "hour hh"),
        ("minute", "minute mi n"), ("second", "second ss s"), ("millisecond", "millisecond ms"),
        ("microsecond", "microsecond mcs"), ("nanosecond", "nanosecond ns"), ("iso_week", "iso_week isowk isoww"),
    )
    for alias in aliases.split()
}  # fmt: skip
"""Every spelling of a date part → its full name."""
