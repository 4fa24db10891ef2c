"""Errors of the components that read and write files of their own, with the codes of SSIS."""

from __future__ import annotations

from dtserve.errors import DataFlowError

__all__ = [
    "FileCannotOpenRead",
    "FileCannotOpenWrite",
    "FileExists",
    "InserterBadMark",
    "InserterDataType",
    "InserterNameType",
    "RawBadVersion",
    "RawBlobColumn",
    "RawColumnNotMatched",
    "RawFileExists",
    "RawMetadataCount",
    "RawMetadataMismatch",
    "RawNoColumns",
    "RawTypeMismatch",
    "RawUnexpectedEnd",
    "RawUnexpectedType",
]


class RawFileExists(DataFlowError):
    """Create Once, and the file is there."""

    code = 0xC020205F
    symbol = "DTS_E_RAWFILECANTOPEN"
    template = (
        'The file "{path}" already exists and the WriteOption is set to Create Once. Set the WriteOption property to '
        "Create Always, or delete the file."
    )


class RawBadVersion(DataFlowError):
    """A file that is no raw file."""

    code = 0xC0202061
    symbol = "DTS_E_RAWBADVERSION"
    template = (
        'The file "{path}" had bad version and flags information. The file is damaged or not a SSIS-produced raw data '
        "file."
    )


class RawMetadataMismatch(DataFlowError):
    """Rows appended to a file with other columns."""

    code = 0xC0202064
    symbol = "DTS_E_RAWMETADATAMISMATCH"
    template = (
        'Cannot append output file because no column in the existing file matches column "{column}" from the input. Old '
        "file does not match in metadata."
    )


class RawMetadataCount(DataFlowError):
    """Rows appended to a file with another number of columns."""

    code = 0xC0202065
    symbol = "DTS_E_RAWMETADATACOUNTMISMATCH"
    template = (
        "Cannot append output file because the number of columns in the output file does not match the number of "
        "columns in this destination. The old file does not match in metadata."
    )


class RawUnexpectedEnd(DataFlowError):
    """A raw file that ends inside a row or its header."""

    code = 0xC0202069
    symbol = "DTS_E_RAWUNEXPECTEDEOF"
    template = (
        'Unexpected end-of-file encountered while reading {size} bytes from file "{path}". The file ended prematurely '
        "because of an invalid file format."
    )


class RawUnexpectedType(DataFlowError):
    """A raw file with a type that is not known."""

    code = 0xC020206B
    symbol = "DTS_E_RAWUNEXPECTEDTYPE"
    template = "The adapter encountered an unrecognized data type of {code} in {path}."


class RawTypeMismatch(DataFlowError):
    """A value of a raw file that does not fit the type of the output column."""

    code = 0xC020206A
    symbol = "DTS_E_RAWTYPEMISMATCH"
    template = (
        'The data type of column "{column}" does not match the data type "{type}" of the source column "{source}".'
    )
    remedy = "Refresh the columns of the Raw File Source."


class RawColumnNotMatched(DataFlowError):
    """An output column that the raw file does not have."""

    code = 0xC020700E
    symbol = "DTS_E_COLUMNNOTMATCHED"
    template = (
        'The column "{column}" ({number}) cannot be matched to any input file column. The output column name or input '
        "column name cannot be found in the file."
    )


class RawNoColumns(DataFlowError):
    """A raw file destination without columns."""

    code = 0xC02092A9
    symbol = "DTS_E_RAWDESTNOINPUTCOLUMNS"
    template = "There is no selected column to be written to the file."


class RawBlobColumn(DataFlowError):
    """A long type for a raw file."""

    code = 0xC02092AA
    symbol = "DTS_E_RAWDESTBLOBDATATYPE"
    template = (
        "The {column} has an invalid data type. Columns with data types DT_IMAGE, DT_TEXT and DT_NTEXT cannot be written "
        "to raw files."
    )


class FileCannotOpenRead(DataFlowError):
    """A file that cannot be read."""

    code = 0xC0209090
    symbol = "DTS_E_FILEOPENERR_FORREAD"
    template = 'Opening the file "{path}" for reading failed: {detail}'


class FileCannotOpenWrite(DataFlowError):
    """A file that cannot be written."""

    code = 0xC0209092
    symbol = "DTS_E_FILEOPENERR_FORWRITE"
    template = 'Opening the file "{path}" for writing failed: {detail}'


class FileExists(DataFlowError):
    """Export Column onto a file that is there."""

    code = 0xC02090A6
    symbol = "DTS_E_FILEOPENERR_FORWRITE_FILEEXISTS"
    template = (
        'Opening the file "{path}" for writing failed. The file exists and cannot be overwritten. If the AllowAppend '
        "property is FALSE and the ForceTruncate property is set to FALSE, the existence of the file will cause this "
        "failure."
    )


class InserterBadMark(DataFlowError):
    """A file without the byte order mark that Import Column expects."""

    code = 0xC02090C3
    symbol = "DTS_E_INSERTERINVALIDBOM"
    template = (
        'The byte order mark (BOM) value for the file "{path}" is missing or not valid. The ExpectBOM property was set '
        "for this file."
    )


class InserterDataType(DataFlowError):
    """A data column of Import or Export Column that is no long type."""

    code = 0xC0208038
    symbol = "DTS_E_INSERTERDATACOLUMNNOTBLOB"
    template = (
        'The "{column}" references "{other}", and that column is not the correct type. It must be DT_TEXT, DT_NTEXT, or '
        "DT_IMAGE. A reference points to a column that must be a BLOB."
    )


class InserterNameType(DataFlowError):
    """A path column that is no text."""

    code = 0xC0208039
    symbol = "DTS_E_INSERTERFILENAMECOLUMNNOTSTRING"
    template = 'The "{column}" should contain a file name, but it is not a String type.'
