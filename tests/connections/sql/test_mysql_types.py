from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from dtserve.connections.base import SqlParameter
from dtserve.connections.sql.mysql_types import bind, spec_of_field, storable
from dtserve.datatypes import DT, TypeSpec


def field(code, length=0, scale=0, flags=0, charset=45):
    return SimpleNamespace(type_code=code, length=length, scale=scale, flags=flags, charsetnr=charset)


@pytest.mark.parametrize(
    ("found", "kind"),
    [
        (field(1, 1), "DT_BOOL"), (field(1, 4), "DT_I1"), (field(1, 3, flags=32), "DT_UI1"), (field(3, 11), "DT_I4"), (field(8, 20, flags=32), "DT_UI8"), (field(246, 20, 4), "DT_NUMERIC(18,4)"),
        (field(246, 18, 0, 32), "DT_NUMERIC(18,0)"), (field(253, 200), "DT_WSTR(50)"), (field(253, 10, charset=63), "DT_BYTES(10)"), (field(252, 999999), "DT_NTEXT"), (field(252, 9, charset=63), "DT_IMAGE"),
        (field(10), "DT_DBDATE"), (field(12, scale=3), "DT_DBTIMESTAMP2"), (field(11), "DT_DBTIME2"), (field(16, 1), "DT_BOOL"), (field(16, 8), "DT_BYTES(8)"), (field(4), "DT_R4"), (field(5), "DT_R8"), (field(13), "DT_I2"),
    ],
)  # fmt: skip
def test_types(found, kind):
    assert str(spec_of_field(found, None)) == kind


def test_what_the_statement_says_goes_before():
    assert spec_of_field(field(253, 144), TypeSpec(DT.GUID)) == TypeSpec(DT.GUID)
    assert spec_of_field(field(8, 20), TypeSpec(DT.I4)) == TypeSpec(DT.I4)
    assert spec_of_field(field(5), TypeSpec(DT.I4)) == TypeSpec(DT.R8)


def test_values():
    assert storable("{ab}", TypeSpec(DT.GUID)) == "AB"
    assert storable({"utc": datetime(2024, 1, 1), "offset": 0}, None) == datetime(2024, 1, 1, tzinfo=UTC)
    assert bind(SqlParameter("20240102"), TypeSpec(DT.DBTIMESTAMP)) == "2024-01-02 00:00:00"
    assert bind(SqlParameter("{ab}", TypeSpec(DT.GUID)), None) == "AB"
    assert bind(5, None) == 5
