import uuid
from datetime import date, datetime
from datetime import time as clock
from decimal import Decimal

import pytest

from dtserve.connections.sql.dbapi_types import from_odbc, from_python, from_tds


@pytest.mark.parametrize(
    ("number", "size", "scale", "kind"),
    [
        (-7, 1, 0, "DT_BOOL"), (-6, 3, 0, "DT_UI1"), (5, 5, 0, "DT_I2"), (4, 10, 0, "DT_I4"), (-5, 19, 0, "DT_I8"), (7, 24, 0, "DT_R4"), (8, 53, 0, "DT_R8"),
        (2, 10, 3, "DT_NUMERIC(10,3)"), (3, 0, 0, "DT_NUMERIC(38,10)"), (12, 30, 0, "DT_STR(30,1252)"), (12, 0, 0, "DT_TEXT"), (-9, 30, 0, "DT_WSTR(30)"),
        (-9, 0, 0, "DT_NTEXT"), (-3, 8, 0, "DT_BYTES(8)"), (-4, 0, 0, "DT_IMAGE"), (91, 10, 0, "DT_DBDATE"), (93, 27, 7, "DT_DBTIMESTAMP2"),
        (-154, 16, 7, "DT_DBTIME2"), (-155, 34, 7, "DT_DBTIMESTAMPOFFSET"), (-11, 36, 0, "DT_GUID"), (-150, 0, 0, "DT_WSTR(4000)"), (999, 0, 0, "None"),
    ],
)  # fmt: skip
def test_odbc(number, size, scale, kind):
    assert str(from_odbc(number, size, scale)) == kind


@pytest.mark.parametrize(
    ("item", "kind"),
    [
        ((38, 1, None, None), "DT_UI1"), ((38, 8, None, None), "DT_I8"), ((38, 3, None, None), "None"), ((104, 1, None, None), "DT_BOOL"), ((109, 4, None, None), "DT_R4"),
        ((108, 9, 18, 4), "DT_NUMERIC(18,4)"), ((231, 50.0, None, None), "DT_WSTR(50)"), ((231, 65535, None, None), "DT_NTEXT"), ((167, 30, None, None), "DT_STR(30,1252)"),
        ((167, None, None, None), "DT_TEXT"), ((165, 8, None, None), "DT_BYTES(8)"), ((36, 16, None, None), "DT_GUID"), ((110, 8, None, None), "DT_CY"),
        ((111, 8, None, None), "DT_DBTIMESTAMP"), ((42, None, None, 7), "DT_DBTIMESTAMP2"), ((40, None, None, None), "DT_DBDATE"), ((35, None, None, None), "DT_TEXT"),
        ((98, None, None, None), "DT_WSTR(4000)"), ((1, None, None, None), "None"),
    ],
)  # fmt: skip
def test_tds(item, kind):
    assert str(from_tds(*item)) == kind


@pytest.mark.parametrize(
    ("item", "kind"),
    [
        (("x", int, None, 10, 10, 0, True), "DT_I4"), (("x", int, None, 3, 3, 0, True), "DT_UI1"), (("x", int, None, 5, 5, 0, True), "DT_I2"), (("x", int, None, 19, 19, 0, True), "DT_I8"),
        (("x", str, None, 50, 50, 0, True), "DT_WSTR(50)"), (("x", str, None, 0, 0, 0, True), "DT_NTEXT"), (("x", Decimal, None, 18, 18, 4, True), "DT_NUMERIC(18,4)"),
        (("x", float, None, 53, 53, 0, True), "DT_R8"), (("x", bool, None, 1, 1, 0, True), "DT_BOOL"), (("x", bytearray, None, 9, 9, 0, True), "DT_BYTES(9)"),
        (("x", date, None, 10, 10, 0, True), "DT_DBDATE"), (("x", datetime, None, 23, 23, 3, True), "DT_DBTIMESTAMP2"), (("x", clock, None, 8, 8, 0, True), "DT_DBTIME2"),
        (("x", uuid.UUID, None, 36, 36, 0, True), "DT_GUID"), (("x", None, None, None, None, None, None), "None"), (("x", 5, None, None, None, None, None), "None"),
    ],
)  # fmt: skip
def test_python(item, kind):
    assert str(from_python(item)) == kind
