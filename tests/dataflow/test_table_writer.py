"""Input columns to table columns."""

from __future__ import annotations

import polars as pl
import pytest

from dtserve.dataflow.component_errors import ExternalColumnMissing, NotMapped, UnicodeMismatch
from dtserve.dataflow.errors import InducedFailureOnError
from dtserve.dataflow.table_writer import TableWriter, originals_at
from dtserve.datatypes import DT, TypeSpec
from dtserve.package.model import Column, Component, ExternalColumn, Input, Output
from support.flows import I4, MemorySink, RecordingHost, used, wstr

STR = TypeSpec(DT.STR, length=3, code_page=1252)


def writer(tmp_path, *, disposition="FailComponent", target=I4, refs=("x.a", "x.t"), usage="readOnly"):
    errors = (
        Column("E.code", "E.code", "ErrorCode", I4, special_flags=1),
        Column("E.col", "E.col", "ErrorColumn", I4, special_flags=2),
    )
    columns = (
        used("S.a", external_ref=refs[0], number=4, usage=usage),
        used("S.t", wstr(9), external_ref=refs[1], number=5, usage=usage),
        used("S.unmapped", I4),
    )
    external = (ExternalColumn("x.t", "Text", target), ExternalColumn("x.a", "A", I4), ExternalColumn("x.z", "Z", I4))
    model = Component(
        "D",
        "D",
        "",
        inputs=(Input("D.In", "In", columns, external, error_disposition=disposition),),
        outputs=(Output("E", "E", errors, is_error_out=True, synchronous_input="D.In"),),
    )
    host = RecordingHost(tmp_path)
    return TableWriter(MemorySink(model, host, {"D.In": {"S.a": I4, "S.t": wstr(9)}})), host


FRAME = pl.DataFrame({"S.a": [1, 2, 3], "S.t": ["7", "x", None]}, schema={"S.a": pl.Int32, "S.t": pl.String})


def test_mapped_columns_in_input_order(tmp_path):
    made, _ = writer(tmp_path)
    assert [(c.name, c.type) for c in made.columns] == [("A", I4), ("Text", I4)]
    made.validate(strict_texts=False)


def test_rows_that_do_not_fit_are_redirected_with_their_originals_kept(tmp_path):
    made, _ = writer(tmp_path, disposition="RedirectRow")
    assert made.tolerant
    rows, originals, away = made.convert(FRAME)
    assert rows.rows() == [(1, 7), (3, None)]
    assert originals.rows() == [(1, "7"), (3, None)]
    assert away[0][1].rows() == [(2, "x", -1071607689, 5)]


def test_rows_that_do_not_fit_fail_on_the_input(tmp_path):
    made, _ = writer(tmp_path)
    with pytest.raises(InducedFailureOnError, match=r'"D\.In"|D\.Inputs|D.In'):
        made.convert(FRAME)


def test_refused_rows(tmp_path):
    made, _ = writer(tmp_path, disposition="RedirectRow")
    ((output, rows),) = made.refused(FRAME.head(1), 0xC020907D)
    assert (output, rows.rows()) == ("E", [(1, "7", -1071607683, 0)])
    ignoring, _ = writer(tmp_path, disposition="IgnoreFailure")
    assert list(ignoring.refused(FRAME, 1)) == []
    assert originals_at(FRAME, [2, 0])["S.a"].to_list() == [3, 1]


def test_validation(tmp_path):
    with pytest.raises(UnicodeMismatch):
        writer(tmp_path, target=STR)[0].validate()
    with pytest.raises(NotMapped):
        writer(tmp_path, refs=("", ""))[0].validate()
    with pytest.raises(NotMapped):
        writer(tmp_path, usage="ignored")[0].validate()
    with pytest.raises(ExternalColumnMissing):
        writer(tmp_path, refs=("x.gone", "x.t"))
    made, host = writer(tmp_path, target=wstr(4))
    made.validate()
    assert host.codes("OnWarning") == [0x802092A7]
