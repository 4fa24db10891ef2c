"""Components that read and write files of their own: raw files, exported and imported columns, caches, recordsets."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest

from dtserve.dataflow import engine
from dtserve.dataflow.errors import DataFlowFailed
from dtserve.dataflow.raw_file import RawColumn, RawWriter, read_raw
from dtserve.datatypes import DT, TypeSpec
from dtserve.package.model import Column, Component, Input, Output
from support.flow_cases import type_of
from support.flows import I4, RecordingHost, flow, numbers, props, sink, source, used, wstr

EVERY = {
    "bool": [True, None], "i1": [-1, 2], "i2": [-300, None], "i4": [1, 2], "i8": [-(2**40), 3], "ui1": [255, 0],
    "ui2": [65535, 1], "ui4": [2**32 - 1, 1], "ui8": [2**64 - 1, None], "r4": [1.5, None], "r8": [-2.25, 1e300],
    "cy": [Decimal("-1.2345"), Decimal("9.0000")], "decimal(4)": [Decimal("-1.2345"), None],
    "numeric(18,4)": [Decimal("-99999999999999.9999"), Decimal("0.0001")],
    "str(10,1252)": ["é", None], "wstr(10)": ["日本", ""], "bytes(4)": [b"\x00\xff", b""],
    "guid": ["{0A1B2C3D-4E5F-6071-8293-A4B5C6D7E8F9}", None],
    "dbDate": [dt.date(2024, 2, 29), None], "dbTime": [dt.time(1, 2, 3), None],
    "dbTime2(7)": [dt.time(1, 2, 3, 456789), None],
    "date": [dt.datetime(1899, 12, 29, 6), dt.datetime(2024, 5, 6, 7, 8, 9)],
    "dbTimeStamp": [dt.datetime(2024, 5, 6, 7, 8, 9, 123000), None],
    "dbTimeStamp2(7)": [dt.datetime(1, 1, 1), dt.datetime(9999, 12, 31, 23, 59, 59, 999999)],
    "dateTime": [dt.datetime(1601, 1, 1), dt.datetime(2024, 1, 1, 1, 1, 1, 1)],
    "dbTimeStampoffset(7)": [{"utc": dt.datetime(2024, 5, 6, 1, 0), "offset": -90}, None],
}  # fmt: skip


def every_frame():
    return pl.DataFrame({name: pl.Series(values, dtype=type_of(name).polars()) for name, values in EVERY.items()})


def test_every_type_survives_a_raw_file(tmp_path):
    path = tmp_path / "all.raw"
    columns = [RawColumn(name, type_of(name)) for name in EVERY]
    writer = RawWriter(path, columns)
    writer.write(every_frame())
    writer.close()
    (only,) = read_raw(path)
    header, frame = only
    assert header == columns
    assert frame.rows() == every_frame().rows()


def raw_flow(part, name, columns, *, reading=False, **properties):
    if reading:
        made = tuple(Column(f"{name}.{c}", f"{name}.{c}", c, type_of(t)) for c, t in columns.items())
        return Component(
            name, name, "", part, properties=props(properties), outputs=(Output(f"{name}.Out", "Out", made),)
        )
    into = tuple(used(f"Src.{c}", type_of(t), name=c) for c, t in columns.items())
    return Component(name, name, "", part, properties=props(properties), inputs=(Input(f"{name}.In", "In", into),))


def write(tmp_path, frame, columns, **properties):
    host = RecordingHost(tmp_path)
    host.frames["Src"] = [frame]
    specs = {c: type_of(t) for c, t in columns.items()}
    made = flow(
        source("Src", specs),
        raw_flow("RawDestination", "Raw", columns, FileName="C:\\x\\f.raw", AccessMode=0, **properties),
        paths=[("Src.Out", "Raw.In")],
    )
    engine.run_data_flow(made, host)
    return host


def read(tmp_path, columns):
    host = RecordingHost(tmp_path)
    host.variables["User::f"] = (wstr(), "C:\\x\\f.raw")
    made = flow(
        raw_flow("RawSource", "Raw", columns, reading=True, FileNameVariable="User::f", AccessMode=1),
        sink("Dst", {c: f"Raw.{c}" for c in columns}),
        paths=[("Raw.Out", "Dst.In")],
    )
    engine.run_data_flow(made, host)
    return host.table("Dst")


SMALL = {"n": "i4", "t": "wstr(5)"}


def small(*rows):
    return pl.DataFrame({"n": [r[0] for r in rows], "t": [r[1] for r in rows]}, schema={"n": pl.Int32, "t": pl.String})


def test_raw_write_options(tmp_path):
    write(tmp_path, small((1, "a")), SMALL, WriteOption=0)
    write(tmp_path, small((2, None)), SMALL, WriteOption=2)
    assert read(tmp_path, SMALL).rows() == [(1, "a"), (2, None)]
    assert read(tmp_path, {"t": "wstr(5)"}).rows() == [("a",), (None,)]
    write(tmp_path, small((3, "c")), SMALL, WriteOption=3)
    assert read(tmp_path, SMALL).rows() == [(3, "c")]
    with pytest.raises(DataFlowFailed) as caught:
        write(tmp_path, small((4, "d")), SMALL, WriteOption=1)
    assert caught.value.error.code == 0xC020205F
    with pytest.raises(DataFlowFailed) as caught:
        write(tmp_path, small((4, "d")).rename({"t": "x"}), {"n": "i4", "x": "wstr(5)"}, WriteOption=2)
    assert caught.value.error.code == 0xC0202064
    with pytest.raises(DataFlowFailed) as caught:
        write(tmp_path, small((4, "d")).select("n"), {"n": "i4"}, WriteOption=2)
    assert caught.value.error.code == 0xC0202065


@pytest.mark.parametrize(
    ("content", "code"), [(b"junk here", 0xC0202061), (None, 0xC0209090), (b"\x00\x10\x01\x00\x02\x00", 0xC0202069)]
)
def test_raw_files_that_cannot_be_read(tmp_path, content, code):
    if content is not None:
        (tmp_path / "f.raw").write_bytes(content)
    with pytest.raises(DataFlowFailed) as caught:
        read(tmp_path, SMALL)
    assert caught.value.error.code == code


@pytest.mark.parametrize("kind", ["ui1", "wstr(1)"])
def test_values_that_do_not_fit_the_columns_of_a_raw_source(tmp_path, kind):
    write(tmp_path, small((300, "abc")), SMALL, WriteOption=0)
    column = "t" if kind.startswith("wstr") else "n"
    with pytest.raises(DataFlowFailed) as caught:
        read(tmp_path, {column: kind})
    assert caught.value.error.code == 0xC020206A
    assert read(tmp_path, {"n": "i8", "t": "wstr(9)"}).rows() == [(300, "abc")]


def test_a_raw_file_cut_inside_a_row(tmp_path):
    write(tmp_path, small((1, "abc"), (2, "def")), SMALL, WriteOption=0)
    path = tmp_path / "f.raw"
    path.write_bytes(path.read_bytes()[:-3])
    with pytest.raises(DataFlowFailed) as caught:
        read(tmp_path, SMALL)
    assert caught.value.error.code == 0xC0202069


def test_a_raw_source_column_must_be_in_the_file(tmp_path):
    write(tmp_path, small((1, "a")), SMALL, WriteOption=0)
    with pytest.raises(DataFlowFailed) as caught:
        read(tmp_path, {"n": "i4", "z": "i4"})
    assert caught.value.error.code == 0xC020700E


def test_long_types_are_not_for_raw_files(tmp_path):
    frame = pl.DataFrame({"x": ["a"]})
    with pytest.raises(DataFlowFailed) as caught:
        write(tmp_path, frame, {"x": "nText"}, WriteOption=0)
    assert caught.value.error.code == 0xC02092AA


def columns_flow(part, *, out=(), disposition="FailComponent", spec="image", **options):
    path = used("Src.p", wstr(), name="p", error_disposition=disposition)
    data = used("Src.d", type_of(spec), name="d")
    target = "in:Src.d" if part == "Extractor" else "out.x"
    path = Column(**{**path.__dict__, "properties": props({"FileDataColumnID": f"#{{{target}}}", **options})})
    into = Input("C.In", "In", (path, data) if part == "Extractor" else (path,))
    error = (
        Column("C.code", "C.code", "ErrorCode", I4, special_flags=1),
        Column("C.col", "C.col", "ErrorColumn", I4, special_flags=2),
    )
    outputs = (
        Output("C.Out", "Out", tuple(out), exclusion_group=1, synchronous_input="C.In"),
        Output("C.Err", "Err", error, exclusion_group=1, synchronous_input="C.In", is_error_out=True),
    )
    return Component("C", "C", "", part, inputs=(into,), outputs=outputs)


def run_columns(tmp_path, component, rows, spec="image"):
    host = RecordingHost(tmp_path)
    kind = type_of(spec)
    host.frames["Src"] = [
        pl.DataFrame({"p": [r[0] for r in rows], "d": pl.Series([r[1] for r in rows], dtype=kind.polars())})
    ]
    wanted = {"p": "Src.p"} | ({"x": "out.x"} if component.part == "Inserter" else {})
    made = flow(
        source("Src", {"p": wstr(), "d": kind}),
        component,
        sink("Dst", wanted),
        sink("Bad", {"p": "Src.p", "code": "C.code"}),
        paths=[("Src.Out", "C.In"), ("C.Out", "Dst.In"), ("C.Err", "Bad.In")],
    )
    engine.run_data_flow(made, host)
    return host


def test_export_writes_appends_truncates(tmp_path):
    (tmp_path / "old.bin").write_bytes(b"old")
    host = run_columns(tmp_path, columns_flow("Extractor", AllowAppend=True), [("new.bin", b"\x01"), ("old.bin", b"+")])
    assert host.table("Dst").height == 2
    assert (tmp_path / "new.bin").read_bytes() == b"\x01"
    assert (tmp_path / "old.bin").read_bytes() == b"old+"
    run_columns(tmp_path, columns_flow("Extractor", ForceTruncate=True), [("old.bin", b"n"), ("nul.bin", None)])
    assert (tmp_path / "old.bin").read_bytes() == b"n"
    assert (tmp_path / "nul.bin").read_bytes() == b""


def test_export_of_texts(tmp_path):
    run_columns(tmp_path, columns_flow("Extractor", spec="nText", WriteBOM=True), [("u.txt", "é")], "nText")
    assert (tmp_path / "u.txt").read_bytes() == b"\xff\xfe\xe9\x00"
    run_columns(tmp_path, columns_flow("Extractor", spec="text(0,1252)"), [("a.txt", "é")], "text(0,1252)")
    assert (tmp_path / "a.txt").read_bytes() == b"\xe9"


def test_export_onto_an_existing_file_is_a_row_error(tmp_path):
    (tmp_path / "old.bin").write_bytes(b"old")
    redirecting = columns_flow("Extractor", disposition="RedirectRow")
    host = run_columns(tmp_path, redirecting, [("old.bin", b"x"), ("new.bin", b"y"), (None, b"z")])
    assert host.table("Bad").rows() == [("old.bin", -1071607641), (None, -1071607661)]
    assert (tmp_path / "old.bin").read_bytes() == b"old"
    with pytest.raises(DataFlowFailed) as caught:
        run_columns(tmp_path, columns_flow("Extractor"), [("old.bin", b"x")])
    assert caught.value.error.code == 0xC0209029
    both = columns_flow("Extractor", AllowAppend=True, ForceTruncate=True)
    with pytest.raises(DataFlowFailed) as caught:
        run_columns(tmp_path, both, [])
    assert caught.value.error.code == 0xC0D51404


@pytest.mark.parametrize(
    ("spec", "options", "content", "value"),
    [
        ("image", {}, b"\x00\x01", b"\x00\x01"),
        ("text(0,1252)", {}, b"\xe9", "é"),
        ("nText", {}, "é".encode("utf-16-le"), "é"),
        ("nText", {"ExpectBOM": True}, b"\xff\xfe\xe9\x00", "é"),
    ],
)
def test_import_reads_files(tmp_path, spec, options, content, value):
    (tmp_path / "f").write_bytes(content)
    target = Column("out.x", "out.x", "x", type_of(spec))
    host = run_columns(tmp_path, columns_flow("Inserter", out=[target], **options), [("f", None), (None, None)])
    assert host.table("Dst").rows() == [("f", value), (None, None)]


def test_import_errors(tmp_path):
    (tmp_path / "nomark").write_bytes(b"ab")
    target = Column("out.x", "out.x", "x", type_of("nText"))
    redirecting = columns_flow("Inserter", out=[target], disposition="RedirectRow", ExpectBOM=True)
    host = run_columns(tmp_path, redirecting, [("gone", None), ("nomark", None)])
    assert host.table("Bad").rows() == [("gone", -1071607620), ("nomark", -1071607612)]
    ignoring = columns_flow("Inserter", out=[target], disposition="IgnoreFailure")
    assert run_columns(tmp_path, ignoring, [("gone", None)]).table("Dst").rows() == [("gone", None)]
    with pytest.raises(DataFlowFailed) as caught:
        run_columns(tmp_path, columns_flow("Inserter", out=[target]), [("gone", None)])
    assert caught.value.error.code == 0xC0209029


def test_recordset_reaches_its_variable_when_the_flow_ends_well(tmp_path):
    host = RecordingHost(tmp_path)
    host.variables["User::rows"] = (None, "before")
    into = Input("R.In", "In", (used("Src.n"),))
    recordset = Component(
        "R", "R", "", "RecordsetDestination", properties=props({"VariableName": "User::rows"}), inputs=(into,)
    )
    made = flow(source("Src", {"n": I4}), recordset, paths=[("Src.Out", "R.In")])
    host.frames["Src"] = numbers(5, batch=2)
    engine.run_data_flow(made, host)
    found = host.variables["User::rows"][1]
    assert [c.name for c in found.columns] == ["n"]
    assert list(found.rows()) == [(0,), (1,), (2,), (3,), (4,)]
    host.variables["User::rows"] = (None, "before")
    host.frames["Src"] = iter([numbers(1)[0], 5])
    with pytest.raises(DataFlowFailed):
        engine.run_data_flow(made, host)
    assert host.variables["User::rows"][1] == "before"
    host.variables["User::rows"] = (TypeSpec(DT.I4), 0)
    with pytest.raises(DataFlowFailed) as caught:
        engine.run_data_flow(made, host)
    assert caught.value.error.code == 0xC020929C


@pytest.mark.parametrize("rows", [0, 1, 70_000])
def test_raw_files_of_any_length(tmp_path, rows):
    frame = small(*((at, None if at % 3 else str(at % 100)) for at in range(rows)))
    write(tmp_path, frame, SMALL, WriteOption=0)
    found = read(tmp_path, SMALL)
    assert found.rows() == frame.rows() if rows else found.is_empty()


def test_export_and_import_of_no_row_and_many(tmp_path):
    target = Column("out.x", "out.x", "x", type_of("image"))
    for part, out in (("Extractor", []), ("Inserter", [target])):
        host = run_columns(tmp_path, columns_flow(part, out=out), [])
        assert host.table("Dst").is_empty()
    rows = [(f"{at}.bin", bytes([at])) for at in range(200)]
    host = RecordingHost(tmp_path)
    run_columns(tmp_path, columns_flow("Extractor", ForceTruncate=True), rows)
    host = run_columns(tmp_path, columns_flow("Inserter", out=[target]), [(name, None) for name, _ in rows])
    assert host.table("Dst").rows() == rows


def test_columns_over_buffers(tmp_path):
    target = Column("out.x", "out.x", "x", type_of("image"))
    host = RecordingHost(tmp_path)
    host.frames["Src"] = [
        pl.DataFrame({"p": [f"{at}.bin"], "d": pl.Series([bytes([at])], dtype=pl.Binary)}) for at in range(5)
    ]
    export = columns_flow("Extractor")
    made = flow(
        source("Src", {"p": wstr(), "d": type_of("image")}),
        export,
        sink("Dst", {"p": "Src.p"}),
        paths=[("Src.Out", "C.In"), ("C.Out", "Dst.In")],
    )
    engine.run_data_flow(made, host)
    assert host.table("Dst").height == 5
    host.frames["Src"] = [pl.DataFrame({"p": [f"{at}.bin"]}) for at in range(5)]
    made = flow(
        source("Src", {"p": wstr()}),
        columns_flow("Inserter", out=[target]),
        sink("Dst", {"x": "out.x"}),
        paths=[("Src.Out", "C.In"), ("C.Out", "Dst.In")],
    )
    engine.run_data_flow(made, host)
    assert host.table("Dst")["x"].to_list() == [bytes([at]) for at in range(5)]


def test_export_ignores_errors(tmp_path):
    (tmp_path / "old.bin").write_bytes(b"old")
    ignoring = columns_flow("Extractor", disposition="IgnoreFailure")
    host = run_columns(tmp_path, ignoring, [("old.bin", b"x"), ("new.bin", b"y")])
    assert host.table("Dst").height == 2
    assert [(tmp_path / name).read_bytes() for name in ("old.bin", "new.bin")] == [b"old", b"y"]


@pytest.mark.parametrize("values", [[], [None], [1, None, 3]])
def test_recordsets_of_any_length(tmp_path, values):
    host = RecordingHost(tmp_path)
    host.variables["User::rows"] = (None, None)
    into = Input("R.In", "In", (used("Src.n"),))
    recordset = Component(
        "R", "R", "", "RecordsetDestination", properties=props({"VariableName": "User::rows"}), inputs=(into,)
    )
    made = flow(source("Src", {"n": I4}), recordset, paths=[("Src.Out", "R.In")])
    host.frames["Src"] = [pl.DataFrame({"n": pl.Series([value], dtype=pl.Int32)}) for value in values]
    engine.run_data_flow(made, host)
    assert list(host.variables["User::rows"][1].rows()) == [(value,) for value in values]
