"""Codes and symbols of ``lookup_errors`` as the message reference of SSIS has them."""

from __future__ import annotations

from dtserve.dataflow import lookup_errors
from support.error_tables import check_errors

EXPECTED = {
    "CacheColumnCount": (0xC0209309, "DTS_E_INCORRECTINPUTCACHECOLCOUNT"),
    "CacheColumnMissing": (0xC0209311, "DTS_E_CACHECOLUMNOTFOUND"),
    "CacheColumnNotMapped": (0xC0209307, "DTS_E_COLNOTMAPPEDTOCACHECOL"),
    "CacheColumnTwice": (0xC0209306, "DTS_E_MULTICACHECOLMAPPINGS"),
    "CacheColumnType": (0xC0209308, "DTS_E_CACHECOLDATATYPEINCOMPAT"),
    "CacheNotFilled": (0xC0D51420, "DTSERVE_E_CACHENOTFILLED"),
    "CacheWrittenBefore": (0xC0D51423, "DTSERVE_E_CACHEWRITTEN"),
    "LookupCopyType": (0xC020823A, "DTS_E_TXLOOKUP_INVALIDCOPYTYPE"),
    "LookupDuplicateKeys": (0xC02090E4, "DTS_E_TXLOOKUP_DUPLICATE_KEYS"),
    "LookupIncompatibleTypes": (0xC0208236, "DTS_E_TXLOOKUP_INCOMPATIBLEDATATYPES"),
    "LookupIndexNotJoined": (0xC020903F, "DTS_E_TXLOOKUP_INDEXCOLUMNSMISMATCH"),
    "LookupJoinType": (0xC0208239, "DTS_E_TXLOOKUP_INVALIDJOINTYPE"),
    "CacheMemoryFull": (0xC0D51455, "DTSERVE_E_CACHEMEMORYFULL"),
    "LookupMemoryFull": (0xC0D51421, "DTSERVE_E_LOOKUPMEMORYFULL"),
    "LookupNoJoin": (0xC02090F1, "DTS_E_TXLOOKUP_NOJOINS"),
    "LookupNoMatch": (0xC020901E, "DTS_E_TXLOOKUP_ROWLOOKUPERROR"),
    "LookupParameterCount": (0xC0208238, "DTS_E_TXLOOKUP_INCORRECTNUMOFPARAMETERS"),
    "ReferenceColumnMissing": (0xC0208235, "DTS_E_TXLOOKUP_UNABLETOLOCATEREFCOLUMN"),
    "ReferenceValueUnfit": (0xC0D51422, "DTSERVE_E_REFERENCEVALUE"),
}


def test_codes_and_messages():
    check_errors(lookup_errors, EXPECTED)
