"""Codes and symbols of ``component_errors`` as the message reference of SSIS has them."""

from __future__ import annotations

from dtserve.dataflow import component_errors
from support.error_tables import check_errors

EXPECTED = {
    "CdcKeysMissing": (0xC0D51436, "DTSERVE_E_CDCKEYS"),
    "CdcNoRange": (0xC0D51435, "DTSERVE_E_CDCNORANGE"),
    "CellValueRefused": (0xC0D51438, "DTSERVE_E_CELLVALUE"),
    "ColumnInfoNotRetrieved": (0xC020204A, "DTS_E_UNABLETORETRIEVECOLUMNINFO"),
    "ColumnNotInSource": (0xC0202005, "DTS_E_COLUMNNOTFOUND"),
    "ColumnStatusError": (0xC020901C, "DTS_E_COLUMNSTATUSERROR"),
    "DataReaderNotRead": (0xC02020FD, "DTS_E_DATAREADERDESTREADFAILED"),
    "DatabaseRefused": (0xC0202009, "DTS_E_OLEDBERROR"),
    "ExternalColumnMissing": (0xC02020DD, "DTS_E_COLUMNMAPPEDTONONEXISTENTEXTERNALMETADATACOLUMN"),
    "FastLoadRowsetNotOpened": (0xC0202040, "DTS_E_CANNOTGETIROWSETFASTLOAD"),
    "IncorrectConnectionType": (0xC020801E, "DTS_E_INCORRECTCONNECTIONMANAGERTYPE"),
    "NotEnoughParameters": (0xC0207013, "DTS_E_NOTENOUGHPARAMETERSPROVIDED"),
    "NotMapped": (0xC02020D9, "DTS_E_ATLEASTONEINPUTMUSTBEMAPPEDTOOUTPUT"),
    "ODataNotReadable": (0xC0D51434, "DTSERVE_E_ODATA"),
    "OperationUnknown": (0xC0D51437, "DTSERVE_E_CDCOPERATION"),
    "RecordsetBadVariableName": (0xC020207B, "DTS_E_RSTDESTBADVARIABLENAME"),
    "RecordsetBadVariableType": (0xC020929C, "DTS_E_RSTDESTBADVARIABLETYPE"),
    "RowsetNotOpened": (0xC02020E8, "DTS_E_CANNOTGETIROWSET"),
    "SheetFull": (0xC0D51433, "DTSERVE_E_SHEETFULL"),
    "UnicodeMismatch": (0xC02020F6, "DTS_E_CANNOTCONVERTBETWEENUNICODEANDNONUNICODESTRINGCOLUMN"),
    "XmlNotReadable": (0xC02092AF, "DTS_E_XMLSRCUNABLETOPROCESSXMLDATA"),
}


def test_codes_and_messages():
    check_errors(component_errors, EXPECTED)
