"""Codes and symbols of ``file_errors`` as the message reference of SSIS has them."""

from __future__ import annotations

from dtserve.dataflow import file_errors
from support.error_tables import check_errors

EXPECTED = {
    "FileCannotOpenRead": (0xC0209090, "DTS_E_FILEOPENERR_FORREAD"),
    "FileCannotOpenWrite": (0xC0209092, "DTS_E_FILEOPENERR_FORWRITE"),
    "FileExists": (0xC02090A6, "DTS_E_FILEOPENERR_FORWRITE_FILEEXISTS"),
    "InserterBadMark": (0xC02090C3, "DTS_E_INSERTERINVALIDBOM"),
    "InserterDataType": (0xC0208038, "DTS_E_INSERTERDATACOLUMNNOTBLOB"),
    "InserterNameType": (0xC0208039, "DTS_E_INSERTERFILENAMECOLUMNNOTSTRING"),
    "RawBadVersion": (0xC0202061, "DTS_E_RAWBADVERSION"),
    "RawBlobColumn": (0xC02092AA, "DTS_E_RAWDESTBLOBDATATYPE"),
    "RawColumnNotMatched": (0xC020700E, "DTS_E_COLUMNNOTMATCHED"),
    "RawFileExists": (0xC020205F, "DTS_E_RAWFILECANTOPEN"),
    "RawMetadataCount": (0xC0202065, "DTS_E_RAWMETADATACOUNTMISMATCH"),
    "RawMetadataMismatch": (0xC0202064, "DTS_E_RAWMETADATAMISMATCH"),
    "RawNoColumns": (0xC02092A9, "DTS_E_RAWDESTNOINPUTCOLUMNS"),
    "RawTypeMismatch": (0xC020206A, "DTS_E_RAWTYPEMISMATCH"),
    "RawUnexpectedEnd": (0xC0202069, "DTS_E_RAWUNEXPECTEDEOF"),
    "RawUnexpectedType": (0xC020206B, "DTS_E_RAWUNEXPECTEDTYPE"),
}


def test_codes_and_messages():
    check_errors(file_errors, EXPECTED)
