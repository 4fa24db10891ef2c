"""Codes and symbols of ``pivot_errors`` as the message reference of SSIS has them."""

from __future__ import annotations

from dtserve.dataflow import pivot_errors
from support.error_tables import check_errors

EXPECTED = {
    "PivotBadKeyConversion": (0xC02020A7, "DTS_E_TXPIVOTBADPIVOTKEYCONVERT"),
    "PivotBadUsage": (0xC0202082, "DTS_E_TXPIVOTBADUSAGE"),
    "PivotColumnNotFound": (0xC0202087, "DTS_E_TXPIVOTCANTMAPPINGNOTFOUND"),
    "PivotDuplicateKey": (0xC02020CF, "DTS_E_TXPIVOTRUNTIMEDUPLICATEPIVOTKEYVALUE"),
    "PivotNoKey": (0xC0202084, "DTS_E_TXPIVOTNOPIVOTKEY"),
    "PivotTooManyKeys": (0xC0202083, "DTS_E_TXPIVOTTOOMANYPIVOTKEYS"),
    "PivotUnknownKey": (0xC0202090, "DTS_E_TXPIVOTBADPIVOTKEYVALUE"),
    "UnpivotBadDestination": (0xC02020AB, "DTS_E_TXUNPIVOTNOTINPUTMAP"),
    "UnpivotDuplicateKey": (0xC02020A3, "DTS_E_TXUNPIVOTDUPLICATEPIVOTKEYVALUE"),
    "UnpivotKeysDiffer": (0xC02020A5, "DTS_E_TXUNPIVOTBADKEYLIST"),
    "UnpivotNoDestination": (0xC02020A4, "DTS_E_TXUNPIVOTNOUNPIVOTDESTINATION"),
    "UnpivotNoKeyColumn": (0xC02020AA, "DTS_E_TXUNPIVOTNOPIVOT"),
}


def test_codes_and_messages():
    check_errors(pivot_errors, EXPECTED)
