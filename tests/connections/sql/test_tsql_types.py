import pytest
from sqlglot import exp

from dtserve.connections.sql.nodes import typed
from dtserve.connections.sql.tsql_reader import read_expression
from dtserve.connections.sql.tsql_types import (
    I4,
    I8,
    MOMENT,
    arithmetic,
    common,
    literal_type,
    spec_of,
    type_of,
    varchar,
    wide,
)
from dtserve.datatypes import DT, TypeSpec


def numeric(precision, scale):
    return TypeSpec(DT.NUMERIC, precision=precision, scale=scale)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("N'abc'", wide(3)), ("'abc'", varchar(3)), ("5", I4), ("3000000000", numeric(10, 0)), ("1.50", numeric(3, 2)),
        ("1e3", TypeSpec(DT.R8)), ("0xABCD", TypeSpec(DT.BYTES, 2)), ("NULL", None),
    ],
)  # fmt: skip
def test_literals(text, kind):
    assert literal_type(read_expression(text, "X")) == kind


@pytest.mark.parametrize(
    ("sign", "one", "other", "kind"),
    [
        ("+", I4, I8, I8), ("+", I4, numeric(10, 2), numeric(13, 2)), ("*", numeric(10, 2), numeric(5, 3), numeric(16, 5)),
        ("/", numeric(10, 2), I4, numeric(21, 13)), ("/", numeric(38, 10), numeric(38, 10), numeric(38, 6)),
        ("*", TypeSpec(DT.CY), I4, TypeSpec(DT.CY)), ("+", TypeSpec(DT.R4), I4, TypeSpec(DT.R8)), ("+", MOMENT, I4, MOMENT),
        ("+", varchar(3), I4, I4), ("+", None, I4, None), ("%", numeric(10, 2), I4, numeric(10, 2)),
    ],
)  # fmt: skip
def test_arithmetic(sign, one, other, kind):
    assert arithmetic(sign, one, other) == kind


def test_common_types():
    assert common([varchar(3), wide(2)]) == wide(3)
    assert common([varchar(3), I4, None]) == I4
    assert common([numeric(10, 2), numeric(5, 4)]) == numeric(12, 4)
    assert common([TypeSpec(DT.NTEXT), varchar(3)]) == TypeSpec(DT.NTEXT)
    assert common([I4, TypeSpec(DT.I2)]) == I4
    assert common([None]) is None


def test_casts_and_marks():
    kind = read_expression("CAST(a AS varchar)", "X").args["to"]
    assert spec_of(kind) == varchar(30)
    assert spec_of(read_expression("CAST(a AS decimal(9,3))", "X").args["to"]) == numeric(9, 3)
    assert wide(5000).dt is DT.NTEXT
    assert varchar(9000).dt is DT.TEXT
    assert type_of(typed(exp.Null(), I4)) == I4
    assert type_of("x") is None
