import pytest

from dtserve.expressions.errors import ExpressionFault, FailedToParse
from dtserve.expressions.nodes import Cast, Null
from dtserve.expressions.parser import parse
from dtserve.expressions.type_errors import (
    InvalidCastCodePage,
    InvalidCastLength,
    InvalidCastParameter,
    InvalidCastParameterType,
    InvalidCastPrecision,
    InvalidCastScale,
    InvalidNullCodePage,
    InvalidNullLength,
    InvalidNullParameter,
    InvalidNullParameterType,
    InvalidNullPrecision,
    InvalidNullScale,
    UnsupportedType,
)
from dtserve.expressions.typespecs import type_of


def typed(specification: str, cast: bool = True) -> str:
    text = f"({specification})1" if cast else f"NULL({specification})"
    node = parse(text)
    assert isinstance(node, Cast | Null)
    return str(type_of(node, text))


@pytest.mark.parametrize(
    ("written", "spec"),
    [
        ("DT_I4", "DT_I4"),
        ("dt_wstr,4000", "DT_WSTR(4000)"),
        ("DT_STR,8000,65001", "DT_STR(8000,65001)"),
        ("DT_NUMERIC,38,38", "DT_NUMERIC(38,38)"),
        ("DT_DECIMAL,28", "DT_DECIMAL(28)"),
        ("DT_BYTES,8000", "DT_BYTES(8000)"),
        ("DT_TEXT,1252", "DT_TEXT"),
        ("DT_DBTIMESTAMP2,7", "DT_DBTIMESTAMP2"),
    ],
)
def test_types(written: str, spec: str) -> None:
    assert typed(written) == typed(written, cast=False) == spec


@pytest.mark.parametrize(
    ("written", "in_cast", "in_null"),
    [
        ("DT_WSTR,-1", InvalidCastLength, InvalidNullLength),
        ("DT_WSTR,4001", InvalidCastLength, InvalidNullLength),
        ("DT_STR,10,1", InvalidCastCodePage, InvalidNullCodePage),
        ("DT_NUMERIC,39,0", InvalidCastPrecision, InvalidNullPrecision),
        ("DT_NUMERIC,0,0", InvalidCastPrecision, InvalidNullPrecision),
        ("DT_NUMERIC,5,6", InvalidCastScale, InvalidNullScale),
        ("DT_DECIMAL,29", InvalidCastScale, InvalidNullScale),
        ("DT_DBTIME2,8", InvalidCastScale, InvalidNullScale),
        ("DT_WSTR,@n", InvalidCastParameter, InvalidNullParameter),
        ("DT_WSTR,1+1", InvalidCastParameter, InvalidNullParameter),
        ('DT_WSTR,"5"', InvalidCastParameterType, InvalidNullParameterType),
        ("DT_WSTR,5.0", InvalidCastParameterType, InvalidNullParameterType),
        ("DT_WSTR", FailedToParse, FailedToParse),
        ("DT_I4,5", FailedToParse, FailedToParse),
        ("DT_XYZ", UnsupportedType, UnsupportedType),
        ("DT_EMPTY", UnsupportedType, UnsupportedType),
    ],
)
def test_refused(written: str, in_cast: type[ExpressionFault], in_null: type[ExpressionFault]) -> None:
    for cast, fault in ((True, in_cast), (False, in_null)):
        with pytest.raises(fault) as caught:
            typed(written, cast)
        assert type(caught.value) is fault
        assert caught.value.start >= 0
