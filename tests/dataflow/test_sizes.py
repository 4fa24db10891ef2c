"""Widths of rows."""

from __future__ import annotations

from dtserve.dataflow.sizes import row_bytes, rows_per_buffer
from dtserve.datatypes import DT, TypeSpec
from support.flows import I4, wstr


def test_width_follows_the_declared_lengths():
    assert row_bytes({"a": I4}) == 8
    assert row_bytes({"a": I4, "b": wstr(50)}) == 108
    assert row_bytes({}) == 1


def test_buffers_of_wide_rows_have_fewer_rows():
    assert rows_per_buffer({"a": I4}) == 65_536
    assert 256 <= rows_per_buffer({str(i): wstr(4000) for i in range(20)}) < 1000
    assert rows_per_buffer({"a": TypeSpec(DT.IMAGE)}) == 2048
