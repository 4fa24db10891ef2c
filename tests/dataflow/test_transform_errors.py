"""Codes and symbols of ``transform_errors`` as the message reference of SSIS has them."""

from __future__ import annotations

from dtserve.dataflow import transform_errors
from support.error_tables import check_errors

EXPECTED = {
    "AggregateInputMissing": (0xC0208201, "DTS_E_TXAGG_INPUTNOTFOUNDFOROUTPUT"),
    "AggregateInputType": (0xC0208203, "DTS_E_TXAGG_INVALIDINPUTDATATYPEFORAGGREGATE"),
    "AggregateOutputType": (0xC0208202, "DTS_E_TXAGG_INVALIDOUTPUTDATATYPEFORAGGREGATE"),
    "AggregationFailed": (0xC02090CD, "DTS_E_TXAGG_AGGREGATION_FAILURE"),
    "BadLineageItem": (0xC02020BC, "DTS_E_TXLINEAGEINVALIDLINEAGEITEM"),
    "CharacterMapConflict": (0xC0208301, "DTS_E_TXCHARMAP_INVALIDMAPFLAGANDDATATYPE"),
    "CharacterMapType": (0xC020823D, "DTS_E_TXCHARMAPINVALIDCOLUMNDATATYPE"),
    "CodePagesDiffer": (0xC02020DB, "DTS_E_CANNOTCONVERTDATATYPESWITHDIFFERENTCODEPAGES"),
    "ConditionNotBoolean": (0xC020700B, "DTS_E_SPLITEXPRESSIONNOTBOOLEAN"),
    "ConditionNull": (0xC020902B, "DTS_E_TXSPLITEXPRESSIONEVALUATEDTONULL"),
    "CopyMapMismatch": (0xC0208262, "DTS_E_TXCOPYMAP_MISMATCHED_COLUMN_METADATA"),
    "CopyMapNotMapped": (0xC0208263, "DTS_E_TXCOPYMAP_INCORRECT_OUTPUT_COLUMN_MAPPING"),
    "DataConversionFailed": (0xC02020C5, "DTS_E_DATACONVERSIONFAILED"),
    "ExpressionFailed": (0xC0207007, "DTS_E_EXPRESSIONCOMPUTEFAILED"),
    "IncompatibleColumns": (0xC02090A9, "DTS_E_COLUMNSHAVEINCOMPATIBLEMETADATA"),
    "InputMustBeSorted": (0xC02020AF, "DTS_E_INPUTMUSTBESORTED"),
    "NoKeyColumns": (0xC02020B2, "DTS_E_NOKEYCOLS"),
    "OutputColumnNotInInput": (0xC0208008, "DTS_E_OUTPUTCOLUMNNOTININPUT"),
    "RowCountBadVariableName": (0xC02020EE, "DTS_E_ROWCOUNTBADVARIABLENAME"),
    "RowCountBadVariableType": (0xC02020EF, "DTS_E_ROWCOUNTBADVARIABLETYPE"),
    "SamplingBadPercentage": (0xC02020D5, "DTS_E_TXSAMPLINGINVALIDPCT"),
    "SamplingBadRows": (0xC02020D6, "DTS_E_TXSAMPLINGINVALIDROWS"),
    "SortDuplicateKey": (0xC020800A, "DTS_E_SORTDUPLICATEKEYWEIGHT"),
    "SortNeedsKey": (0xC0208009, "DTS_E_SORTNEEDSONEKEY"),
}


def test_codes_and_messages():
    check_errors(transform_errors, EXPECTED)
