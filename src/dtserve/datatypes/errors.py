"""The errors of conversions, and how each host reports them.

A conversion ends in one of the states of OLE DB's data conversion (DBSTATUS), which SSIS
turns into one code per component (DATA_FLOW §2): the Data Conversion transformation says
0xC0209082 where the Flat File Source says 0xC0209087. This room uses the codes of Data
Conversion everywhere; :func:`host_code` gives the code of another host.
"""

from __future__ import annotations

from typing import Any, ClassVar

from dtserve.errors import DataFlowError

__all__ = [
    "CANNOT_CONVERT",
    "DATA_OVERFLOW",
    "HOST_CODES",
    "SIGN_MISMATCH",
    "TRUNCATED",
    "BadLocale",
    "CdcStateInvalid",
    "ConversionError",
    "ConversionOverflow",
    "ConversionTruncation",
    "SignMismatch",
    "UnknownCodePage",
    "UnsupportedConversion",
    "error_for",
    "host_code",
]

CANNOT_CONVERT = 0xC020907F
TRUNCATED = 0xC0209080
SIGN_MISMATCH = 0xC0209081
DATA_OVERFLOW = 0xC0209082

HOST_CODES: dict[str, dict[int, int]] = {
    "data_conversion": {code: code for code in (CANNOT_CONVERT, TRUNCATED, SIGN_MISMATCH, DATA_OVERFLOW)},
    "ole_db_source": {
        CANNOT_CONVERT: 0xC0209072, TRUNCATED: 0xC0209073, SIGN_MISMATCH: 0xC0209074, DATA_OVERFLOW: 0xC0209075,
    },
    "ole_db_destination": {
        CANNOT_CONVERT: 0xC0209077, TRUNCATED: 0xC0209078, SIGN_MISMATCH: 0xC0209079, DATA_OVERFLOW: 0xC020907A,
    },
    "ole_db_command": {
        CANNOT_CONVERT: 0xC0209069, TRUNCATED: 0xC020906B, SIGN_MISMATCH: 0xC020906C, DATA_OVERFLOW: 0xC020906D,
    },
    "flat_file_source": {
        CANNOT_CONVERT: 0xC0209084, TRUNCATED: 0xC0209085, SIGN_MISMATCH: 0xC0209086, DATA_OVERFLOW: 0xC0209087,
    },
    "expression": {
        CANNOT_CONVERT: 0xC0049062, TRUNCATED: 0xC0049062, SIGN_MISMATCH: 0xC0049060, DATA_OVERFLOW: 0xC0049060,
    },
}  # fmt: skip
"""Host → code of this room → code of the host. Source: DATA_FLOW §2, EXPRESSIONS §8."""


def host_code(code: int, host: str) -> int:
    """The code that ``host`` reports for a code of this room; a code of another room stays.

    >>> hex(host_code(DATA_OVERFLOW, "flat_file_source"))
    '0xc0209087'
    """
    return HOST_CODES[host].get(code, code)


class ConversionError(DataFlowError):
    """A value that cannot be converted.

    ``kind`` is ``"error"`` (there is no value) or ``"truncation"`` (there is a shortened
    value in ``value``). The message names the types and the reason, never the value.
    """

    code = CANNOT_CONVERT
    symbol = "DTS_E_TXDATACONVERTSTATIC_CANTCONVERTVALUE"
    template = "A value of type {source} cannot be converted to {target}: {reason}."
    remedy = "Check the data, the target type and the locale, or redirect rows that fail."
    kind: ClassVar[str] = "error"
    value: Any = None


class ConversionOverflow(ConversionError):
    """A value beyond the range of the target type."""

    code = DATA_OVERFLOW
    symbol = "DTS_E_TXDATACONVERTSTATIC_DATAOVERFLOW"
    template = "A value of type {source} is too large for {target}: {reason}."
    remedy = "Use a wider target type, or redirect rows that fail."


class SignMismatch(ConversionError):
    """A negative value for an unsigned type."""

    code = SIGN_MISMATCH
    symbol = "DTS_E_TXDATACONVERTSTATIC_SIGNMISMATCH"
    template = "A negative value of type {source} cannot be converted to the unsigned type {target}."
    remedy = "Use a signed target type, or redirect rows that fail."


class ConversionTruncation(ConversionError):
    """A value that fits only when cut: characters, digits of a fraction, parts of a second."""

    code = TRUNCATED
    symbol = "DTS_E_TXDATACONVERTSTATIC_TRUNCATED"
    template = "A value of type {source} was truncated for {target}: {reason}."
    remedy = "Make the target longer, or let truncation be ignored."
    kind = "truncation"

    def __init__(self, value: Any, **facts: Any) -> None:
        super().__init__(**facts)
        self.value = value


class UnsupportedConversion(ConversionError):
    """A pair of types that never converts (the matrix of EXPRESSIONS §5.6)."""

    code = 0xC00470C1
    symbol = "DTS_E_EXPREVALDATACONVERSIONNOTSUPPORTED"
    template = "The conversion from {source} to {target} is not supported."
    remedy = "Convert in two steps, or choose another type."


class UnknownCodePage(DataFlowError):
    """A code page that no codec is known for."""

    code = 0xC0D51001
    symbol = "DTSERVE_E_CODEPAGE"
    template = "The code page {code_page} is not known."
    remedy = "Use one of the code pages listed in the data types reference, for instance 1252 or 65001."


class BadLocale(DataFlowError):
    """A locale identifier that is no number of a locale."""

    code = 0xC0D51002
    symbol = "DTSERVE_E_LOCALE"
    template = "The locale {locale_id} is not a locale identifier."
    remedy = "Use a Windows LCID, for instance 1033 for English (United States)."


class CdcStateInvalid(DataFlowError):
    """A text that is no state of change data capture."""

    code = 0xC0D51003
    symbol = "DTSERVE_E_CDCSTATE"
    template = 'The CDC state "{state}" cannot be read: {detail}.'
    remedy = "Let the CDC Control Task write the state; to start anew, run its operation ResetCdcState."


_BY_CODE: dict[int, type[ConversionError]] = {
    CANNOT_CONVERT: ConversionError,
    DATA_OVERFLOW: ConversionOverflow,
    SIGN_MISMATCH: SignMismatch,
}


def error_for(code: int, source: object, target: object, reason: str = "the value has another form") -> ConversionError:
    """The exception for an error code of a column, so that scalar and columnar callers report alike."""
    return _BY_CODE.get(code, ConversionError)(source=str(source), target=str(target), reason=reason)
