"""Errors of the CDC Control Task (CONTROL_FLOW §25)."""

from __future__ import annotations

from dtserve.errors import ControlFlowError

__all__ = [
    "CdcNotEnabled",
    "CdcParameterInvalid",
    "CdcPropertyMissing",
    "CdcStateInconsistent",
    "CdcStateNotKept",
    "CdcStateVariable",
]


class CdcPropertyMissing(ControlFlowError):
    """A property that the operation needs is empty."""

    code = 0xC0D51530
    symbol = "DTSERVE_E_CDCPROPERTY"
    template = 'The property {property} of CDC Control Task "{task}" is not set.'
    remedy = "Set it; StateName and StateTable are needed with AutomaticStatePersistence."


class CdcStateVariable(ControlFlowError):
    """The state variable is not there or holds no text."""

    code = 0xC0D51531
    symbol = "DTSERVE_E_CDCSTATEVARIABLE"
    template = 'The variable "{variable}" of CDC Control Task "{task}" is not a String variable of the package.'
    remedy = "Define a String variable for the CDC state and name it in StateVariable."


class CdcStateInconsistent(ControlFlowError):
    """An operation that the current state does not allow."""

    code = 0xC0D51532
    symbol = "DTSERVE_E_CDCSTATEINCONSISTENT"
    template = 'The operation {operation} is not possible in the CDC state "{state}": {detail}.'
    remedy = "Run the operations in order: MarkInitialLoadStart, MarkInitialLoadEnd (or MarkCdcStart), then runs of "
    remedy += "GetProcessingRange and MarkProcessedRange."


class CdcNotEnabled(ControlFlowError):
    """The source database keeps no log positions of changes."""

    code = 0xC0D51533
    symbol = "DTSERVE_E_CDCNOTENABLED"
    template = 'The database of connection "{connection}" has no captured changes: {detail}.'
    remedy = (
        "Enable change data capture (sys.sp_cdc_enable_db) and start the capture job; on another database than SQL "
        "Server, keep a table cdc.lsn_time_mapping (start_lsn, tran_begin_time, tran_end_time)."
    )


class CdcParameterInvalid(ControlFlowError):
    """OperationParameter names no position and no database snapshot."""

    code = 0xC0D51534
    symbol = "DTSERVE_E_CDCPARAMETER"
    template = 'The OperationParameter "{value}" of CDC Control Task "{task}" is no LSN and no database snapshot.'
    remedy = "Give 0x and up to twenty digits, the name of a snapshot, or nothing."


class CdcStateNotKept(ControlFlowError):
    """The state table could not be read or written."""

    code = 0xC0D51535
    symbol = "DTSERVE_E_CDCSTATETABLE"
    template = 'The CDC state "{name}" cannot be {action} the table {table}: {detail}'
    remedy = "Create the table with the columns name and state, both varchar(256), and name as its key."
