"""Random expressions, mostly well typed, and rows for their columns."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from dtserve.datatypes import TypeSpec
from dtserve.expressions.printer import quote
from support.expression_backends import spec_of

COLUMNS: dict[str, TypeSpec] = {
    name: spec_of(text)
    for name, text in {
        "i1": "DT_I1", "i2": "DT_I2", "i4": "DT_I4", "i8": "DT_I8", "u1": "DT_UI1", "u2": "DT_UI2", "u4": "DT_UI4",
        "u8": "DT_UI8", "r4": "DT_R4", "r8": "DT_R8", "cy": "DT_CY", "dec": "DT_DECIMAL,3", "num": "DT_NUMERIC,12,2",
        "big": "DT_NUMERIC,38,10", "s": "DT_WSTR,20", "c": "DT_STR,10,1252", "b": "DT_BOOL", "d": "DT_DATE",
        "dd": "DT_DBDATE", "dt": "DT_DBTIME", "dt2": "DT_DBTIME2,5", "ts": "DT_DBTIMESTAMP", "ts2": "DT_DBTIMESTAMP2,6",
        "dto": "DT_DBTIMESTAMPOFFSET,6", "g": "DT_GUID", "y": "DT_BYTES,8", "n": "DT_NTEXT", "t": "DT_TEXT,1252",
        "ft": "DT_FILETIME",
    }.items()
}  # fmt: skip
NUMBERS = ("i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "r4", "r8", "cy", "dec", "num", "big")
INTEGERS = NUMBERS[:8]
DATES = ("d", "dd", "ts", "ts2", "dto", "ft", "dt", "dt2")
ALPHABET = "aAbB zZ09-'_.,;éßÄ\U0001f600\t%[]^\\$"
CASTS = (
    "DT_I1", "DT_I2", "DT_I4", "DT_I8", "DT_UI1", "DT_UI2", "DT_UI4", "DT_UI8", "DT_R4", "DT_R8", "DT_CY", "DT_BOOL",
    "DT_DECIMAL,2", "DT_NUMERIC,10,4", "DT_NUMERIC,38,0", "DT_WSTR,5", "DT_WSTR,40", "DT_STR,8,1252", "DT_DATE",
    "DT_DBDATE", "DT_DBTIME", "DT_DBTIME2,3", "DT_DBTIMESTAMP", "DT_DBTIMESTAMP2,2", "DT_DBTIMESTAMPOFFSET,0",
    "DT_GUID", "DT_BYTES,4", "DT_NTEXT", "DT_FILETIME",
)  # fmt: skip
PARTS = ("year", "qq", "Month", "dy", "day", "wk", "dw", "hh", "mi", "SS", "ms")


def _decimals(low: int, high: int, scale: int) -> st.SearchStrategy[Decimal]:
    near = st.sampled_from([low, high, 0, 1, -1, 5 * 10 ** max(0, scale - 1), -(10**scale)])
    return st.one_of(near, st.integers(max(low, -(10**7)), min(high, 10**7)), st.integers(low, high)).map(
        lambda raw: Decimal((int(raw < 0), tuple(int(c) for c in str(abs(raw))), -scale))
    )


_MOMENTS = st.one_of(
    st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)),
    st.sampled_from(
        [datetime(2024, 2, 29, 23, 59, 59), datetime(1899, 12, 30), datetime(1753, 1, 1), datetime(9999, 12, 31)]
    ),
)


def values(spec: TypeSpec) -> st.SearchStrategy[Any]:
    """Values of a type, NULL among them, limits more often than by chance."""
    name = spec.dt.name
    if spec.family == "int":
        low, high = spec.info.low, spec.info.high
        found: st.SearchStrategy[Any] = st.one_of(
            st.sampled_from([low, high, 0, 1]), st.integers(max(low, -20), 20), st.integers(low, high)
        )
    elif spec.family == "float":
        narrow = name == "R4"
        found = st.one_of(
            st.sampled_from([0.0, 1.5, -2.25, 1e30, -1e30])
            if narrow
            else st.sampled_from([0.0, 0.1, -2.5, 1e300, 2.675]),
            st.floats(-1e6, 1e6, width=32 if narrow else 64),
        ).map(lambda number: 0.0 if number == 0 or abs(number) < 1e-30 else number)
        if narrow:
            from dtserve.datatypes.numbers_exact import single

            found = found.map(single)
    elif name == "CY":
        found = _decimals(-(2**63), 2**63 - 1, 4)
    elif name == "DECIMAL":
        found = _decimals(-(2**96) + 1, 2**96 - 1, spec.scale)
    elif name == "NUMERIC":
        found = _decimals(1 - 10**spec.precision, 10**spec.precision - 1, spec.scale)
    elif name in ("STR", "TEXT"):
        found = st.one_of(_texts(ALPHABET.replace("\U0001f600", ""), 10), _NUMBERS_AS_TEXT)
    elif spec.family == "text":
        found = st.one_of(_texts(ALPHABET, 12), _NUMBERS_AS_TEXT)
    elif name == "BOOL":
        found = st.booleans()
    elif name == "GUID":
        found = st.uuids().map(lambda uuid: "{" + str(uuid).upper() + "}")
    elif name == "BYTES":
        found = st.binary(max_size=8)
    else:
        found = _dates(name)
    return st.one_of(st.none(), found) if name else found


def _texts(alphabet: str, size: int) -> st.SearchStrategy[str]:
    return st.text(alphabet, max_size=size)


_NUMBERS_AS_TEXT = st.sampled_from(["12", " -3", "1.5", "2020-01-31", "1/2/2003 4:05", "True", "1e3", "x1"])


def _dates(name: str) -> st.SearchStrategy[Any]:
    if name == "DBDATE":
        return _MOMENTS.map(lambda moment: date(moment.year, moment.month, moment.day))
    if name in ("DBTIME", "DBTIME2"):
        return _MOMENTS.map(
            lambda m: time(m.hour, m.minute, m.second, 0 if name == "DBTIME" else m.microsecond // 10 * 10)
        )
    if name == "DBTIMESTAMPOFFSET":
        zones = st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30)), timezone(-timedelta(hours=3))])
        inner = st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1))
        return st.builds(lambda moment, zone: moment.replace(tzinfo=zone), inner, zones)
    if name in ("DBTIMESTAMP", "DATE", "FILETIME"):
        return _MOMENTS.map(lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000))
    return _MOMENTS


def rows(size: int = 6) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Rows of all columns."""
    return st.lists(
        st.fixed_dictionaries({name: values(spec) for name, spec in COLUMNS.items()}), min_size=1, max_size=size
    )


_OPERATORS = ["+", "-", "*", "/", "%", "&", "|", "^", "==", "!=", "<", ">", "<=", ">=", "&&", "||"]
_LITERALS = ["0", "1", "-1", "3", "12L", "2U", "1.5", "0.05", ".25", "2.5E0", "1.25E1F"]


@st.composite
def expression_texts(draw: st.DrawFn, depth: int = 3) -> str:
    """Expressions over :data:`COLUMNS`; most are well typed, the others must be refused with a code."""
    kind = draw(st.sampled_from(["number", "integer", "text", "boolean", "date", "any", "any"]))
    return _MAKERS[kind](_Draw(draw), depth)


class _Draw:
    """Choices of one expression."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw

    def of(self, choices: Any) -> Any:
        return self.draw(st.sampled_from(choices))

    def make(self, kind: str, depth: int) -> str:
        if self.draw(st.integers(0, 24)) == 0:
            kind = "any"
        return _MAKERS[kind](self, depth - 1)


def _number(at: _Draw, depth: int) -> str:
    way = at.of(range(9)) if depth > 0 else at.of(range(2))
    if way == 0:
        return at.of(NUMBERS)
    if way == 1:
        return at.of([*_LITERALS, "NULL(DT_I4)", "NULL(DT_NUMERIC,9,3)"])
    if way == 2:
        return f"{at.of(['-', '-', '~'])}{at.make('number', depth)}"
    if way == 3:
        function = at.of(["ABS", "CEILING", "FLOOR", "SIGN", "SQUARE", "SQRT", "LN", "LOG", "EXP"])
        return f"{function}({at.make('number', depth)})"
    if way == 4:
        return f"ROUND({at.make('number', depth)}, {at.of(['0', '1', '2', '5', 'i1', '-1'])})"
    if way == 5:
        return f"({at.make('boolean', depth)} ? {at.make('number', depth)} : {at.make('number', depth)})"
    if way == 6:
        return at.of([_cast(at, depth, CASTS[:15]), f"POWER({at.make('number', depth)}, {at.of(['2', '0.5', 'i1'])})"])
    return f"({at.make('number', depth)} {at.of(_OPERATORS[:5])} {at.make('number', depth)})"


def _integer(at: _Draw, depth: int) -> str:
    way = at.of(range(8)) if depth > 0 else at.of(range(2))
    if way == 0:
        return at.of(INTEGERS)
    if way == 1:
        return at.of(["0", "1", "2", "3", "-1", "40", "NULL(DT_I2)"])
    if way == 2:
        return f"LEN({at.make('text', depth)})"
    if way == 3:
        return f"FINDSTRING({at.make('text', depth)}, {at.make('text', depth)}, {at.of(['1', '2', 'i1'])})"
    if way == 4:
        return at.of(
            [
                f"TOKENCOUNT({at.make('text', depth)}, {at.of(['c', _quoted(' '), _quoted('aB'), _quoted('')])})",
                f"CODEPOINT({at.make('text', depth)})",
            ]
        )
    if way == 5:
        return at.of(
            [
                f"DATEPART({_part(at)}, {at.make('date', depth)})",
                f"YEAR({at.make('date', depth)})",
                f"DATEDIFF({_part(at)}, {at.make('date', depth)}, {at.make('date', depth)})",
            ]
        )
    return f"({at.make('integer', depth)} {at.of(_OPERATORS[:8])} {at.make('integer', depth)})"


def _text(at: _Draw, depth: int) -> str:
    way = at.of(range(11)) if depth > 0 else at.of(range(3))
    if way == 0:
        return at.of(["s", "c"])
    if way == 1:
        return _quoted(at.draw(st.text(ALPHABET, max_size=5)))
    if way == 2:
        return at.of(["s", '"a"', '"ab"', "NULL(DT_WSTR,9)"])
    if way == 3:
        return f"{at.of(['TRIM', 'LTRIM', 'RTRIM', 'UPPER', 'LOWER', 'REVERSE'])}({at.make('text', depth)})"
    if way == 4:
        return f"{at.of(['LEFT', 'RIGHT', 'REPLICATE'])}({at.make('text', depth)}, {at.make('integer', depth)})"
    if way == 5:
        return f"SUBSTRING({at.make('text', depth)}, {at.make('integer', depth)}, {at.make('integer', depth)})"
    if way == 6:
        return f"REPLACE({at.make('text', depth)}, {at.make('text', depth)}, {at.make('text', depth)})"
    if way == 7:
        return f"TOKEN({at.make('text', depth)}, {at.make('text', depth)}, {at.of(['1', '2', 'i1'])})"
    if way == 8:
        return at.of(
            [
                f"HEX({at.make('integer', depth)})",
                _cast(at, depth, CASTS[15:18]),
                f"REPLACENULL({at.make('text', depth)}, {at.make('text', depth)})",
            ]
        )
    if way == 9:
        return f"({at.make('boolean', depth)} ? {at.make('text', depth)} : {at.make('text', depth)})"
    return f"({at.make('text', depth)} + {at.make('text', depth)})"


def _boolean(at: _Draw, depth: int) -> str:
    way = at.of(range(8)) if depth > 0 else at.of(range(2))
    if way == 0:
        return "b"
    if way == 1:
        return at.of(["True", "False", "NULL(DT_BOOL)", "b"])
    if way == 2:
        return f"ISNULL({at.make('any', depth)})"
    if way == 3:
        return f"!{at.make('boolean', depth)}"
    if way < 6:
        return f"({at.make('boolean', depth)} {at.of(['&&', '||', '==', '!='])} {at.make('boolean', depth)})"
    kind = at.of(["number", "integer", "text", "date"])
    return f"({at.make(kind, depth)} {at.of(_OPERATORS[8:14])} {at.make(kind, depth)})"


def _date(at: _Draw, depth: int) -> str:
    way = at.of(range(6)) if depth > 0 else at.of(range(2))
    if way < 2:
        return at.of([*DATES, "GETDATE()", "NULL(DT_DBTIMESTAMP)", '(DT_DBTIMESTAMP)"2020-01-31 10:00"'])
    if way == 2:
        return _cast(at, depth, CASTS[18:25])
    if way == 3:
        return f"({at.make('boolean', depth)} ? {at.make('date', depth)} : {at.make('date', depth)})"
    return f"DATEADD({_part(at)}, {at.make('integer', depth)}, {at.make('date', depth)})"


def _any(at: _Draw, depth: int) -> str:
    way = at.of(range(5)) if depth > 0 else 0
    if way == 0:
        return at.of(sorted(COLUMNS))
    if way == 1:
        return _cast(at, depth, CASTS)
    if way == 2:
        inner = at.make("any", depth)
        return at.of(
            [
                f"REPLACENULL({inner}, {inner})",
                f"({at.make('boolean', depth)} ? {inner} : {inner})",
                f"REPLACENULL({inner}, {at.make('any', depth)})",
            ]
        )
    if way == 3:
        return f"({at.make('any', depth)} {at.of(_OPERATORS)} {at.make('any', depth)})"
    return _MAKERS[at.of(["number", "text", "boolean", "date"])](at, depth)


def _cast(at: _Draw, depth: int, targets: tuple[str, ...]) -> str:
    kind = at.of(["any", "number", "text", "date", "integer"])
    return f"({at.of(targets)}){at.make(kind, depth)}"


def _part(at: _Draw) -> str:
    return f'"{at.of(PARTS)}"'


def _quoted(text: str) -> str:
    return quote(text)


_MAKERS = {
    "number": _number, "integer": _integer, "text": _text, "boolean": _boolean, "date": _date, "any": _any,
}  # fmt: skip
