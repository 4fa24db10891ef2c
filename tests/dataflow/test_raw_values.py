"""Values in OLE DB form and back."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dtserve.dataflow.raw_values import codec
from dtserve.datatypes import DT, TypeSpec

MOMENTS = st.datetimes(dt.datetime(1753, 1, 1), dt.datetime(9999, 12, 31, 23, 59, 59))
VALUES = {
    TypeSpec(DT.I1): st.integers(-128, 127),
    TypeSpec(DT.I8): st.integers(-(2**63), 2**63 - 1),
    TypeSpec(DT.UI4): st.integers(0, 2**32 - 1),
    TypeSpec(DT.R8): st.floats(allow_nan=False),
    TypeSpec(DT.BOOL): st.booleans(),
    TypeSpec(DT.CY): st.decimals(-(10**14), 10**14, places=4),
    TypeSpec(DT.NUMERIC, precision=38, scale=6): st.decimals(-(10**30), 10**30, places=6),
    TypeSpec(DT.DECIMAL, scale=3): st.decimals(-(10**24), 10**24, places=3),
    TypeSpec(DT.WSTR, length=9): st.text(max_size=9),
    TypeSpec(DT.STR, length=9, code_page=1252): st.text("abcé€ ", max_size=9),
    TypeSpec(DT.BYTES, length=9): st.binary(max_size=9),
    TypeSpec(DT.DBDATE): st.dates(),
    TypeSpec(DT.DBTIMESTAMP): MOMENTS,
    TypeSpec(DT.FILETIME): MOMENTS,
    TypeSpec(DT.DATE): st.datetimes().map(lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000)),
    TypeSpec(DT.DBTIME2, scale=7): st.times(),
    TypeSpec(DT.GUID): st.uuids().map(lambda u: "{" + str(u).upper() + "}"),
}


@pytest.mark.parametrize("spec", VALUES, ids=str)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_there_and_back(spec, data):
    value = data.draw(VALUES[spec])
    one = codec(spec)
    packed = one.pack(value)
    assert one.size in (0, len(packed))
    assert one.unpack(b"xx" + packed, 2) == (value, 2 + len(packed))


@settings(max_examples=50, deadline=None)
@given(st.datetimes(dt.datetime(1800, 1, 1), dt.datetime(2200, 1, 1)))
def test_ole_dates_keep_their_second(moment):
    found, _ = codec(TypeSpec(DT.DATE)).unpack(codec(TypeSpec(DT.DATE)).pack(moment), 0)
    assert abs(found - moment) < dt.timedelta(microseconds=5)


def test_known_bytes():
    assert codec(TypeSpec(DT.CY)).pack(Decimal("440.0000")).hex() == "8023430000000000"
    assert codec(TypeSpec(DT.WSTR, length=5)).pack("AR").hex() == "0200000041005200"
    assert codec(TypeSpec(DT.STR, length=5, code_page=1252)).pack("é").hex() == "01000000e9"


def test_long_types_have_no_form():
    with pytest.raises(ValueError, match="DT_NTEXT"):
        codec(TypeSpec(DT.NTEXT))
