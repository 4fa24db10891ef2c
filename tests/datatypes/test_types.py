"""Names, codes and ranges of the types."""

import pytest

from dtserve.datatypes import (
    DT,
    TYPES,
    TypeSpec,
    from_code,
    from_name,
    from_token,
    from_variant,
    variant_from_dotnet,
)

CODES = {
    "i2": 2, "i4": 3, "r4": 4, "r8": 5, "cy": 6, "date": 7, "bool": 11, "decimal": 14, "i1": 16, "ui1": 17, "ui2": 18,
    "ui4": 19, "i8": 20, "ui8": 21, "dateTime": 64, "guid": 72, "bytes": 128, "str": 129, "wstr": 130, "numeric": 131,
    "dbDate": 133, "dbTime": 134, "dbTimeStamp": 135, "dbTime2": 145, "dbTimeStampoffset": 146, "image": 301,
    "text": 302, "nText": 303, "dbTimeStamp2": 304,
}  # fmt: skip


@pytest.mark.parametrize(("token", "code"), CODES.items())
def test_token_and_code_name_the_same_type(token, code):
    assert from_token(token) is from_code(code) is from_token(str(code)) is from_token(token.upper())


def test_every_type_has_its_row():
    assert set(TYPES) == set(DT)
    assert {info.token for info in TYPES.values()} - {"empty", "null"} == set(CODES)


def test_filetime_is_written_date_time():
    assert from_token("dateTime") is from_token("filetime") is DT.FILETIME


@pytest.mark.parametrize(
    ("dt", "low", "high"),
    [
        (DT.I1, -128, 127),
        (DT.I2, -32768, 32767),
        (DT.I4, -(2**31), 2**31 - 1),
        (DT.I8, -(2**63), 2**63 - 1),
        (DT.UI1, 0, 255),
        (DT.UI2, 0, 65535),
        (DT.UI4, 0, 2**32 - 1),
        (DT.UI8, 0, 2**64 - 1),
    ],
)
def test_ranges_of_integers(dt, low, high):
    assert (TYPES[dt].low, TYPES[dt].high) == (low, high)


def test_names_of_expressions():
    assert from_name("DT_WSTR") is from_name("dt_wstr") is DT.WSTR
    with pytest.raises(KeyError):
        from_name("DT_VARCHAR")


def test_unknown_tokens_and_codes_are_refused():
    with pytest.raises(ValueError, match="varchar"):
        from_token("varchar")
    with pytest.raises(ValueError, match="999"):
        from_code(999)


def test_variables_have_expression_types():
    assert from_variant(7) is DT.DATE
    assert from_variant(8) is DT.WSTR
    assert from_variant(18) is DT.UI2
    assert (from_variant(22), from_variant(23)) == (DT.I4, DT.UI4)
    with pytest.raises(KeyError):
        from_variant(13)


def test_net_type_codes_lead_to_variant_types():
    pairs = {3: 11, 5: 16, 6: 17, 7: 2, 9: 3, 10: 19, 11: 20, 12: 21, 13: 4, 14: 5, 15: 14, 16: 7, 18: 8}
    assert {code: variant_from_dotnet(code) for code in pairs} == pairs
    assert variant_from_dotnet(17) is None


def test_specs_print_as_casts_do():
    assert str(TypeSpec(DT.STR, length=10, code_page=1252)) == "DT_STR(10,1252)"
    assert str(TypeSpec(DT.DECIMAL, scale=2)) == "DT_DECIMAL(2)"
    assert str(TypeSpec(DT.BYTES, length=5)) == "DT_BYTES(5)"
    assert str(TypeSpec(DT.DBDATE)) == "DT_DBDATE"
    assert TypeSpec(DT.WSTR, length=5).with_(length=7) == TypeSpec(DT.WSTR, length=7)
    assert TypeSpec(DT.CY).family == "decimal"
