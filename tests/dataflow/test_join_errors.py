"""Codes and symbols of ``join_errors`` as the message reference of SSIS has them."""

from __future__ import annotations

from dtserve.dataflow import join_errors
from support.error_tables import check_errors

EXPECTED = {
    "MergeJoinDirections": (0xC02020B6, "DTS_E_TXMERGEJOINSORTDIRECTIONMISMATCH"),
    "MergeJoinFlags": (0xC02020BA, "DTS_E_TXMERGEJOINCOMPARISONFLAGSMISMATCH"),
    "MergeJoinKeyCount": (0xC02020B1, "DTS_E_TXMERGEJOININVALIDNUMKEYCOLS"),
    "MergeJoinNotEnoughKeys": (0xC02020B3, "DTS_E_TXMERGEJOINNOTENOUGHKEYCOLS"),
    "MergeJoinOutputColumn": (0xC02020B7, "DTS_E_TXMERGEJOINOUTPUTCOLMUSTHAVEASSOCIATEDINPUTCOL"),
    "MergeJoinType": (0xC02020B0, "DTS_E_TXMERGEJOININVALIDJOINTYPE"),
    "MergeJoinTypes": (0xC02020B4, "DTS_E_TXMERGEJOINDATATYPEMISMATCH"),
    "ScdBadColumnType": (0xC020802C, "DTS_E_TXSCD_INVALIDINPUTCOLUMNTYPE"),
    "ScdColumnMissing": (0xC020803F, "DTS_E_TXSCD_CANNOTFINDEXTERNALCOLUMN"),
    "ScdFixedAttributeChange": (0xC020803C, "DTS_E_TXSCD_FIXEDATTRIBUTECHANGE"),
    "ScdIndicatorNotBoolean": (0xC0208040, "DTS_E_TXSCD_INFFEREDINDICATORNOTBOOL"),
    "ScdLookupFailure": (0xC020803D, "DTS_E_TXSCD_LOOKUPFAILURE"),
    "ScdNoAttributes": (0xC020802B, "DTS_E_TXSCD_NOTYPEDCOLUMNSATINPUT"),
    "ScdNoKey": (0xC020803E, "DTS_E_TXSCD_INVALIDNUMBERSOFPARAMETERS"),
    "ScdNullKey": (0xC0D51431, "DTSERVE_E_SCDNULLKEY"),
}


def test_codes_and_messages():
    check_errors(join_errors, EXPECTED)
