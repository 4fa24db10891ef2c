"""Errors of the XML Task (CONTROL_FLOW §20)."""

from __future__ import annotations

from dtserve.errors import ControlFlowError

__all__ = [
    "XmlDestinationExists",
    "XmlDestinationFailed",
    "XmlDifferent",
    "XmlDtdRefused",
    "XmlNotValid",
    "XmlOperandInvalid",
    "XmlOperandMissing",
    "XmlPatchFailed",
]


class XmlOperandMissing(ControlFlowError):
    """Source or second operand is empty."""

    code = 0xC0D51519
    symbol = "DTSERVE_E_XMLOPERAND"
    template = 'Source or second operand of XML task "{task}" is not set.'
    remedy = "Set both."


class XmlOperandInvalid(ControlFlowError):
    """A schema, style sheet or XPath that cannot be used."""

    code = 0xC0D5151A
    symbol = "DTSERVE_E_XMLOPERANDINVALID"
    template = "The {what} cannot be used: {detail}."
    remedy = "Correct it."


class XmlNotValid(ControlFlowError):
    """The document does not follow its schema."""

    code = 0xC002F304
    symbol = "DTS_E_ERROROCCURREDWITHFOLLOWINGMESSAGE"
    template = 'The document of XML task "{task}" is not valid: {detail}'
    remedy = "Correct the document, or set FailOnValidationFail to False."


class XmlDestinationExists(ControlFlowError):
    """A result that would replace something."""

    code = 0xC0D5151B
    symbol = "DTSERVE_E_XMLDESTINATION"
    template = 'The destination "{destination}" has content already.'
    remedy = "Set OverwriteDestination to True."


class XmlDestinationFailed(ControlFlowError):
    """A result that cannot be written."""

    code = 0xC0D51547
    symbol = "DTSERVE_E_XMLDESTINATIONFAILED"
    template = 'The result of XML task "{task}" cannot be written to "{destination}": {detail}.'
    remedy = "Check the path of the connection manager and the rights."


class XmlDifferent(ControlFlowError):
    """Diff found a difference, and FailOnDifference is set."""

    code = 0xC0D51539
    symbol = "DTSERVE_E_XMLDIFFERENT"
    template = 'The documents that XML task "{task}" compares are different.'
    remedy = "Look at the DiffGram, or set FailOnDifference to False."


class XmlPatchFailed(ControlFlowError):
    """A DiffGram that does not fit the document."""

    code = 0xC0D5153A
    symbol = "DTSERVE_E_XMLPATCH"
    template = "The DiffGram cannot be applied: {detail}."
    remedy = "Patch the document that the DiffGram was made from."


class XmlDtdRefused(ControlFlowError):
    """A document type declaration that reaches beyond the task's own files, or too deep."""

    code = 0xC0D5153B
    symbol = "DTSERVE_E_XMLDTD"
    template = 'The document type of "{what}" is refused: {detail}.'
    remedy = "Use an internal DTD or one in a local file, without external entities."
