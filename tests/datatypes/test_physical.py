"""The Polars type of each type."""

import polars as pl
import pytest

from dtserve.datatypes import DT, TYPES, TypeSpec
from dtserve.datatypes.physical import polars_type
from support.datatype_values import SPECS


@pytest.mark.parametrize("dt", DT)
def test_every_type_has_a_physical_form(dt):
    assert isinstance(polars_type(TypeSpec(dt, precision=10)), pl.DataType)


def test_widths_agree_with_ranges():
    for dt, info in TYPES.items():
        if info.family == "int":
            kind = polars_type(TypeSpec(dt))
            assert pl.Series([info.low, info.high], dtype=kind).to_list() == [info.low, info.high]


def test_decimals_carry_precision_and_scale():
    assert polars_type(TypeSpec(DT.NUMERIC, precision=18, scale=4)) == pl.Decimal(18, 4)
    assert polars_type(TypeSpec(DT.NUMERIC, scale=4)) == pl.Decimal(38, 4)
    assert polars_type(TypeSpec(DT.DECIMAL, scale=3)) == pl.Decimal(29, 3)
    assert polars_type(TypeSpec(DT.CY)) == pl.Decimal(19, 4)


@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_the_type_knows_its_form(spec):
    assert spec.polars() == polars_type(spec)
