"""Errors of the data flow engine and what all components share (EVENTS §4.6, DATA_FLOW §2).

Errors of one component stand in :mod:`dtserve.dataflow.component_errors`. A component
raises one error; the errors that SSIS posts before it are chained with ``raise … from``,
oldest first, and the engine posts them all as OnError events.
"""

from __future__ import annotations

from typing import Any

from dtserve.errors import DataFlowError, DtserveError, UnsupportedError

__all__ = [
    "BadMetadata",
    "BadProperty",
    "ComponentBroken",
    "ComponentFailed",
    "ComponentMissing",
    "DataFlowFailed",
    "FrameMismatch",
    "InducedFailureOnError",
    "InducedFailureOnTruncation",
    "InputNotConnected",
    "MissingColumn",
    "NoConnection",
    "PostExecuteFailed",
    "PreExecuteFailed",
    "PrimeOutputFailed",
    "ProcessInputFailed",
    "ThreadCancelled",
    "ThreadFailed",
    "UnsupportedComponent",
    "UnsupportedProperty",
    "ValidationFailed",
    "ValidationFailedOnComponents",
    "chain",
]

_SEE_BEFORE = "There may be error messages posted before this with more information"


def chain(error: BaseException) -> list[DtserveError]:
    """The coded errors that led to ``error``, oldest first, itself last."""
    found: list[DtserveError] = []
    here: BaseException | None = error
    while here is not None:
        if isinstance(here, DtserveError):
            found.append(here)
        here = here.__cause__
    return found[::-1]


class DataFlowFailed(DataFlowError):
    """A data flow ended with an error; every error has been posted as an event already."""

    code = 0xC0D51400
    symbol = "DTSERVE_E_DATAFLOWFAILED"
    template = 'The data flow failed: "{component}" reported {first}'
    remedy = "Look at the first error of the data flow."
    reported = True

    def __init__(self, error: DtserveError, component: str) -> None:
        self.error = error
        self.component = component
        super().__init__(component=component, first=f"{error.hresult} {error.message}")


class ComponentFailed(DataFlowError):
    """A component failed for a reason that has no code of its own."""

    code = 0xC0D51401
    symbol = "DTSERVE_E_COMPONENTFAILED"
    template = 'The component "{component}" failed: {detail}'


class UnsupportedComponent(UnsupportedError):
    """A known component that dtserve cannot run."""

    code = 0xC0D51402
    symbol = "DTSERVE_E_UNSUPPORTEDCOMPONENT"
    template = 'The component "{component}" ({part}) is not supported: {reason}'


class ComponentMissing(UnsupportedError):
    """A component nobody provides: third-party, or an id that is not known."""

    code = 0xC0048021
    symbol = "DTS_E_ERRORCOMPONENT"
    template = (
        "The component is missing, not registered, not upgradeable, or missing required interfaces. The contact "
        'information for this component is "{contact}". (component "{component}", class "{class_id}")'
    )
    remedy = "Install a package that offers it under the entry point group dtserve.components, or replace it."


class UnsupportedProperty(UnsupportedError):
    """A property value that dtserve cannot honour."""

    code = 0xC0D51403
    symbol = "DTSERVE_E_UNSUPPORTEDPROPERTY"
    template = 'The value "{value}" of property "{property}" of component "{component}" is not supported: {reason}'


class BadProperty(DataFlowError):
    """A property is missing or has a value that makes no sense."""

    code = 0xC0D51404
    symbol = "DTSERVE_E_BADPROPERTY"
    template = 'Property "{property}" of "{component}" is not valid: {detail}'
    remedy = "Correct the property in the designer."


class BadMetadata(DataFlowError):
    """Inputs, outputs or columns of a component that do not fit together."""

    code = 0xC0D51405
    symbol = "DTSERVE_E_BADMETADATA"
    template = 'The metadata of "{component}" is not valid: {detail}'
    remedy = "Open the component in the designer, so that it repairs its metadata."


class MissingColumn(DataFlowError):
    """An input column whose lineage id does not exist upstream."""

    code = 0xC0D51406
    symbol = "DTSERVE_E_COLUMNNOTUPSTREAM"
    template = (
        'The input column "{column}" of "{component}" has the lineage id "{lineage}", which nothing upstream gives.'
    )
    remedy = "Open the component in the designer and map the column again."


class InputNotConnected(DataFlowError):
    """An input without a path that the component cannot do without."""

    code = 0xC0D51407
    symbol = "DTSERVE_E_INPUTNOTCONNECTED"
    template = 'The input "{input}" of "{component}" is not connected to a path.'
    remedy = "Connect the input or delete the component."


class NoConnection(DataFlowError):
    """A component without the connection it needs."""

    code = 0xC0D51408
    symbol = "DTSERVE_E_NOCONNECTION"
    template = 'The component "{component}" has no connection manager for its connection "{connection}".'
    remedy = "Choose a connection manager in the component."


class FrameMismatch(DataFlowError):
    """A component gave a buffer that does not have the declared columns; a defect of the component."""

    code = 0xC0D51409
    symbol = "DTSERVE_E_FRAMEMISMATCH"
    template = 'Output "{output}" of "{component}" gave column "{column}" as {found}, but it is declared {declared}.'


class InducedFailureOnError(DataFlowError):
    """A row error on an object whose disposition is FailComponent."""

    code = 0xC0209029
    symbol = "DTS_E_INDUCEDTRANSFORMFAILUREONERROR"
    template = (
        'SSIS Error Code DTS_E_INDUCEDTRANSFORMFAILUREONERROR.  The "{component}" failed because error code '
        '{error_code} occurred, and the error row disposition on "{object}" specifies failure on error. An error '
        f"occurred on the specified object of the specified component.  {_SEE_BEFORE} about the failure."
    )
    remedy = "Correct the row, or choose another disposition for errors."


class InducedFailureOnTruncation(DataFlowError):
    """A truncation on an object whose disposition is FailComponent."""

    code = 0xC020902A
    symbol = "DTS_E_INDUCEDTRANSFORMFAILUREONTRUNCATION"
    template = (
        'The "{component}" failed because truncation occurred, and the truncation row disposition on "{object}" '
        "specifies failure on truncation. A truncation error occurred on the specified object of the specified "
        "component."
    )
    remedy = "Make the column longer, or choose another disposition for truncation."


class ProcessInputFailed(DataFlowError):
    """What the engine posts after a component failed on its input."""

    code = 0xC0047022
    symbol = "DTS_E_PROCESSINPUTFAILED"
    template = (
        'SSIS Error Code DTS_E_PROCESSINPUTFAILED.  The ProcessInput method on component "{component}" ({number}) '
        'failed with error code {error_code} while processing input "{input}" ({input_number}). The identified '
        "component returned an error from the ProcessInput method. The error is specific to the component, but the "
        f"error is fatal and will cause the Data Flow task to stop running.  {_SEE_BEFORE} about the failure."
    )


class PrimeOutputFailed(DataFlowError):
    """What the engine posts after a source failed."""

    code = 0xC0047038
    symbol = "DTS_E_PRIMEOUTPUTFAILED"
    template = (
        "SSIS Error Code DTS_E_PRIMEOUTPUTFAILED.  The PrimeOutput method on {component} returned error code "
        "{error_code}.  The component returned a failure code when the pipeline engine called PrimeOutput(). The "
        "meaning of the failure code is defined by the component, but the error is fatal and the pipeline stopped "
        f"executing.  {_SEE_BEFORE} about the failure."
    )


class ThreadFailed(DataFlowError):
    """What the engine posts for the thread that an error ended."""

    code = 0xC0047021
    symbol = "DTS_E_THREADFAILED"
    template = (
        'SSIS Error Code DTS_E_THREADFAILED.  Thread "{thread}" has exited with error code {error_code}.  '
        f"{_SEE_BEFORE} on why the thread has exited."
    )


class ThreadCancelled(DataFlowError):
    """What the engine posts for a thread that had to stop because of another's error."""

    code = 0xC0047039
    symbol = "DTS_E_THREADCANCELLED"
    template = (
        'SSIS Error Code DTS_E_THREADCANCELLED.  Thread "{thread}" received a shutdown signal and is terminating. The '
        "user requested a shutdown, or an error in another thread is causing the pipeline to shutdown.  "
        f"{_SEE_BEFORE} on why the thread was cancelled."
    )


class PreExecuteFailed(DataFlowError):
    """What the engine posts after a component failed to start."""

    code = 0xC004701A
    symbol = "DTS_E_INDIVIDUALPREEXECUTEFAILED"
    template = "{component} failed the pre-execute phase and returned error code {error_code}."


class PostExecuteFailed(DataFlowError):
    """What the engine posts after a component failed to finish."""

    code = 0xC0047018
    symbol = "DTS_E_INDIVIDUALPOSTEXECUTEFAILED"
    template = "{component} failed the post-execute phase and returned error code {error_code}."


class ValidationFailed(DataFlowError):
    """What the engine posts after a component failed validation with an error."""

    code = 0xC0047017
    symbol = "DTS_E_INDIVIDUALVALIDATIONFAILED"
    template = "{component} failed validation and returned error code {error_code}."


class ComponentBroken(DataFlowError):
    """What the engine posts after a component said that it is not valid: VS_ISBROKEN or VS_NEEDSNEWMETADATA."""

    code = 0xC004706B
    symbol = "DTS_E_INDIVIDUALVALIDATIONSTATUSFAILED"
    template = '"{component}" failed validation and returned validation status "{status}".'

    def __init__(self, *, component: str, status: str = "VS_ISBROKEN") -> None:
        super().__init__(component=component, status=status)


class ValidationFailedOnComponents(DataFlowError):
    """The last error of a failed validation."""

    code = 0xC004700C
    symbol = "DTS_E_VALIDATIONFAILEDONCOMPONENTS"
    template = "One or more component failed validation."


def component_failed(component: str, detail: Any) -> ComponentFailed:
    """An error for a failure of the outside world (a file, a socket) inside a component."""
    return ComponentFailed(component=component, detail=detail)
