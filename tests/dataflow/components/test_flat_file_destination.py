"""Flat File Destination: the bytes it writes, and that the source reads the same rows back."""

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dtserve.dataflow.components import flat_file_destination as destination_module
from dtserve.dataflow.errors import BadMetadata, chain
from dtserve.dataflow.flat_file.errors import CannotConvertFlatFileData, CannotOpenDataFile, WrongLayout
from dtserve.dataflow.flat_file.writer import FlatFileWriter
from dtserve.datatypes import DT, TypeSpec
from dtserve.datatypes.text import format_value
from support.flat_files import I4, FileConnection, delimited, fixed, read, source_model, str_, write
from support.flows import RecordingHost, wstr

TWO = {"id": I4, "name": wstr()}


def frame(columns, *rows):
    schema = {name: spec.polars() for name, spec in columns.items()}
    return pl.DataFrame([list(row) for row in rows], schema=schema, orient="row")


def written(tmp_path, columns, rows, file_format, **properties):
    path = tmp_path / "out.txt"
    write([frame(columns, *rows)], columns, FileConnection(path, file_format), RecordingHost(tmp_path), **properties)
    return path.read_bytes()


def test_delimited_with_names(tmp_path):
    rows = [(1, "a"), (None, None), (-3, "b,c")]
    data = written(tmp_path, TWO, rows, delimited(TWO, column_names_in_first_data_row=True))
    assert data == b"id,name\r\n1,a\r\n,\r\n-3,b,c\r\n"


def test_qualifiers(tmp_path):
    rows = [(1, 'a"b'), (None, None)]
    file_format = delimited(TWO, qualifier='"', column_names_in_first_data_row=True)
    assert written(tmp_path, TWO, rows, file_format) == b'"id","name"\r\n"1","a"b"\r\n"",""\r\n'
    escaped = written(tmp_path, TWO, rows, file_format, EscapeQualifier=True)
    assert escaped == b'"id","name"\r\n"1","a""b"\r\n"",""\r\n'


def test_forms_of_values(tmp_path):
    columns = {
        "cy": TypeSpec(DT.CY),
        "numeric": TypeSpec(DT.NUMERIC, precision=9, scale=4),
        "bool": TypeSpec(DT.BOOL),
        "guid": TypeSpec(DT.GUID),
        "date": TypeSpec(DT.DBDATE),
        "stamp": TypeSpec(DT.DBTIMESTAMP),
        "ole": TypeSpec(DT.DATE),
    }
    guid = "{3F2504E0-4F89-11D3-9A0C-0305E82C3301}"
    day = dt.date(1969, 1, 29)
    rows = [
        (Decimal("899.99"), Decimal("0.05"), True, guid, day, dt.datetime(2008, 4, 30), dt.datetime(2025, 3, 31)),
        (Decimal("120"), Decimal("-0.5"), False, None, None, dt.datetime(2004, 3, 11, 10, 1, 36, 827000), None),
        (Decimal("0"), Decimal("273.231"), None, None, None, None, None),
    ]
    data = written(tmp_path, columns, rows, delimited(columns, separator="|"))
    assert data.decode().splitlines() == [
        f"899.99|.0500|True|{guid}|1969-01-29|2008-04-30 00:00:00|3/31/2025",
        "120|-.5000|False|||2004-03-11 10:01:36.827000000|",
        "0|273.2310|||||",
    ]


def test_values_take_the_type_of_the_files_column(tmp_path):
    columns = {"n": TypeSpec(DT.R8), "t": wstr()}
    target = {"n": TypeSpec(DT.NUMERIC, precision=9, scale=2), "t": I4}
    data = written(tmp_path, columns, [(1.5, "007")], delimited(target))
    assert data == b"1.50,7\r\n"
    with pytest.raises(CannotConvertFlatFileData) as caught:
        written(tmp_path, columns, [(1.5, "seven")], delimited(target))
    assert [error.hresult for error in chain(caught.value)] == ["0xC02020A1", "0xC02020A0"]


def test_fixed_width_and_ragged_right(tmp_path):
    shape = {"id": (I4, 4), "name": (str_(3), 3)}
    assert written(tmp_path, TWO, [(12, "ab"), (None, None)], fixed(shape)) == b"12  ab        "[:14]
    ragged = {"id": (I4, 4), "name": (str_(9), 0)}
    data = written(tmp_path, TWO, [(12, "ab"), (None, None)], fixed(ragged, row="\r\n"))
    assert data == b"12  ab\r\n    \r\n"
    named = written(tmp_path, TWO, [], fixed(shape, column_names_in_first_data_row=True))
    assert named == b"id  nam"


@pytest.mark.parametrize(
    ("text", "file_format"),
    [
        ("abcd", fixed({"id": (I4, 4), "name": (str_(3), 3)})),
        ("äöüß", fixed({"id": (I4, 4), "name": (str_(3), 3)}, code_page=65001)),
        ("abcd", delimited({"id": I4, "name": str_(3)})),
        ("日", delimited({"id": I4, "name": str_(3)})),
        ("日", delimited({"id": I4, "name": wstr()}, code_page=1252)),
        ("😀😀", delimited({"id": I4, "name": wstr(3)}, code_page=65001)),
    ],
)
def test_text_that_does_not_fit_fails(text, file_format, tmp_path):
    with pytest.raises(CannotConvertFlatFileData) as caught:
        written(tmp_path, TWO, [(1, text)], file_format)
    errors = chain(caught.value)
    assert [error.hresult for error in errors] == ["0xC02020A1", "0xC02020A0"]
    assert 'column "name" returned status value 4' in errors[0].message


@pytest.mark.parametrize(
    ("settings", "codec"),
    [({"code_page": 1252}, "cp1252"), ({"code_page": 65001}, "utf-8"), ({"unicode": True}, "utf-16")],
)
def test_encodings(settings, codec, tmp_path):
    data = written(tmp_path, TWO, [(1, "é€")], delimited(TWO, column_names_in_first_data_row=True, **settings))
    assert data == "id,name\r\n1,é€\r\n".encode(codec)


def test_fixed_width_pads_characters_of_the_code_page(tmp_path):
    shape = {"id": (I4, 2), "name": (wstr(), 4)}
    assert written(tmp_path, TWO, [(1, "é")], fixed(shape, code_page=1252)) == b"1 \xe9   "
    assert written(tmp_path, TWO, [(1, "é")], fixed(shape, code_page=65001)) == "1 é  ".encode()
    assert written(tmp_path, TWO, [(1, "日")], fixed(shape, code_page=932)) == "1 日  ".encode("cp932")
    assert written(tmp_path, TWO, [(1, "é")], fixed(shape, unicode=True)) == "1 é   ".encode("utf-16")


def test_header_overwrite_and_append(tmp_path):
    file_format = delimited(TWO)
    assert written(tmp_path, TWO, [(1, "a")], file_format, Header="H1\r\nH2") == b"H1\r\nH2\r\n1,a\r\n"
    assert written(tmp_path, TWO, [(2, "b")], file_format) == b"2,b\r\n"
    assert written(tmp_path, TWO, [(3, "c")], file_format, Overwrite=False) == b"2,b\r\n3,c\r\n"
    wide = delimited(TWO, unicode=True)
    written(tmp_path, TWO, [(1, "a")], wide)
    assert written(tmp_path, TWO, [(2, "b")], wide, Overwrite=False) == "1,a\r\n2,b\r\n".encode("utf-16")


def test_a_file_is_made_without_rows(tmp_path):
    assert written(tmp_path, TWO, [], delimited(TWO, column_names_in_first_data_row=True)) == b"id,name\r\n"


def test_unmapped_columns_stay_empty_and_unknown_ones_are_refused(tmp_path):
    wider = {"x": I4, **TWO}
    assert written(tmp_path, TWO, [(1, "a")], delimited(wider)) == b",1,a\r\n"
    with pytest.raises(BadMetadata):
        written(tmp_path, TWO, [(1, "a")], delimited({"id": I4}))


def test_what_cannot_be_written(tmp_path):
    host = RecordingHost(tmp_path)
    with pytest.raises(CannotOpenDataFile):
        write([], TWO, FileConnection(tmp_path / "no/folder.txt", delimited(TWO)), host)
    with pytest.raises(WrongLayout):
        write([], {}, FileConnection(tmp_path / "x", delimited({"a": I4}).__class__()), host)


def test_warns_of_possible_truncation(tmp_path):
    host = RecordingHost(tmp_path)
    columns = {"name": wstr(50)}
    write([], columns, FileConnection(tmp_path / "x", delimited({"name": str_(9)})), host)
    assert host.codes("OnWarning") == [0x802092A7]


_ROW = st.tuples(
    st.one_of(st.none(), st.integers(-(2**31), 2**31 - 1)),
    st.text(alphabet="ab,\"'|;\r\n é日😀\t", max_size=12),
    st.one_of(st.none(), st.decimals(-9999, 9999, places=3)),
    st.one_of(
        st.none(),
        st.integers(0, 6 * 10**12).map(lambda ms: dt.datetime(1900, 1, 1) + dt.timedelta(milliseconds=ms)),
    ),
)


@pytest.mark.parametrize(
    "shape",
    [
        {"code_page": 65001},
        {"unicode": True},
        {"code_page": 65001, "separator": "||", "row": ";\r\n"},
        {"code_page": 65001, "row": "\n"},
    ],
    ids=str,
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(_ROW, max_size=8))
def test_what_is_written_is_read_back(shape, rows, tmp_path):
    columns = {
        "id": I4,
        "name": wstr(40),
        "amount": TypeSpec(DT.NUMERIC, precision=9, scale=3),
        "stamp": TypeSpec(DT.DBTIMESTAMP),
    }
    file_format = delimited(columns, qualifier='"', column_names_in_first_data_row=True, **shape)
    path = tmp_path / "round.txt"
    host = RecordingHost(tmp_path)
    connection = FileConnection(path, file_format)
    into = frame(columns, *rows)
    write([into], columns, connection, host, EscapeQualifier=True)
    found = read(source_model(columns, RetainNulls=True), connection, host)
    back = found.get("Flat File Source Output", into.clear())
    empty_is_null = pl.when(pl.col("name") != "").then(pl.col("name")).alias("name")
    assert back.equals(into.with_columns(empty_is_null))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(st.integers(-999, 9999), st.text(alphabet="ab é\"',", max_size=6)), max_size=8))
def test_fixed_width_is_read_back(rows, tmp_path):
    shape = {"id": (I4, 4), "name": (str_(6), 6)}
    columns = {"id": I4, "name": str_(6)}
    connection = FileConnection(tmp_path / "round.dat", fixed(shape, code_page=1252))
    host = RecordingHost(tmp_path)
    write([frame(columns, *rows)], columns, connection, host)
    found = read(source_model(columns), connection, host)
    back = found["Flat File Source Output"].rows() if found else []
    assert back == [(number, text.ljust(6)) for number, text in rows]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=st.lists(st.one_of(st.none(), st.decimals(-20, 20, places=2), st.decimals(-1, 1, places=2)), max_size=9))
def test_numeric_prints_as_its_values_do(values, tmp_path):
    spec = TypeSpec(DT.NUMERIC, precision=9, scale=2)
    data = written(tmp_path, {"n": spec}, [(value,) for value in values], delimited({"n": spec}))
    assert data.decode().split("\r\n")[:-1] == [format_value(value, spec) for value in values]


def test_small_buffers_wait_for_others(tmp_path, monkeypatch):
    sizes = []
    monkeypatch.setattr(destination_module, "FEW_ROWS", 5)
    monkeypatch.setattr(FlatFileWriter, "write", watched(FlatFileWriter.write, sizes))
    path = tmp_path / "out.txt"
    buffers = [frame(TWO, *[(row, "x")] * count) for row, count in enumerate((2, 2, 2, 0, 7, 1))]
    write(buffers, TWO, FileConnection(path, delimited(TWO)), RecordingHost(tmp_path))
    assert sizes == [6, 7, 1]
    assert path.read_text().split() == ["0,x"] * 2 + ["1,x"] * 2 + ["2,x"] * 2 + ["4,x"] * 7 + ["5,x"]


def watched(original, sizes):
    def write_and_tell(self, columns):
        sizes.append(len(columns[0]))
        original(self, columns)

    return write_and_tell


def test_rows_that_came_before_an_error_are_in_the_file(tmp_path, monkeypatch):
    monkeypatch.setattr(destination_module, "FEW_BYTES", 1)
    target = {"id": I4, "name": str_(3)}
    path = tmp_path / "out.txt"
    buffers = [frame(TWO, (1, "a")), frame(TWO, (2, "too long"))]
    with pytest.raises(CannotConvertFlatFileData):
        write(buffers, TWO, FileConnection(path, delimited(target)), RecordingHost(tmp_path))
    assert path.read_bytes() == b"1,a\r\n"


def test_what_waits_is_written_when_the_flow_fails_elsewhere(tmp_path):
    path = tmp_path / "out.txt"

    def failing():
        yield frame(TWO, (1, "a"))
        raise RuntimeError("elsewhere")

    with pytest.raises(RuntimeError):
        write(failing(), TWO, FileConnection(path, delimited(TWO)), RecordingHost(tmp_path))
    assert path.read_bytes() == b"1,a\r\n"


@pytest.mark.parametrize("rows", [[], [(1, None)], [(at, str(at)) for at in range(300)]])
def test_files_of_any_length(tmp_path, rows):
    path = tmp_path / "out.txt"
    frames = [frame(TWO, row) for row in rows]
    write(frames, TWO, FileConnection(path, delimited(TWO)), RecordingHost(tmp_path))
    assert path.read_text() == "".join(f"{n},{t or ''}\n" for n, t in rows)
