import pytest

from dtserve.connections.sql.sqlite_cast import cast_value


def cast(value, name, length=0, precision=0, scale=0, style=-1, attempt=0):
    return cast_value(value, name, length, precision, scale, style, attempt)


@pytest.mark.parametrize(
    ("value", "arguments", "result"),
    [
        ("12", ("I4",), 12), (12.9, ("I4",), 12), (-12.9, ("I4",), -12), ("", ("I4",), 0), (None, ("I4",), None), ("$1,234.5", ("NUMERIC", 0, 10, 2), 1234.5),
        (2.345, ("NUMERIC", 0, 10, 2), 2.35), ("7", ("NUMERIC", 0, 10, 2), 7), ("1.23456", ("CY",), 1.2346), ("1e2", ("R8",), 100.0), ("true", ("BOOL",), 1), (0, ("BOOL",), 0),
        ("hello", ("WSTR", 3), "hel"), (5, ("STR", 10), "5"), (1.5, ("WSTR", 10), "1.5"), ("2024-01-02 03:04:05", ("STR", 10, 0, 0, 112), "20240102"), ("abc", ("STR", 10, 0, 0, 112), "abc"),
        ("20240102 10:20", ("DBDATE",), "2024-01-02"), ("20240102", ("DBTIMESTAMP",), "2024-01-02 00:00:00"), ("2024-01-02 10:20:30.1239", ("DBTIMESTAMP",), "2024-01-02 10:20:30.123000"),
        ("10:20", ("DBTIME2",), "10:20:00"), (1, ("DBTIMESTAMP",), "1900-01-02 00:00:00"), ("20240102", ("DBTIMESTAMPOFFSET",), "2024-01-02 00:00:00+00:00"),
        ("ab", ("BYTES", 10), b"ab"), (1, ("BYTES", 10), b"\x00\x00\x00\x01"), (b"abc", ("STR", 2), "ab"), (b"\xab", ("STR", 4, 0, 0, 2), "AB"), (b"\xab", ("STR", 4, 0, 0, 1), "0xAB"),
        ("{ab}", ("GUID",), "AB"),
    ],
)  # fmt: skip
def test_casts(value, arguments, result):
    assert cast(value, *arguments) == result


@pytest.mark.parametrize(
    ("value", "arguments"),
    [
        ("x", ("I4",)),
        ("1.5", ("I4",)),
        (300, ("UI1",)),
        (2**40, ("I4",)),
        ("x", ("R8",)),
        ("13/13/2024", ("DBDATE",)),
        (12345, ("NUMERIC", 0, 4, 1)),
        ("2024-01-02", ("STR", 10, 0, 0, 999)),
    ],
)
def test_failures(value, arguments):
    with pytest.raises(ValueError, match=r"\S"):
        cast(value, *arguments)
    name, *rest = arguments
    padded = (*rest, *(0,) * (3 - len(rest)))[:3]
    style = rest[3] if len(rest) > 3 else -1
    assert cast_value(value, name, *padded, style, 1) is None
