"""Flat File Source: conversions and dispositions from case files, and what spans several files."""

import json
import re
import threading
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from dtserve.connections.flat_file_format import FlatFileFormat
from dtserve.dataflow.errors import BadMetadata, NoConnection, chain
from dtserve.dataflow.flat_file.errors import CannotOpenDataFile, FileNameColumnNotUnicode, WrongLayout
from dtserve.datatypes import DT, TypeSpec, from_token
from dtserve.datatypes.errors import UnknownCodePage
from dtserve.errors import DtserveError
from support.flat_files import I4, FileConnection, FilesConnection, delimited, fixed, read, source_model, str_
from support.flows import RecordingHost, wstr

CASES = json.loads((Path(__file__).parents[1] / "cases/flat_file_source.json").read_text(encoding="utf-8"))
OUT, ERR = "Flat File Source Output", "Flat File Source Error Output"


def spec_of(text):
    token, _, sizes = text.rstrip(")").partition("(")
    numbers = [int(number) for number in re.findall(r"\d+", sizes)]
    dt = from_token(token)
    if dt is DT.NUMERIC:
        return TypeSpec(dt, precision=numbers[0], scale=numbers[1])
    if dt in (DT.DBTIME2, DT.DBTIMESTAMP2):
        return TypeSpec(dt, scale=numbers[0])
    return TypeSpec(dt, length=numbers[0] if numbers else 0, code_page=1252 if dt is DT.STR else 0)


def plain(value):
    return value if value is None or isinstance(value, str | int | float) else str(value)


def run(case, tmp_path, host):
    columns = {name: spec_of(text) for name, text in case["columns"].items()}
    code_page = case.get("code_page", 65001)
    path = tmp_path / "in.csv"
    path.write_bytes(case["text"].encode("cp1252" if code_page == 1252 else "utf-8"))
    model = source_model(
        columns,
        dispositions=case.get("dispositions"),
        column_properties=case.get("column_properties"),
        **case.get("properties", {}),
    )
    file_format = delimited(
        columns,
        separator=case.get("separator", ","),
        qualifier=case.get("qualifier", ""),
        code_page=code_page,
        locale_id=case.get("locale", 1033),
    )
    return read(model, FileConnection(path, file_format), host)


@pytest.mark.parametrize("case", [c for c in CASES if "rows" in c], ids=lambda case: case["name"])
def test_rows(case, tmp_path):
    host = RecordingHost(tmp_path)
    found = run(case, tmp_path, host)
    assert [[plain(value) for value in row] for row in found[OUT].rows()] == case["rows"]
    errors = found[ERR].rows() if ERR in found else []
    assert [list(row) for row in errors] == case.get("errors", [])
    assert host.codes("OnWarning") == [int(code, 16) for code in case.get("warnings", [])]


@pytest.mark.parametrize("case", [c for c in CASES if "fails" in c], ids=lambda case: case["name"])
def test_failures(case, tmp_path):
    with pytest.raises(DtserveError) as caught:
        run(case, tmp_path, RecordingHost(tmp_path))
    errors = chain(caught.value)
    assert [error.hresult for error in errors] == case["fails"]
    for error, words in zip(errors, case["says"], strict=True):
        assert words in error.message


def test_data_rows_are_counted_over_chunks(tmp_path, monkeypatch):
    from dtserve.dataflow.flat_file import reader

    monkeypatch.setattr(reader, "BLOCK_BYTES", 64)
    path = tmp_path / "in.csv"
    path.write_bytes(b"1\r\n" * 5000 + b"x\r\n")
    host = RecordingHost(tmp_path)
    with pytest.raises(DtserveError) as caught:
        read(source_model({"id": I4}), FileConnection(path, delimited({"id": I4})), host)
    assert caught.value.message.endswith("on data row 5001.")


def test_reading_ahead_gives_the_same(tmp_path, monkeypatch):
    from dtserve.dataflow.flat_file import prefetch, reader

    monkeypatch.setattr(reader, "BLOCK_BYTES", 512)
    path = tmp_path / "in.csv"
    path.write_bytes(b"".join(b"%d\r\n" % number for number in range(2000)) + b"x\r\n")
    rows = []
    for worthwhile in (True, False):
        monkeypatch.setattr(prefetch, "worthwhile", lambda worthwhile=worthwhile: worthwhile)
        model = source_model({"id": I4}, dispositions={"*": ("RedirectRow", "RedirectRow")})
        found = read(model, FileConnection(path, delimited({"id": I4})), RecordingHost(tmp_path))
        rows.append((found[OUT].rows(), found[ERR].rows()))
    assert rows[0] == rows[1]
    assert rows[0][0] == [(number,) for number in range(2000)]
    with pytest.raises(DtserveError):
        read(source_model({"id": I4}), FileConnection(path, delimited({"id": I4})), RecordingHost(tmp_path))
    assert not [thread for thread in threading.enumerate() if "-ahead" in thread.name or "-work" in thread.name]


def test_several_files_with_their_headers_and_names(tmp_path):
    columns = {"id": I4}
    paths = []
    for name, rows in (("b.csv", b"id\r\n1\r\n2"), ("a.csv", b"id\r\n3\r\n")):
        paths.append(tmp_path / name)
        paths[-1].write_bytes(rows)
    host = RecordingHost(tmp_path)
    connection = FilesConnection(tuple(paths), delimited(columns, column_names_in_first_data_row=True))
    found = read(source_model(columns, FileNameColumnName="File"), connection, host)[OUT]
    assert found.rows() == [(1, str(paths[0])), (2, str(paths[0])), (3, str(paths[1]))]
    told = [message for kind, _, _, message in host.events if kind == "OnInformation"]
    assert told[0] == f'The processing of file "{paths[0]}" has started.'
    assert told[1] == f'The total number of data rows processed for file "{paths[0]}" is 2.'
    assert told[2] == f'The processing of file "{paths[0]}" has ended.'


def test_file_name_column_must_be_unicode(tmp_path):
    model = source_model({"id": I4}, FileNameColumnName="File")
    output = model.outputs[0]
    narrow = [c if c.name != "File" else type(c)(c.ref_id, c.lineage_id, c.name, str_()) for c in output.columns]
    object.__setattr__(output, "columns", tuple(narrow))
    with pytest.raises(FileNameColumnNotUnicode):
        read(model, FileConnection(tmp_path / "x", delimited({"id": I4})), RecordingHost(tmp_path))


def test_a_file_name_longer_than_its_column_is_a_truncation(tmp_path):
    path = tmp_path / "in.csv"
    path.write_bytes(b"1\r\n")
    model = source_model({"id": I4}, FileNameColumnName="File")
    output = model.outputs[0]
    short = [replace(c, type=wstr(5)) if c.name == "File" else c for c in output.columns]
    object.__setattr__(output, "columns", tuple(short))
    with pytest.raises(DtserveError) as caught:
        read(model, FileConnection(path, delimited({"id": I4})), RecordingHost(tmp_path))
    assert [error.hresult for error in chain(caught.value)] == ["0xC02020A1", "0xC020902A", "0xC0202092"]


def test_an_unknown_code_page_is_refused(tmp_path):
    connection = FileConnection(tmp_path / "x", delimited({"id": I4}, code_page=4711))
    with pytest.raises(UnknownCodePage):
        read(source_model({"id": I4}), connection, RecordingHost(tmp_path))


def test_only_the_columns_of_the_output_are_converted(tmp_path):
    path = tmp_path / "in.csv"
    path.write_bytes(b"x,1,far too long for it\r\n")
    file_format = delimited({"a": I4, "b": I4, "c": str_(3)})
    found = read(source_model({"b": I4}), FileConnection(path, file_format), RecordingHost(tmp_path))
    assert found[OUT].rows() == [(1,)]


def test_fixed_width_with_packed_decimals(tmp_path):
    packed = TypeSpec(DT.BYTES, length=3)
    columns = {"id": (I4, 3), "packed": (packed, 3), "name": (str_(2), 2)}
    path = tmp_path / "in.dat"
    path.write_bytes(b"  1\x01\x23\x4c\xe9x" + b" 22\r\n\x00ab")
    model = source_model(
        {name: spec for name, (spec, _) in columns.items()}, column_properties={"packed": {"UseBinaryFormat": True}}
    )
    found = read(model, FileConnection(path, fixed(columns)), RecordingHost(tmp_path))
    assert found[OUT].rows() == [(1, b"\x01\x23\x4c", "éx"), (22, b"\r\n\x00", "ab")]


def test_blanks_of_fixed_columns_are_kept_and_never_null(tmp_path):
    columns = {"a": (str_(3), 3), "b": (str_(5), 0)}
    path = tmp_path / "in.dat"
    path.write_bytes(b"   \r\nx  y\r\n")
    model = source_model({"a": str_(3), "b": str_(5)}, RetainNulls=True)
    found = read(model, FileConnection(path, fixed(columns, row="\r\n")), RecordingHost(tmp_path))
    assert found[OUT].rows() == [("   ", ""), ("x  ", "y")]


def test_what_cannot_be_read(tmp_path):
    host = RecordingHost(tmp_path)
    columns = {"id": I4}
    with pytest.raises(CannotOpenDataFile):
        read(source_model(columns), FileConnection(tmp_path / "none.csv", delimited(columns)), host)
    with pytest.raises(BadMetadata):
        read(source_model({"other": I4}), FileConnection(tmp_path / "none.csv", delimited(columns)), host)
    with pytest.raises(WrongLayout):
        read(source_model(columns), FileConnection(tmp_path / "none.csv", FlatFileFormat()), host)
    with pytest.raises(WrongLayout):
        read(source_model(columns), FileConnection(tmp_path / "none.csv", delimited(columns, row="")), host)
    with pytest.raises(NoConnection):
        read(source_model(columns), object(), host)


def test_column_names_are_found_in_any_case_and_by_external_name(tmp_path):
    path = tmp_path / "in.csv"
    path.write_bytes("1,ä\r\n".encode())
    file_format = delimited({"ID": I4, "Name": wstr()}, code_page=65001)
    found = read(source_model({"id": I4, "name": wstr()}), FileConnection(path, file_format), RecordingHost(tmp_path))
    assert found[OUT].equals(pl.DataFrame({"id": [1], "name": ["ä"]}, schema_overrides={"id": pl.Int32}))


@pytest.mark.parametrize("rows", [0, 1, 200_000])
def test_files_of_any_length(tmp_path, rows):
    columns = {"id": I4, "name": str_(9)}
    path = tmp_path / "in.csv"
    path.write_text("".join(f"{at},{'' if at % 5 else at}\n" for at in range(rows)), newline="\r\n")
    model = source_model(columns, RetainNulls=True)
    found = read(model, FileConnection(path, delimited(columns)), RecordingHost(tmp_path))
    expected = [(at, None if at % 5 else str(at)) for at in range(rows)]
    assert (found[OUT].rows() if OUT in found else []) == expected


UNDECODABLE = {
    "utf-8": ({"code_page": 65001}, b"1,a\xff\r\n2,\xc3\xa9\r\n\xe9,c\r\n4,\xef\xbf\xbd\r\n"),
    "932": ({"code_page": 932}, b"1,a\x81\xff\r\n2,\x83\x7c\r\n\x81\xff,c\r\n4,d\r\n"),
    "utf-16": (
        {"unicode": True},
        "1,a".encode("utf-16-le") + b"\x3d\xd8" + "\r\n2,é\r\n".encode("utf-16-le") + b"\x3d\xd8"
        + ",c\r\n4,d\r\n".encode("utf-16-le"),
    ),
}  # fmt: skip
CODE = -1071607676  # 0xC0209084


@pytest.mark.parametrize("name", UNDECODABLE)
@pytest.mark.parametrize("long", [False, True])
def test_bytes_that_are_no_text_are_errors_of_their_columns(tmp_path, name, long):
    settings, data = UNDECODABLE[name]
    columns = {"id": I4, "name": wstr()}
    rows = 300 if long else 1
    path = tmp_path / "in.csv"
    path.write_bytes(data * rows)
    connection = FileConnection(path, delimited(columns, **settings))

    redirected = read(
        source_model(columns, dispositions={"*": ("RedirectRow", "FailComponent")}), connection, RecordingHost(tmp_path)
    )
    assert redirected[OUT].height == 2 * rows
    errors = redirected[ERR].rows()
    assert [row[1:] for row in errors] == [(CODE, 11), (CODE, 10)] * rows
    assert "\ufffd" in errors[0][0]
    assert not any("\U0010ffff" in row[0] for row in errors)

    ignored = read(
        source_model(columns, dispositions={"*": ("IgnoreFailure", "FailComponent")}),
        connection,
        RecordingHost(tmp_path),
    )
    assert [row[0] for row in ignored[OUT].rows()[:4]] == [1, 2, None, 4]
    assert [row[1] is None for row in ignored[OUT].rows()[:4]] == [True, False, False, False]

    with pytest.raises(DtserveError) as caught:
        read(source_model(columns), connection, RecordingHost(tmp_path))
    first, *_ = chain(caught.value)
    assert first.hresult == "0xC02020A1"
    assert "status value 4" in first.message


def test_bytes_that_are_no_text_in_fixed_width_files(tmp_path):
    columns = {"a": (wstr(), 2), "b": (wstr(), 2)}
    path = tmp_path / "in.txt"
    path.write_bytes(b"ab\x93\xfa" + b"\x81\xffcd")
    model = source_model({"a": wstr(), "b": wstr()}, dispositions={"*": ("RedirectRow", "FailComponent")})
    found = read(model, FileConnection(path, fixed(columns, code_page=932)), RecordingHost(tmp_path))
    assert found[OUT].rows() == [("ab", "日")]
    assert found[ERR].rows() == [("\ufffd\uf8f3cd", CODE, 10)]


def test_the_replacement_character_itself_is_text(tmp_path):
    path = tmp_path / "in.csv"
    path.write_bytes("\ufffd\r\n\U0010fffd\r\n".encode())
    connection = FileConnection(path, delimited({"a": wstr()}, code_page=65001))
    found = read(source_model({"a": wstr()}), connection, RecordingHost(tmp_path))
    assert found[OUT].rows() == [("\ufffd",), ("\U0010fffd",)]
