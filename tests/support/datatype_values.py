"""Types with lengths, and strategies for their values, texts and columns."""

from __future__ import annotations

import datetime as dt
import string
from decimal import Decimal

from hypothesis import strategies as st

from dtserve.datatypes import DT, TypeSpec

SPECS: list[TypeSpec] = [
    *(TypeSpec(kind) for kind in (DT.I1, DT.I2, DT.I4, DT.I8, DT.UI1, DT.UI2, DT.UI4, DT.UI8)),
    *(TypeSpec(kind) for kind in (DT.R4, DT.R8, DT.BOOL, DT.CY, DT.GUID, DT.DBDATE, DT.DBTIME, DT.DATE, DT.FILETIME)),
    TypeSpec(DT.DBTIMESTAMP),
    TypeSpec(DT.DECIMAL, scale=0),
    TypeSpec(DT.DECIMAL, scale=6),
    TypeSpec(DT.DECIMAL, scale=28),
    TypeSpec(DT.NUMERIC, precision=5, scale=2),
    TypeSpec(DT.NUMERIC, precision=18, scale=4),
    TypeSpec(DT.NUMERIC, precision=38, scale=0),
    TypeSpec(DT.NUMERIC, precision=38, scale=20),
    TypeSpec(DT.NUMERIC, precision=38, scale=38),
    TypeSpec(DT.STR, length=5, code_page=1252),
    TypeSpec(DT.STR, length=40, code_page=65001),
    TypeSpec(DT.STR, length=7, code_page=932),
    TypeSpec(DT.STR, length=30, code_page=1251),
    TypeSpec(DT.WSTR, length=6),
    TypeSpec(DT.WSTR, length=60),
    TypeSpec(DT.TEXT, code_page=1252),
    TypeSpec(DT.NTEXT),
    TypeSpec(DT.BYTES, length=4),
    TypeSpec(DT.BYTES, length=16),
    TypeSpec(DT.IMAGE),
    *(TypeSpec(DT.DBTIME2, scale=scale) for scale in (0, 3, 7)),
    *(TypeSpec(DT.DBTIMESTAMP2, scale=scale) for scale in (0, 4, 7)),
    *(TypeSpec(DT.DBTIMESTAMPOFFSET, scale=scale) for scale in (0, 7)),
]

_ODD = "\0\t\r\n '\"\u00a0\u202fßéЖ中ｱ😀\ufffdİ１€\x81"
_moments = st.datetimes(dt.datetime(100, 1, 1), dt.datetime(9999, 12, 31, 23, 59, 59, 999999)) | st.sampled_from(
    [
        dt.datetime(1899, 12, 30),
        dt.datetime(1899, 12, 30, 12, 30),
        dt.datetime(2004, 3, 11, 10, 1, 36, 827000),
        dt.datetime(9999, 12, 31, 23, 59, 59, 999999),
        dt.datetime(1752, 12, 31),
        dt.datetime(1899, 12, 29, 6),
        dt.datetime(2024, 2, 29),
    ]
)


def _unscaled(low: int, high: int, scale: int) -> st.SearchStrategy[Decimal]:
    whole = st.integers(low, high) | st.sampled_from([0, 1, -1, low, high, 5 * 10 ** max(scale - 1, 0)])
    return whole.filter(lambda n: low <= n <= high).map(
        lambda n: Decimal((int(n < 0), tuple(map(int, str(abs(n)))), -scale))
    )


def values(spec: TypeSpec) -> st.SearchStrategy[object]:
    """Values of a type in their scalar forms, limits among them."""
    family = spec.family
    if family == "int":
        low, high = spec.info.low, spec.info.high
        return st.integers(low, high) | st.sampled_from([low, high, 0, 1])
    if spec.dt is DT.R4:
        return st.floats(width=32) | st.sampled_from([0.0, 1.5, -2.5, 0.1015625, 16777216.0, 2.0**-17])
    if spec.dt is DT.R8:
        money = st.integers(-(10**9), 10**9).map(lambda n: n / 100)
        return (
            st.floats() | money | st.sampled_from([19.99, 0.1 + 0.2, 2.0**63, -(2.0**63), 1e15, 2.5, 3.5, 12.3456789])
        )
    if family == "bool":
        return st.booleans()
    if spec.dt is DT.CY:
        return _unscaled(-(2**63), 2**63 - 1, 4)
    if spec.dt is DT.DECIMAL:
        return _unscaled(1 - 2**96, 2**96 - 1, spec.scale)
    if spec.dt is DT.NUMERIC:
        return _unscaled(1 - 10**spec.precision, 10**spec.precision - 1, spec.scale)
    if family == "guid":
        return st.uuids().map(lambda u: "{" + str(u).upper() + "}")
    if family == "binary":
        return st.binary(max_size=spec.length or 40) | st.binary(min_size=16, max_size=16).filter(
            lambda data: not spec.length or len(data) <= spec.length
        )
    if family == "text":
        return texts()
    return _datetimes(spec)


def _datetimes(spec: TypeSpec) -> st.SearchStrategy[object]:
    if spec.dt is DT.DBDATE:
        return st.dates()
    digits = {DT.DBTIME: 0, DT.DBTIMESTAMP: 3, DT.FILETIME: 3, DT.DATE: 3}.get(spec.dt, min(spec.scale, 6))
    unit = 10 ** (6 - digits)

    def cut(value):
        return value.replace(microsecond=value.microsecond // unit * unit, fold=0)

    if spec.dt in (DT.DBTIME, DT.DBTIME2):
        return st.times().map(cut)
    moments = _moments.map(cut)
    if spec.dt is DT.FILETIME:
        return moments.filter(lambda value: value.year >= 1601)
    if spec.dt is DT.DBTIMESTAMPOFFSET:
        zones = st.integers(-840, 840).map(lambda minutes: dt.timezone(dt.timedelta(minutes=minutes)))
        return st.tuples(moments.filter(lambda v: 101 < v.year < 9999), zones).map(lambda p: p[0].replace(tzinfo=p[1]))
    return moments


def texts() -> st.SearchStrategy[str]:
    """Texts near the forms of values, and odd ones."""
    numbers = st.text("0123456789+-.,eE ()$&H\t", max_size=12)
    exact = st.decimals(allow_nan=False, allow_infinity=False).map(str) | st.integers().map(str) | st.floats().map(repr)
    dates = st.datetimes().flatmap(lambda value: st.sampled_from(_date_texts(value)))
    near_dates = st.text("0123456789/-.: APMT", max_size=20)
    words = st.sampled_from(
        [
            "True",
            "false",
            "#TRUE#",
            "NaN",
            "inf",
            "",
            " ",
            "\t",
            "nan",
            "-",
            ".",
            "5.",
            ".5",
            "1e5",
            "1e-5",
            "1E400",
            "{6F9619FF-8B86-D011-B42D-00C04FC964FF}",
            "6F9619FF-8B86-D011-B42D-00C04FC964FF",
            "0x1F",
            "1_000",
            "00ff",
            "2024-02-30",
            "0000-01-01",
            "20240102",
            "1,234.5",
            "1.234,5",
            "(5)",
            "5-",
            "99999999999999999999",
            "١",
        ]
    )
    odd = st.text(st.sampled_from(string.ascii_letters[:4] + _ODD), max_size=10)
    return numbers | exact | dates | near_dates | words | odd


def _date_texts(value: dt.datetime) -> list[str]:
    clock = f"{value:%H:%M:%S}"
    iso = f"{value.year:04}-{value.month:02}-{value.day:02}"
    return [
        iso,
        f"{iso} {clock}",
        f"{iso} {clock}.{value.microsecond:06}",
        f"{iso} {clock}.{value.microsecond:06}000",
        f"{iso} {clock}.{value.microsecond:06}7",
        f"{iso} {clock[:5]}",
        f"{iso}T{clock}",
        f"{iso} {clock} +05:30",
        iso.replace("-", ""),
        iso.replace("-", "") + "T" + clock.replace(":", ""),
        f"{value.month}/{value.day}/{value.year}",
        f"{value.day}/{value.month}/{value.year}",
        f"{value.day:02}.{value.month:02}.{value.year:04} {clock}",
        f"{value.day}-{value.month}-{value.year}",
        f"{value.day:02}-{value.month:02}-{value.year} {clock}.{value.microsecond:06}",
        f"{value.month:02}/{value.day:02}/{value.year} {clock}.{value.microsecond // 1000:03}",
        f"{value.year:04}/{value.month:02}/{value.day:02} {clock}.{value.microsecond:06}7",
        f"{value.day}.{value.month}.{value.year} {clock}.0",
        f"{value.year:04}/{value.month:02}/{value.day:02} {value.hour}:{value.minute:02}",
        f"{value.month}/{value.day}/{value.year} {value.hour % 12 or 12}:{value:%M:%S} {'PM' if value.hour > 11 else 'AM'}",
        f"{value.month}/{value.day}/{value.year % 100:02}",
        f"{value:%d %b} {value.year:04}",
        clock,
        clock + ".5",
        clock[:5],
    ]
