"""Rows of a result as buffers of a source: by name, converted, errors by disposition."""

from __future__ import annotations

import polars as pl
import pytest

from dtserve.connections.base import ResultColumn, ResultSet
from dtserve.dataflow.component_errors import ColumnNotInSource
from dtserve.dataflow.errors import InducedFailureOnError, chain
from dtserve.dataflow.sql_reader import SqlReader, plainly_fits
from dtserve.datatypes import DT, TypeSpec
from dtserve.package.model import Column, Component, ExternalColumn, Output
from support.flows import I4, MemorySource, RecordingHost, wstr


def reader(tmp_path, disposition="FailComponent", *, redirects=True):
    columns = tuple(
        Column(
            f"S.Outputs[O].Columns[{n}]",
            f"S.{n}",
            n,
            spec,
            number=at,
            external_ref=f"x.{n}",
            error_disposition=disposition,
            truncation_disposition=disposition,
        )
        for at, (n, spec) in enumerate((("a", I4), ("b", wstr(3))), start=1)
    )
    errors = (
        Column("E.a", "E.a", "a", I4),
        Column("E.other", "E.other", "other", I4),
        Column("E.code", "E.code", "ErrorCode", I4, special_flags=1),
        Column("E.col", "E.col", "ErrorColumn", I4, special_flags=2),
    )
    external = (ExternalColumn("x.a", "Alpha", I4), ExternalColumn("x.b", "Beta", wstr(3)))
    model = Component(
        "S", "S", "", outputs=(Output("O", "O", columns, external), Output("E", "E", errors, is_error_out=True))
    )  # fmt: skip
    source = MemorySource(model, RecordingHost(tmp_path), {})
    source.output_schemas = {"O": {}} | ({"E": {}} if redirects else {})
    return SqlReader(source)


def result(*frames):
    return ResultSet((ResultColumn("BETA", wstr(9)), ResultColumn("Alpha", wstr(9))), batches=frames)


def frame(*rows):
    return pl.DataFrame({"0": [r[0] for r in rows], "1": [r[1] for r in rows]}, schema={"0": pl.String, "1": pl.String})


def test_columns_come_by_name_in_the_declared_types(tmp_path):
    ((output, rows),) = reader(tmp_path).frames(result(frame(("x", "1"), (None, "2")), frame()))
    assert output == "O"
    assert rows.rows() == [(1, "x"), (2, None)]
    assert rows.columns == ["S.a", "S.b"]


def test_errors_are_redirected_under_the_names_of_the_error_output(tmp_path):
    away, kept = reader(tmp_path, "RedirectRow").frames(result(frame(("x", "1"), ("y", "?"), ("long", "3"))))
    assert kept[1].rows() == [(1, "x")]
    assert away[1].columns == ["E.a", "E.other", "E.code", "E.col"]
    assert away[1].rows() == [(None, None, -1071607694, 1), (3, None, -1071607693, 2)]


def test_errors_ignored_are_null_or_cut(tmp_path):
    ((_, rows),) = reader(tmp_path, "IgnoreFailure").frames(result(frame(("long", "?"))))
    assert rows.rows() == [(None, "lon")]


def test_failures_name_column_and_status(tmp_path):
    with pytest.raises(InducedFailureOnError) as caught:
        list(reader(tmp_path).frames(result(frame(("x", "?")))))
    first = chain(caught.value)[0]
    assert first.code == 0xC020901C
    assert "S.Outputs[O].Columns[a]" in first.message


def test_a_missing_column(tmp_path):
    with pytest.raises(ColumnNotInSource, match="Alpha"):
        list(reader(tmp_path).frames(ResultSet((ResultColumn("Beta", I4),), batches=[frame(("x", "1"))])))


@pytest.mark.parametrize(
    ("spec", "value", "kept"),
    [
        (wstr(3), "abcd", "abc"),
        (wstr(3), "äöü", "äöü"),
        (TypeSpec(DT.STR, length=3, code_page=1252), "a€é", "a€é"),
        (TypeSpec(DT.STR, length=3, code_page=1252), "aΩ", "a?"),
        (TypeSpec(DT.STR, length=3, code_page=1253), "aΩ", "aΩ"),
        (TypeSpec(DT.STR, length=3, code_page=932), "日本", "日"),
        (TypeSpec(DT.TEXT, code_page=1252), "aΩ", "a?"),
    ],
)
def test_a_database_that_does_not_keep_to_its_own_types(tmp_path, spec, value, kept):
    column = Column("S.c", "S.c", "c", spec, truncation_disposition="IgnoreFailure")
    model = Component("S", "S", "", outputs=(Output("O", "O", (column,)),))
    source = MemorySource(model, RecordingHost(tmp_path), {})
    source.output_schemas = {"O": {}}
    frames = [pl.DataFrame({"0": ["a", value, None]})]
    ((_, rows),) = SqlReader(source).frames(ResultSet((ResultColumn("c", spec),), batches=frames))
    assert rows.rows() == [("a",), (kept,), (None,)]
    assert plainly_fits(rows["S.c"].head(1), spec)
