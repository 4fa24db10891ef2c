"""The functions of T-SQL that SQLite does not have, with T-SQL's meaning.

Every session registers them under ``tsql_<name>``; translated statements call them. Dates come
and go as the texts in which they are stored (``sqlite_values``). An error in a function is an
error of the statement.
"""

from __future__ import annotations

import calendar
import datetime as dtm
import getpass
import hashlib
import math
import random
import socket
import sqlite3
import uuid
import zlib
from collections.abc import Callable
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import Any

from dtserve.connections.sql.sqlite_cast import cast_value
from dtserve.connections.sql.sqlite_texts import (
    as_number,
    as_text,
    charindex_text,
    decimal_text,
    isnumeric_text,
    like_text,
    patindex_text,
    quotename_text,
    replace_text,
    stuff_text,
    substring_text,
)
from dtserve.connections.sql.tsql_dates import format_style, parse_moment, shift, steps, take_part

__all__ = ["register"]


def _moment(value: Any) -> dtm.datetime:
    moment = parse_moment(value) if isinstance(value, str) else None
    if isinstance(value, int | float):
        moment = dtm.datetime(1900, 1, 1) + dtm.timedelta(days=value)
    if moment is None:
        raise ValueError(f"Conversion failed when converting date and/or time from {value!r}.")
    return moment


def _stored(moment: dtm.datetime, like: Any = None) -> str:
    """A moment as stored; a date stays a date when ``like`` was one."""
    whole = isinstance(like, str) and len(like.strip()) == 10 and moment.time() == dtm.time()
    return moment.date().isoformat() if whole else moment.isoformat(" ")


def _now(digits: int = 3, utc: bool = False) -> str:
    now = dtm.datetime.now(dtm.UTC).replace(tzinfo=None) if utc else dtm.datetime.now()
    unit = 10 ** (6 - digits)
    return now.replace(microsecond=now.microsecond // unit * unit).isoformat(" ")


def _offset_now() -> str:
    return dtm.datetime.now().astimezone().isoformat(" ")


def _dateadd(part: str, number: Any, value: Any) -> str:
    return _stored(shift(part, int(number), _moment(value)), value if part in _DAY_PARTS else None)


_DAY_PARTS = ("year", "quarter", "month", "dayofyear", "day", "week", "weekday")


def _datediff(part: str, start: Any, end: Any) -> int:
    return steps(part, _moment(start), _moment(end))


def _datename(part: str, value: Any) -> str:
    moment = _moment(value)
    if part == "month":
        return calendar.month_name[moment.month]
    if part == "weekday":
        return calendar.day_name[moment.weekday()]
    return str(take_part(part, moment))


def _eomonth(value: Any, months: Any = 0) -> str:
    moment = shift("month", int(months or 0), _moment(value).replace(day=1))
    return moment.date().replace(day=calendar.monthrange(moment.year, moment.month)[1]).isoformat()


def _trunc(part: str, value: Any) -> str:
    moment = _moment(value)
    zeros = {"month": 1, "day": 1, "hour": 0, "minute": 0, "second": 0, "microsecond": 0}
    order = ["year", "month", "day", "hour", "minute", "second"]
    if part not in order:
        raise ValueError(f"DATETRUNC does not take {part}")
    kept = order[: order.index(part) + 1]
    return _stored(moment.replace(**{k: v for k, v in zeros.items() if k not in kept}), value)  # type: ignore[arg-type]


def _divisor(value: Any) -> Any:
    number = as_number(value)
    if number == 0:
        raise ZeroDivisionError("Divide by zero error encountered.")
    return number


def _div(one: Any, other: Any) -> int:
    number, divisor = int(as_number(one)), int(_divisor(other))
    result = abs(number) // abs(divisor)
    return result if (number < 0) == (divisor < 0) else -result


def _mod(one: Any, other: Any) -> Any:
    number, divisor = as_number(one), _divisor(other)
    if isinstance(number, int) and isinstance(divisor, int):
        return int(math.fmod(number, divisor)) if abs(number) < 2**52 else number - divisor * _div(number, divisor)
    return float(Decimal(format(number, ".15g")) % Decimal(format(divisor, ".15g")))


def _add(one: Any, other: Any) -> Any:
    if isinstance(one, str) and isinstance(other, str):
        return one + other
    return as_number(one) + as_number(other)


def _str(value: Any, length: Any = 10, digits: Any = 0) -> str:
    number = Decimal(format(float(as_number(value)), ".17g"))
    text = format(number.quantize(Decimal(1).scaleb(-int(digits)), ROUND_HALF_UP), "f")
    return text.rjust(int(length)) if len(text) <= int(length) else "*" * int(length)


def _round(value: Any, digits: Any, cut: Any = 0) -> Any:
    number = Decimal(as_text(as_number(value)))
    rounded = number.quantize(Decimal(1).scaleb(-int(digits)), ROUND_DOWN if int(cut) else ROUND_HALF_UP)
    return int(rounded) if isinstance(value, int) else float(rounded)


def _each(text: str, change: Callable[[str], str]) -> str:
    """A text letter by letter: one that would become two (``ß``) stays, as in T-SQL."""
    changed = change(text)
    if len(changed) == len(text):
        return changed
    return "".join(letter if len(other := change(letter)) != 1 else other for letter in text)


def _hashbytes(algorithm: Any, value: Any) -> bytes:
    names = {"MD5": "md5", "SHA": "sha1", "SHA1": "sha1", "SHA2_256": "sha256", "SHA2_512": "sha512"}
    name = names.get(str(algorithm).upper())
    if name is None:
        raise ValueError(f"HASHBYTES does not take {algorithm}")
    data = value if isinstance(value, bytes) else as_text(value).encode("cp1252", "replace")
    return hashlib.new(name, data, usedforsecurity=False).digest()


def _datefromparts(*parts: Any) -> str:
    return dtm.date(*(int(part) for part in parts)).isoformat()


def _datetimefromparts(*parts: Any) -> str:
    year, month, day, hour, minute, second, milli = (int(part) for part in parts)
    return dtm.datetime(year, month, day, hour, minute, second, milli * 1000).isoformat(" ")


def _format(value: Any, pattern: Any, culture: Any = "en-US") -> str:
    return format_style(_moment(value) if isinstance(value, str) else value, str(pattern))


def _power(base: Any, exponent: Any) -> Any:
    result = float(as_number(base)) ** float(as_number(exponent))
    return int(result) if isinstance(base, int) else result


_FIXED: dict[str, tuple[int, Callable[..., Any]]] = {
    "getdate": (0, _now), "sysdatetime": (0, lambda: _now(6)), "getutcdate": (0, lambda: _now(3, True)),
    "sysutcdatetime": (0, lambda: _now(6, True)), "sysdatetimeoffset": (0, _offset_now),
    "newid": (0, lambda: str(uuid.uuid4()).upper()), "pi": (0, lambda: math.pi),
    "suser_sname": (0, getpass.getuser), "host_name": (0, socket.gethostname),
}  # fmt: skip
_NULLABLE: dict[str, tuple[int, Callable[..., Any]]] = {
    "dateadd": (3, _dateadd), "datediff": (3, _datediff), "datepart": (2, lambda p, v: take_part(p, _moment(v))),
    "datename": (2, _datename), "datetrunc": (2, _trunc), "year": (1, lambda v: _moment(v).year),
    "month": (1, lambda v: _moment(v).month), "day": (1, lambda v: _moment(v).day), "eomonth": (-1, _eomonth),
    "datefromparts": (3, _datefromparts), "datetimefromparts": (7, _datetimefromparts),
    "len": (1, lambda v: len(as_text(v).rstrip(" "))),
    "datalength": (1, lambda v: len(v) if isinstance(v, bytes) else len(as_text(v))),
    "left": (2, lambda v, n: as_text(v)[: int(n)]), "right": (2, lambda v, n: as_text(v)[-int(n) :] if int(n) else ""),
    "substring": (3, substring_text), "charindex": (-1, charindex_text), "patindex": (2, patindex_text),
    "replace": (3, replace_text), "translate": (3, lambda v, a, b: as_text(v).translate(str.maketrans(a, b))),
    "ltrim": (1, lambda v: as_text(v).lstrip(" ")), "rtrim": (1, lambda v: as_text(v).rstrip(" ")),
    "trim": (1, lambda v: as_text(v).strip(" ")), "upper": (1, lambda v: _each(as_text(v), str.upper)),
    "lower": (1, lambda v: _each(as_text(v), str.lower)), "reverse": (1, lambda v: as_text(v)[::-1]),
    "replicate": (2, lambda v, n: as_text(v) * int(n) if int(n) >= 0 else None), "space": (1, lambda n: " " * int(n)),
    "ascii": (1, lambda v: as_text(v)[:1].encode("cp1252", "replace")[0] if v else None),
    "char": (1, lambda n: bytes([int(n)]).decode("cp1252", "replace") if 0 <= int(n) < 256 else None),
    "nchar": (1, lambda n: chr(int(n))), "unicode": (1, lambda v: ord(as_text(v)[0]) if v else None),
    "str": (-1, _str), "quotename": (-1, quotename_text), "format": (-1, _format), "ceiling": (1, lambda v: math.ceil(as_number(v))),
    "floor": (1, lambda v: math.floor(as_number(v))), "round": (-1, _round), "power": (2, _power),
    "decimal_text": (2, decimal_text), "sqrt": (1, lambda v: math.sqrt(as_number(v))), "square": (1, lambda v: float(as_number(v)) ** 2),
    "exp": (1, lambda v: math.exp(as_number(v))), "log": (-1, lambda v, b=math.e: math.log(as_number(v), b)),
    "log10": (1, lambda v: math.log10(as_number(v))), "sign": (1, lambda v: (v > 0) - (v < 0)),
    "rand": (-1, lambda *seed: random.random()), "hashbytes": (2, _hashbytes), "div": (2, _div),
    "divide": (2, lambda a, b: float(as_number(a)) / float(_divisor(b))), "mod": (2, _mod), "add": (2, _add),
    "number": (1, as_number), "like": (2, like_text), "sin": (1, math.sin), "cos": (1, math.cos), "tan": (1, math.tan),
    "cot": (1, lambda v: 1 / math.tan(v)), "asin": (1, math.asin), "acos": (1, math.acos), "atan": (1, math.atan),
    "atn2": (2, math.atan2), "degrees": (1, math.degrees), "radians": (1, math.radians),
}  # fmt: skip


def _null_in_null_out(function: Callable[..., Any]) -> Callable[..., Any]:
    def call(*arguments: Any) -> Any:
        return None if None in arguments else function(*arguments)

    return call


def _sql_errors(function: Callable[..., Any], remember: Callable[[str], None]) -> Callable[..., Any]:
    """SQLite tells only that a function failed; ``remember`` gets the reason."""

    def call(*arguments: Any) -> Any:
        try:
            return function(*arguments)
        except Exception as error:
            remember(str(error))
            raise

    return call


class _Spread:
    """STDEV, STDEVP, VAR, VARP."""

    population = False
    root = True

    def __init__(self) -> None:
        self.values: list[float] = []

    def step(self, value: Any) -> None:
        """One more row."""
        if value is not None:
            self.values.append(float(value))

    def finalize(self) -> float | None:
        """The figure; NULL for too few rows."""
        count = len(self.values) - (0 if self.population else 1)
        if count < 1:
            return None
        mean = math.fsum(self.values) / len(self.values)
        variance = math.fsum((value - mean) ** 2 for value in self.values) / count
        return math.sqrt(variance) if self.root else variance


_SPREADS: dict[str, type[_Spread]] = {
    "stdev": _Spread,
    "stdevp": type("StdevP", (_Spread,), {"population": True}),
    "var": type("Var", (_Spread,), {"root": False}),
    "varp": type("VarP", (_Spread,), {"root": False, "population": True}),
}


def register(connection: sqlite3.Connection, database: str, remember: Callable[[str], None]) -> None:
    """Add every function to a connection."""
    for name, (count, function) in _FIXED.items():
        connection.create_function(f"tsql_{name}", count, _sql_errors(function, remember))
    for name, (count, function) in _NULLABLE.items():
        guarded = _sql_errors(_null_in_null_out(function), remember)
        connection.create_function(f"tsql_{name}", count, guarded, deterministic=name != "rand")
    plain: dict[str, tuple[int, Callable[..., Any]]] = {
        "concat": (-1, lambda *parts: "".join(as_text(part) for part in parts if part is not None)),
        "concat_ws": (-1, lambda sign, *parts: as_text(sign or "").join(as_text(p) for p in parts if p is not None)),
        "choose": (-1, lambda at, *parts: parts[int(at) - 1] if at is not None and 0 < int(at) <= len(parts) else None),
        "isnumeric": (1, lambda value: 0 if value is None else isnumeric_text(value)),
        "isdate": (1, lambda value: int(isinstance(value, str) and parse_moment(value) is not None)),
        "stuff": (4, lambda v, at, size, other: None if None in (v, at, size) else stuff_text(v, at, size, other)),
        "db_name": (0, lambda: database),
        "schema_id": (
            -1,
            lambda *name: 1 if not name or str(name[0]).lower() == "dbo" else zlib.crc32(str(name[0]).lower().encode()),
        ),
        "schema_name": (-1, lambda *number: "dbo"),
        "cast": (7, cast_value),
    }
    for name, (count, function) in plain.items():
        connection.create_function(f"tsql_{name}", count, _sql_errors(function, remember))
    for name, spread in _SPREADS.items():
        connection.create_aggregate(f"tsql_{name}", 1, spread)  # type: ignore[arg-type]
