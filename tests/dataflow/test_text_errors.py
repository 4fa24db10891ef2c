"""Codes and symbols of ``text_errors``."""

from __future__ import annotations

from dtserve.dataflow import text_errors
from support.error_tables import check_errors

EXPECTED = {
    "FuzzyColumnType": (0xC0D51451, "DTSERVE_E_FUZZYCOLUMNTYPE"),
    "FuzzyMemory": (0xC0D51452, "DTSERVE_E_FUZZYMEMORY"),
    "FuzzyNoJoin": (0xC0D51450, "DTSERVE_E_FUZZYNOJOIN"),
    "TermColumn": (0xC0D51453, "DTSERVE_E_TERMCOLUMN"),
    "TermTooLong": (0xC0D51454, "DTSERVE_E_TERMTOOLONG"),
}


def test_codes_and_messages():
    check_errors(text_errors, EXPECTED)
