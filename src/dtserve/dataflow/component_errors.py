"""Errors of sources and destinations, with the codes of SSIS (DATA_FLOW §2, EVENTS §4.6)."""

from __future__ import annotations

from dtserve.errors import DataFlowError

__all__ = [
    "CdcKeysMissing",
    "CdcNoRange",
    "CellValueRefused",
    "ColumnInfoNotRetrieved",
    "ColumnNotInSource",
    "ColumnStatusError",
    "DataReaderNotRead",
    "DatabaseRefused",
    "ExternalColumnMissing",
    "FastLoadRowsetNotOpened",
    "IncorrectConnectionType",
    "NotEnoughParameters",
    "NotMapped",
    "ODataNotReadable",
    "OperationUnknown",
    "RecordsetBadVariableName",
    "RecordsetBadVariableType",
    "RowsetNotOpened",
    "SheetFull",
    "UnicodeMismatch",
    "XmlNotReadable",
]


class ColumnNotInSource(DataFlowError):
    """A column that the data source no longer gives."""

    code = 0xC0202005
    symbol = "DTS_E_COLUMNNOTFOUND"
    template = 'Column "{column}" cannot be found at the datasource of "{component}".'
    remedy = "Open the component in the designer, so that it reads the columns again."


class IncorrectConnectionType(DataFlowError):
    """A connection manager of another kind than the component needs."""

    code = 0xC020801E
    symbol = "DTS_E_INCORRECTCONNECTIONMANAGERTYPE"
    template = (
        'The connection manager "{name}" is an incorrect type.  The type required is "{required}". The type available '
        'to the component is "{found}".'
    )


class ColumnStatusError(DataFlowError):
    """A value that a source or destination cannot convert for a column."""

    code = 0xC020901C
    symbol = "DTS_E_COLUMNSTATUSERROR"
    template = 'There was an error with {object} on {owner}. The column status returned was: "{status}".'


class DatabaseRefused(DataFlowError):
    """A row that the database did not take; the text is the database's own."""

    code = 0xC0202009
    symbol = "DTS_E_OLEDBERROR"
    template = (
        "SSIS Error Code DTS_E_OLEDBERROR.  An OLE DB error has occurred. Error code: 0x80004005. An OLE DB record is "
        'available.  Hresult: 0x80004005  Description: "{detail}".'
    )


class NotEnoughParameters(DataFlowError):
    """A statement with more markers than mapped parameters."""

    code = 0xC0207013
    symbol = "DTS_E_NOTENOUGHPARAMETERSPROVIDED"
    template = "The SQL command requires {wanted} parameters, but the parameter mapping only has {found} parameters."


class NotMapped(DataFlowError):
    """A destination to whose table nothing is mapped."""

    code = 0xC02020D9
    symbol = "DTS_E_ATLEASTONEINPUTMUSTBEMAPPEDTOOUTPUT"
    template = 'No inputs were mapped to an output. The "{object}" must have at least one input column mapped to an output column.'


class ExternalColumnMissing(DataFlowError):
    """An input column mapped to an external column that is not there."""

    code = 0xC02020DD
    symbol = "DTS_E_COLUMNMAPPEDTONONEXISTENTEXTERNALMETADATACOLUMN"
    template = "The {object} is mapped to an external metadata column that does not exist."


class UnicodeMismatch(DataFlowError):
    """A unicode text for a non-unicode column, or the other way round."""

    code = 0xC02020F6
    symbol = "DTS_E_CANNOTCONVERTBETWEENUNICODEANDNONUNICODESTRINGCOLUMN"
    template = 'Column "{column}" cannot convert between unicode and non-unicode string data types.'
    remedy = "Convert the column with a Data Conversion before the destination."


class RecordsetBadVariableName(DataFlowError):
    """Recordset Destination without a variable."""

    code = 0xC020207B
    symbol = "DTS_E_RSTDESTBADVARIABLENAME"
    template = "The VariableName property is not set to the name of a valid variable. Need a runtime variable name to write to."


class RecordsetBadVariableType(DataFlowError):
    """Recordset Destination into a variable that is no Object."""

    code = 0xC020929C
    symbol = "DTS_E_RSTDESTBADVARIABLETYPE"
    template = 'The type of the runtime variable "{variable}" is incorrect. The runtime variable type must be Object.'


class DataReaderNotRead(DataFlowError):
    """DataReader Destination that nobody reads, with FailOnTimeout."""

    code = 0xC02020FD
    symbol = "DTS_E_DATAREADERDESTREADFAILED"
    template = "DataReader client has failed to call Read or has closed the DataReader."


class RowsetNotOpened(DataFlowError):
    """A table, sheet or name that the data source does not have."""

    code = 0xC02020E8
    symbol = "DTS_E_CANNOTGETIROWSET"
    template = 'Opening a rowset for "{rowset}" failed. Check that the object exists in the database.'


class FastLoadRowsetNotOpened(DataFlowError):
    """A table for fast load that the database does not have."""

    code = 0xC0202040
    symbol = "DTS_E_CANNOTGETIROWSETFASTLOAD"
    template = 'Failed to open a fastload rowset for "{rowset}". Check that the object exists in the database.'


class ColumnInfoNotRetrieved(DataFlowError):
    """A query whose columns the database does not give: a table or column in it does not exist."""

    code = 0xC020204A
    symbol = "DTS_E_UNABLETORETRIEVECOLUMNINFO"
    template = (
        "Unable to retrieve column information from the data source. Make sure your target table in the database is "
        "available."
    )


class SheetFull(DataFlowError):
    """More rows than a sheet can hold."""

    code = 0xC0D51433
    symbol = "DTSERVE_E_SHEETFULL"
    template = 'The sheet "{sheet}" cannot hold more than {most} rows.'
    remedy = "Split the rows over several sheets."


class CellValueRefused(DataFlowError):
    """A value that no cell of a workbook can hold."""

    code = 0xC0D51438
    symbol = "DTSERVE_E_CELLVALUE"
    template = 'A value for row {row} of the sheet "{sheet}" cannot be written: {detail}.'
    remedy = "Change or shorten the value before the destination."


class XmlNotReadable(DataFlowError):
    """A document that is not well-formed, or is refused."""

    code = 0xC02092AF
    symbol = "DTS_E_XMLSRCUNABLETOPROCESSXMLDATA"
    template = "The {component} was unable to process the XML data. {detail}"


class ODataNotReadable(DataFlowError):
    """An answer of an OData service that holds no rows."""

    code = 0xC0D51434
    symbol = "DTSERVE_E_ODATA"
    template = "The {component} was unable to process the answer of the OData service: {detail}."
    remedy = "Open the feed in a browser, with the same query options."


class CdcNoRange(DataFlowError):
    """A CDC Source whose state variable holds no range."""

    code = 0xC0D51435
    symbol = "DTSERVE_E_CDCNORANGE"
    template = 'The CDC state in "{variable}" is {state}, which says no range of changes for the {component}.'
    remedy = "Run a CDC Control Task with GetProcessingRange before the data flow."


class CdcKeysMissing(DataFlowError):
    """Net changes of a change table outside SQL Server whose key columns nobody tells."""

    code = 0xC0D51436
    symbol = "DTSERVE_E_CDCKEYS"
    template = 'The keys of the capture instance "{instance}" are not known: {detail}.'
    remedy = "Copy cdc.change_tables and cdc.index_columns beside the change table, or read all changes."


class OperationUnknown(DataFlowError):
    """A change row for the CDC Splitter whose operation is none."""

    code = 0xC0D51437
    symbol = "DTSERVE_E_CDCOPERATION"
    template = "The {component} got a row whose __$operation is not one of 1 to 5."
    remedy = "Connect the CDC Splitter to a CDC Source, or redirect such rows."
