"""What the Flat File Destination writes, the Flat File Source reads back equal.

Random delimiters, qualifiers, encodings and types; delimited, fixed width and ragged right.
Apart from what a text file cannot tell: an empty text is NULL (RetainNulls), fixed columns
come back with the blanks that fill them.
"""

import datetime as dt
from dataclasses import replace

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dtserve.datatypes import DT, TypeSpec
from support.flat_files import FileConnection, delimited, fixed, read, source_model, write
from support.flows import RecordingHost

PAGES = {65001: "utf-8", 1200: "utf-16-le", 1252: "cp1252", 1250: "cp1250", 932: "cp932", 936: "gbk", 437: "cp437"}
LETTERS = "abc XYZ 01,;|\t'\"#~:\r\n\\éäßłПя日本語ポソ表한😀€ÿ\x1f\u2028"
SEPARATORS = [",", ";", "\t", "|", "\x1f", "||", "::", "~|~", ", "]
ROW_ENDS = ["\r\n", "\n", "\r", "##\r\n", ";;", "\r\n\r\n"]
QUALIFIERS = ['"', "'", "`", "##", ""]

MOMENTS = st.datetimes(dt.datetime(1900, 1, 2), dt.datetime(2199, 1, 1)).map(lambda at: at.replace(microsecond=0))
FINE = st.datetimes(dt.datetime(1900, 1, 2), dt.datetime(2199, 1, 1))
FLOATS = st.integers(-(10**9), 10**9).map(lambda number: number / 1000)
VALUES = {
    TypeSpec(DT.I1): st.integers(-128, 127),
    TypeSpec(DT.I4): st.integers(-(2**31), 2**31 - 1),
    TypeSpec(DT.I8): st.integers(-(2**63), 2**63 - 1),
    TypeSpec(DT.UI2): st.integers(0, 65535),
    TypeSpec(DT.UI8): st.integers(0, 2**64 - 1),
    TypeSpec(DT.R4): st.integers(-9999, 9999).map(lambda number: number / 4),
    TypeSpec(DT.R8): FLOATS,
    TypeSpec(DT.BOOL): st.booleans(),
    TypeSpec(DT.CY): st.decimals(-(10**9), 10**9, places=4),
    TypeSpec(DT.NUMERIC, precision=9, scale=3): st.decimals(-99999, 99999, places=3),
    TypeSpec(DT.NUMERIC, precision=38, scale=10): st.decimals(-(10**20), 10**20, places=10),
    TypeSpec(DT.NUMERIC, precision=18, scale=0): st.integers(-(10**17), 10**17),
    TypeSpec(DT.DECIMAL, scale=5): st.decimals(-(10**15), 10**15, places=5),
    TypeSpec(DT.DBDATE): MOMENTS.map(dt.datetime.date),
    TypeSpec(DT.DBTIME2, scale=6): st.times(),
    TypeSpec(DT.DATE): MOMENTS,
    TypeSpec(DT.DBTIMESTAMP): st.one_of(MOMENTS, FINE.map(lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000))),
    TypeSpec(DT.DBTIMESTAMP2, scale=6): FINE,
    TypeSpec(DT.GUID): st.uuids().map(lambda found: "{" + str(found).upper() + "}"),
}  # fmt: skip
WIDE, LONG = TypeSpec(DT.WSTR, length=60), TypeSpec(DT.NTEXT)


def letters(page, without=""):
    """Texts that the page has, without some characters."""
    kept = [c for c in dict.fromkeys(LETTERS) if c not in without and encodable(c, page)]
    return st.text(alphabet=kept, max_size=12)


def encodable(character, page):
    try:
        return character.encode(PAGES[page]).decode(PAGES[page]) == character
    except UnicodeError:
        return False


@st.composite
def delimited_files(draw):
    """A format, the types of its columns, and rows."""
    page = draw(st.sampled_from(sorted(PAGES)))
    row = draw(st.sampled_from(ROW_ENDS))
    qualifier = draw(st.sampled_from([each for each in QUALIFIERS if not set(each) & set(row)]))
    separators = [
        each for each in SEPARATORS if not set(each) & (set(row) | set(qualifier)) and encodable(each[0], page)
    ]
    separator = draw(st.sampled_from(separators))
    kinds = draw(st.lists(st.sampled_from([WIDE, WIDE, LONG, *VALUES]), min_size=1, max_size=6))
    columns = {f"c{at}": spec for at, spec in enumerate(kinds)}
    bare = separator + row + qualifier
    made = delimited(
        columns, separator=separator, row=row, qualifier=qualifier, code_page=1252 if page == 1200 else page,
        unicode=page == 1200, column_names_in_first_data_row=draw(st.booleans()),
        always_check_for_row_delimiters=draw(st.booleans()),
    )  # fmt: skip
    plain = {name for name in columns if not qualifier or draw(st.integers(0, 4)) == 0}
    made = replace(made, columns=tuple(replace(c, text_qualified=c.name not in plain) for c in made.columns))
    part = qualifier if len(qualifier) > 1 else ""  # half a qualifier beside a whole one cannot be told apart
    values = [
        st.none() | (VALUES[spec] if spec in VALUES else letters(page, bare if name in plain else part))
        for name, spec in columns.items()
    ]
    return made, columns, draw(st.lists(st.tuples(*values), max_size=6)), draw(st.sampled_from([1, 1, 1, 700]))


def written_and_read(tmp_path, made, columns, rows):
    path = tmp_path / "round.txt"
    connection = FileConnection(path, made)
    frame = pl.DataFrame(rows, schema={name: spec.polars() for name, spec in columns.items()}, orient="row")
    host = RecordingHost(tmp_path)
    write([frame], columns, connection, host, EscapeQualifier=True)
    found = read(source_model(columns, RetainNulls=True), connection, host)
    return frame, found.get("Flat File Source Output", frame.clear())


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(file=delimited_files())
def test_delimited(file, tmp_path):
    made, columns, rows, times = file
    frame, back = written_and_read(tmp_path, made, columns, rows * times)
    texts = [name for name, spec in columns.items() if spec.family == "text"]
    expected = frame.with_columns(pl.when(pl.col(name) != "").then(pl.col(name)).alias(name) for name in texts)
    assert back.rows() == expected.rows()
    assert back.schema == expected.schema


@st.composite
def fixed_files(draw, ragged):
    """The same with fixed columns, wide enough for their values."""
    page = draw(st.sampled_from([65001, 1200, 1252, 932]))
    row = draw(st.sampled_from(["\r\n", "\n"])) if ragged else ""
    kinds = draw(st.lists(st.sampled_from([WIDE, WIDE, *VALUES]), min_size=1, max_size=5)) + [WIDE] * ragged
    columns = {f"c{at}": spec for at, spec in enumerate(kinds)}
    shape = {name: (spec, 60) for name, spec in columns.items()}
    made = fixed(shape, row=row, code_page=1252 if page == 1200 else page, unicode=page == 1200)
    texts = letters(page, "\r\n" if ragged else "")
    values = [VALUES.get(spec, texts) for spec in columns.values()]
    return made, columns, draw(st.lists(st.tuples(*values), max_size=6)), page


@pytest.mark.parametrize("ragged", [False, True])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_fixed_width_and_ragged_right(ragged, data, tmp_path):
    made, columns, rows, page = data.draw(fixed_files(ragged))
    frame, back = written_and_read(tmp_path, made, columns, rows)
    expected = [
        tuple(filled(value, spec, page, ragged and name == frame.columns[-1]) for value, (name, spec) in pairs)
        for pairs in (list(zip(row, columns.items(), strict=True)) for row in frame.rows())
    ]
    assert back.rows() == expected


def filled(value, spec, page, delimited_column):
    """A value as a fixed column gives it back: texts with blanks up to the width."""
    if spec.family != "text":
        return value
    if delimited_column:
        return value
    unit = 2 if page == 1200 else 1
    return value + " " * (60 - len(value.encode(PAGES[page])) // unit)
