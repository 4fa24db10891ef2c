"""Fast parse of dates and times: the forms of its page, and nothing else."""

import datetime as dt

import pytest

from dtserve.datatypes import DT, TypeSpec
from dtserve.datatypes.errors import ConversionError
from dtserve.datatypes.parse_fast import parse_moment_fast


def read(text, kind):
    try:
        return parse_moment_fast(text, TypeSpec(kind, scale=7), "")
    except ConversionError:
        return None


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("20040203", (2004, 2, 3)),
        ("2004-02-03", (2004, 2, 3)),
        (" 2004- 02-03", (2004, 2, 3)),
        ("2004-02", (2004, 2, 1)),
        ("2004", (2004, 1, 1)),
        ("\t20040203T2039", (2004, 2, 3, 20, 39)),
    ],
)
def test_dates_taken(text, date):
    assert read(text, DT.DBDATE) == (dt.datetime(*date), None, False)


@pytest.mark.parametrize(
    "text",
    [
        "Oct-31-2003",
        "03-04-1995",
        "1995031",
        "1995-031",
        "1995W101",
        "1995-W10-1",
        "200402",
        "20040230",
        "2004-02-03 ",
        "",
        "0000-01-01",
        "2004-02-03 10:00:00",
        "20040203t10",
    ],
)
def test_dates_refused(text):
    assert read(text, DT.DBDATE) is None


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("203910", (20, 39, 10)),
        (" 10:24", (10, 24)),
        ("1024", (10, 24)),
        ("10", (10,)),
        ("24:00:00", (0,)),
        ("2400", (0,)),
        ("24", (0,)),
        ("12.750", (12, 45)),
        ("1220.500", (12, 20, 30)),
        ("12:20,5", (12, 20, 30)),
        ("122040.250", (12, 20, 40, 250000)),
        ("23:59:60", (0,)),
        ("10:24+02:00", (10, 24)),
        ("102400-0330", (10, 24)),
        ("10:24:00+02", (10, 24)),
        ("10:24Z", (10, 24)),
    ],
)
def test_times_taken(text, time):
    moment, zone, cut = read(text, DT.DBTIME2)
    assert (moment.time(), zone, cut) == (dt.time(*time), None, False)


@pytest.mark.parametrize(
    "text", ["10:24 AM", "1:24", "25", "2401", "24:00:01", "10:60", "10:24:61", "10:24.12345678", "10 24"]
)
def test_times_refused(text):
    assert read(text, DT.DBTIME) is None


@pytest.mark.parametrize(
    ("text", "moment", "zone"),
    [
        ("  2003-01-10T203910", (2003, 1, 10, 20, 39, 10), None),
        ("2003-10-14", (2003, 10, 14), None),
        ("20030110T20:39:10.5+05:30", (2003, 1, 10, 20, 39, 10, 500000), 330),
        ("20030110T2039-0800", (2003, 1, 10, 20, 39), -480),
        ("20030110T24", (2003, 1, 11), None),
    ],
)
def test_moments_taken(text, moment, zone):
    assert read(text, DT.DBTIMESTAMPOFFSET) == (dt.datetime(*moment), zone, False)
    assert read(text, DT.DBTIMESTAMP) == (dt.datetime(*moment), None, False)


def test_the_seventh_digit_is_reported():
    assert read("20030110T203910.1234567", DT.DBTIMESTAMP2)[2] is True


@pytest.mark.parametrize(
    "text", ["20030110T203910+15:00", "20030110T203910+05:61", "99991231T24", "20030110T", "T203910"]
)
def test_moments_refused(text):
    assert read(text, DT.DBTIMESTAMPOFFSET) is None
