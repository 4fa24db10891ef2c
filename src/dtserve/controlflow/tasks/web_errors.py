"""Errors of the Web Service Task (CONTROL_FLOW §21)."""

from __future__ import annotations

from dtserve.controlflow.errors import UnsupportedPart
from dtserve.errors import ControlFlowError

__all__ = [
    "WebServiceFailed",
    "WebServiceLibraryMissing",
    "WebServiceNotSet",
    "WebServiceParameter",
    "WebServiceUnknown",
    "WebServiceWsdl",
]


class WebServiceNotSet(ControlFlowError):
    """A property without which there is nothing to call."""

    code = 0xC0D5153C
    symbol = "DTSERVE_E_WEBSERVICEPROPERTY"
    template = 'The property {property} of Web Service Task "{task}" is not set.'
    remedy = "Set it in the task."


class WebServiceLibraryMissing(UnsupportedPart):
    """The library that speaks SOAP is not installed."""

    code = 0xC0D5153D
    symbol = "DTSERVE_E_SOAPLIBRARY"
    template = 'The Web Service Task "{task}" needs the Python package zeep, which is not installed.'
    remedy = 'Install dtserve with its extra: pip install "dtserve[soap]".'


class WebServiceWsdl(ControlFlowError):
    """A WSDL file that cannot be had or understood."""

    code = 0xC0D5153E
    symbol = "DTSERVE_E_WSDL"
    template = 'The WSDL "{place}" of Web Service Task "{task}" cannot be used: {detail}'
    remedy = "Check WSDLFile; a file that is not there is downloaded from the ServerURL of the HTTP connection."


class WebServiceUnknown(ControlFlowError):
    """A service or method that the WSDL does not have."""

    code = 0xC0D5153F
    symbol = "DTSERVE_E_WEBSERVICEUNKNOWN"
    template = 'The WSDL of Web Service Task "{task}" has no {what} "{name}".'
    remedy = "Download the WSDL file anew and choose service and method again."


class WebServiceParameter(ControlFlowError):
    """A parameter whose value cannot be sent."""

    code = 0xC0D51540
    symbol = "DTSERVE_E_WEBSERVICEPARAMETER"
    template = 'The parameter "{name}" of Web Service Task "{task}" cannot be sent: {detail}'
    remedy = "Check the value and the type of the parameter."


class WebServiceFailed(ControlFlowError):
    """The call failed, or the service answered with a fault."""

    code = 0xC002F304
    symbol = "DTS_E_ERROROCCURREDWITHFOLLOWINGMESSAGE"
    template = 'The call of "{method}" by Web Service Task "{task}" failed: {detail}'
    remedy = "Check the service, the credentials and the values that were sent."
