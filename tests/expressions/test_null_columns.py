import polars as pl

from dtserve.expressions.null_columns import is_null, replace_null
from dtserve.expressions.program import Operand, literal
from support.expression_backends import prepare, spec_of
from support.expression_strategies import COLUMNS


def test_is_null_of_columns_and_constants() -> None:
    frame = pl.DataFrame({"a": [1, None]})
    assert frame.select(is_null(Operand(pl.col("a"), spec_of("DT_I8")))).to_series().to_list() == [False, True]
    assert frame.select(is_null(literal(None, spec_of("DT_I4")))).item() is True
    assert frame.select(is_null(literal(1, spec_of("DT_I4")))).item() is False
    offsets = pl.DataFrame(
        {"a": [{"utc": None, "offset": 3}, None]}, schema={"a": spec_of("DT_DBTIMESTAMPOFFSET,0").polars()}
    )
    operand = Operand(pl.col("a"), spec_of("DT_DBTIMESTAMPOFFSET,0"))
    assert offsets.select(is_null(operand)).to_series().to_list() == [True, True]


def test_replace_null_keeps_the_type() -> None:
    frame = pl.DataFrame({"a": pl.Series([1, None], dtype=pl.Int16)})
    spec = spec_of("DT_I2")
    made = frame.select(replace_null(spec, Operand(pl.col("a"), spec), literal(7, spec))).to_series()
    assert made.to_list() == [1, 7]
    assert made.dtype == pl.Int16


def test_every_type_has_nulls() -> None:
    nothing = dict.fromkeys(COLUMNS)
    for name in COLUMNS:
        prepared = prepare(f"ISNULL({name})", COLUMNS)
        assert prepared.columnar([nothing])[0].value is prepared.scalar(nothing).value is True
