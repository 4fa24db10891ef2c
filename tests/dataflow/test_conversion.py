"""Conversions with the codes of a component."""

from __future__ import annotations

import polars as pl
import pytest

from dtserve.dataflow.conversion import check_convertible, fit, same_storage, status, truncation_code
from dtserve.datatypes import DT, TypeSpec
from dtserve.datatypes.errors import UnsupportedConversion
from support.flows import I4, R8, numeric, wstr

TEXT = wstr(10)


@pytest.mark.parametrize(
    ("host", "code"),
    [
        ("data_conversion", 0xC020907F),
        ("ole_db_source", 0xC0209072),
        ("ole_db_destination", 0xC0209077),
        ("flat_file_source", 0xC0209084),
    ],
)
def test_codes_are_those_of_the_component(host, code):
    result = fit(pl.Series(["1", "x", None]), TEXT, I4, host)
    assert result.values.to_list() == [1, None, None]
    assert result.errors.to_list() == [None, code, None]
    assert status(code, False, host) == (2, "The value could not be converted because of a potential loss of data.")


def test_truncations():
    result = fit(pl.Series(["abc"]), TEXT, wstr(2), "ole_db_destination")
    assert (result.values.to_list(), result.truncated.to_list()) == (["ab"], [True])
    assert truncation_code("ole_db_destination") == 0xC0209078
    assert status(0, True, "ole_db_destination")[0] == 4


@pytest.mark.parametrize(
    ("source", "target", "same"),
    [
        (I4, I4, True), (I4, R8, False), (wstr(5), wstr(9), True), (wstr(9), wstr(5), False),
        (wstr(5), TypeSpec(DT.STR, length=9, code_page=1252), False), (numeric(9, 2), numeric(9, 3), False),
        (TypeSpec(DT.STR, length=5, code_page=1252), TypeSpec(DT.STR, length=5, code_page=1250), False),
        (TypeSpec(DT.BOOL), TypeSpec(DT.BOOL), True),
    ],
)  # fmt: skip
def test_same_storage(source, target, same):
    assert same_storage(source, target) is same


def test_pairs_that_never_convert():
    check_convertible(TEXT, I4)
    with pytest.raises(UnsupportedConversion):
        check_convertible(TypeSpec(DT.IMAGE), I4)
