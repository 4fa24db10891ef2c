"""Errors of the Data Profiling Task (CONTROL_FLOW §24)."""

from __future__ import annotations

from dtserve.controlflow.errors import UnsupportedPart
from dtserve.errors import ControlFlowError

__all__ = [
    "ProfileColumnMissing",
    "ProfileDestination",
    "ProfileDestinationExists",
    "ProfileInputInvalid",
    "ProfileOptionUnsupported",
]


class ProfileInputInvalid(ControlFlowError):
    """Profile requests that cannot be read."""

    code = 0xC0D51541
    symbol = "DTSERVE_E_PROFILEINPUT"
    template = 'The profile requests of Data Profiling Task "{task}" cannot be read: {detail}.'
    remedy = "Open the task in the designer and choose the requests again."


class ProfileColumnMissing(ControlFlowError):
    """A column that the profiled table does not have, or that has no values to profile."""

    code = 0xC0D51542
    symbol = "DTSERVE_E_PROFILECOLUMN"
    template = 'The profile request "{request}" names the column "{column}" of {table}: {detail}.'
    remedy = "Choose another column; the reference lists the types of columns that each profile is computed for."


class ProfileDestination(ControlFlowError):
    """No place for the profiles."""

    code = 0xC0D51543
    symbol = "DTSERVE_E_PROFILEDESTINATION"
    template = 'The destination "{destination}" of Data Profiling Task "{task}" cannot be written: {detail}.'
    remedy = "Give a File connection manager or a variable of type String or Object."


class ProfileDestinationExists(ControlFlowError):
    """A profile file that would be replaced."""

    code = 0xC0D51544
    symbol = "DTSERVE_E_PROFILEEXISTS"
    template = 'The destination "{destination}" of Data Profiling Task "{task}" is there already.'
    remedy = "Set OverwriteDestination to True."


class ProfileOptionUnsupported(UnsupportedPart):
    """An option of a request that would give other profiles."""

    code = 0xC0D51545
    symbol = "DTSERVE_E_PROFILEOPTION"
    template = 'The profile request "{request}" of task "{task}" cannot be computed: {detail}'
    remedy = "Choose the default setting."
