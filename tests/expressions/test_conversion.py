from datetime import date, datetime

import pytest

from dtserve.expressions.conversion import convert_scalar, is_empty
from dtserve.expressions.value_errors import CastFailed, CastOverflow
from support.expression_backends import spec_of


@pytest.mark.parametrize(
    ("value", "source", "target", "result"),
    [
        ("63", "DT_WSTR,2", "DT_I4", 63),
        (True, "DT_BOOL", "DT_I4", -1),
        (3.99, "DT_R8", "DT_I4", 3),
        ("Cat", "DT_WSTR,3", "DT_WSTR,2", "Ca"),
        ("Cat", "DT_WSTR,3", "DT_WSTR,0", ""),
        (b"ab", "DT_BYTES,2", "DT_BYTES,0", b""),
        (datetime(2015, 3, 27), "DT_DATE", "DT_WSTR,50", "3/27/2015"),
        (datetime(2015, 3, 27, 1, 2, 3, 456789), "DT_DBTIMESTAMP2,6", "DT_DBDATE", date(2015, 3, 27)),
        ("8/6/2003", "DT_WSTR,9", "DT_DBDATE", date(2003, 8, 6)),
    ],
)
def test_values_also_those_that_are_cut(value: object, source: str, target: str, result: object) -> None:
    assert convert_scalar(value, spec_of(source), spec_of(target)) == result


def test_locale() -> None:
    assert convert_scalar("8/6/2003", spec_of("DT_WSTR,9"), spec_of("DT_DBDATE"), 2057) == date(2003, 6, 8)


@pytest.mark.parametrize(
    ("value", "source", "target", "fault"),
    [
        ("abc", "DT_WSTR,3", "DT_I4", CastFailed),
        ("", "DT_WSTR,3", "DT_I4", CastFailed),
        (300, "DT_I4", "DT_UI1", CastOverflow),
        (-1, "DT_I4", "DT_UI1", CastOverflow),
    ],
)
def test_faults_name_types_and_never_the_value(value: object, source: str, target: str, fault: type) -> None:
    with pytest.raises(fault) as caught:
        convert_scalar(value, spec_of(source), spec_of(target))
    assert caught.value.static_code == 0xC0049064
    assert "abc" not in caught.value.describe()
    assert caught.value.facts["target"] == target.partition(",")[0]


def test_is_empty() -> None:
    assert [is_empty(spec_of(s)) for s in ("DT_STR,0,1252", "DT_WSTR,1", "DT_NTEXT")] == [True, False, False]
