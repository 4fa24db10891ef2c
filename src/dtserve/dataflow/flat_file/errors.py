"""Errors and warnings of flat file source and destination (EVENTS §4.6–4.8, DATA_FLOW §7)."""

from __future__ import annotations

from dtserve.errors import DataFlowError

__all__ = [
    "BigEndianFile",
    "CannotConvertFlatFileData",
    "CannotOpenDataFile",
    "ColumnConversionFailed",
    "ColumnDelimiterNotFound",
    "FileNameColumnNotUnicode",
    "ReadingDataRows",
    "SkippingDataRows",
    "TooLongRow",
    "Utf8FileForUnicode",
    "WrongLayout",
]

PARTIAL_ROW = (0x8020200F, "There is a partial row at the end of the file.")
HEADER_ENDS_FILE = (
    0x8020202B,
    "The end of the data file was reached while reading header rows. Make sure the header row delimiter and the "
    "number of header rows to skip are correct.",
)
STARTED = (0x402090DC, 'The processing of file "{path}" has started.')
TOTAL_ROWS = (0x402090DE, 'The total number of data rows processed for file "{path}" is {rows}.')
ENDED = (0x402090DD, 'The processing of file "{path}" has ended.')

STATUS_TEXT = {
    2: "The value could not be converted because of a potential loss of data.",
    4: "Text was truncated or one or more characters had no match in the target code page.",
    5: "The value could not be converted because the sign of the data does not fit the type.",
    6: "Conversion failed because the data value overflowed the specified type.",
}
"""DBSTATUS → text of a failed conversion."""

UNDECODABLE_CODE = 0xC0209084
"""ErrorCode of a field with bytes that are no text in the file's code page."""

TRUNCATED_CODE = 0xC0209085
STATUS_OF_CODE = {0xC0209084: 2, TRUNCATED_CODE: 4, 0xC0209086: 5, 0xC0209087: 6}
"""ErrorCode of the flat file source (CANTCONVERTVALUE, TRUNCATED, SIGNMISMATCH, DATAOVERFLOW) → DBSTATUS."""


class CannotOpenDataFile(DataFlowError):
    """The file cannot be opened for reading or writing."""

    code = 0xC020200E
    symbol = "DTS_E_CANNOTOPENDATAFILE"
    template = 'Cannot open the datafile "{path}": {detail}.'
    remedy = "Check the path and its rights; the path map tells where Windows folders are on this machine."


class ColumnDelimiterNotFound(DataFlowError):
    """Text follows a closing text qualifier, or a qualified field never closes."""

    code = 0xC0202055
    symbol = "DTS_E_COLUMNDELIMITERNOTFOUND"
    template = 'The column delimiter for column "{column}" was not found.'
    remedy = "Double the text qualifiers inside qualified text, or correct the delimiters of the connection manager."


class SkippingDataRows(DataFlowError):
    """A row among those that DataRowsToSkip passes over cannot be read."""

    code = 0xC0202091
    symbol = "DTS_E_ERRORWHILESKIPPINGDATAROWS"
    template = "An error occurred while skipping data rows."
    remedy = "Check the first rows of the file and DataRowsToSkip."


class ReadingDataRows(DataFlowError):
    """The last error of a flat file source: where in the file it stopped."""

    code = 0xC0202092
    symbol = "DTS_E_ERRORWHILEREADINGDATAROWS"
    template = 'An error occurred while processing file "{path}" on data row {row}.'
    remedy = "Correct that row, or redirect rows with errors."


class ColumnConversionFailed(DataFlowError):
    """A value does not fit its column."""

    code = 0xC02020A1
    symbol = "DTS_E_FAILEDCOLUMNDATACONVERSIONSTATUS"
    template = (
        'Data conversion failed. The data conversion for column "{column}" returned status value {status} and status '
        'text "{text}".'
    )
    remedy = "Make the column longer or of another type, or choose another disposition."


class CannotConvertFlatFileData(DataFlowError):
    """A value that cannot be written to its column of the file."""

    code = 0xC02020A0
    symbol = "DTS_E_CANNOTCOPYORCONVERTFLATFILEDATA"
    template = 'Cannot copy or convert flat file data for column "{column}".'
    remedy = "Make the column of the connection manager wider, or choose a code page that has the characters."


class BigEndianFile(DataFlowError):
    """A Unicode file in big-endian order."""

    code = 0xC020902D
    symbol = "DTS_E_FLATFILEBIGENDIAN"
    template = 'The file "{path}" is big-endian Unicode; only little-endian Unicode is supported.'
    remedy = "Convert the file to UTF-16 little endian."


class Utf8FileForUnicode(DataFlowError):
    """A UTF-8 file where the connection manager says Unicode."""

    code = 0xC020902E
    symbol = "DTS_E_FLATFILEUTF8"
    template = 'The file "{path}" begins with a UTF-8 byte order mark, but Unicode means little-endian UTF-16.'
    remedy = "Clear Unicode and set the code page to 65001."


class FileNameColumnNotUnicode(DataFlowError):
    """The column for the file name is not DT_WSTR."""

    code = 0xC00470B4
    symbol = "DTS_E_FILENAMECOLUMNNOTUNICODE"
    template = 'The column "{column}" for the file name must be a Unicode string, but is {type}.'
    remedy = "Make the output column DT_WSTR."


class WrongLayout(DataFlowError):
    """A flat file connection manager whose columns describe no readable file."""

    code = 0xC0D51440
    symbol = "DTSERVE_E_FLATFILELAYOUT"
    template = 'The columns of the flat file connection manager "{connection}" make no file: {detail}'
    remedy = "Check column delimiters and widths of the connection manager."


class TooLongRow(DataFlowError):
    """A row longer than any reader would hold."""

    code = 0xC0D51441
    symbol = "DTSERVE_E_FLATFILEROWLENGTH"
    template = 'The row that begins at byte {start} of "{path}" has no end within {limit} bytes.'
    remedy = "Check the row delimiter, and look for a text qualifier that is never closed."
