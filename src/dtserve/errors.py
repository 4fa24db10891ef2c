"""The root of dtserve's one exception tree.

Each room declares its own errors in its ``errors.py`` as subclasses of one of
the families below; an error is declared once, with everything a user sees::

    DtserveError
    ├── PackageError        the document: not XML, hostile, wrong password   (exit 5)
    ├── PackageNotFound     no package under that name                       (exit 4)
    ├── UsageError          a command line or request that makes no sense    (exit 6)
    ├── UnsupportedError    a known part that dtserve cannot run             (exit 5)
    ├── ExpressionError     an expression that does not parse, type, evaluate
    ├── ConnectionError_    a connection that cannot be opened or used
    ├── ControlFlowError    a task, container, constraint or variable
    ├── DataFlowError       a component, a column, a row
    ├── StoreError          a package store
    ├── AccessDenied        no right to do that
    ├── Canceled            somebody asked to stop                           (exit 3)
    └── InternalError       a defect of dtserve itself

``code`` is the 32-bit HRESULT of SSIS where SSIS has one; codes of dtserve's
own have the facility 0x0D5 (``0xC0D5nnnn``) and a symbol ``DTSERVE_E_…``.
Exit codes are those of dtexec (DTEXEC.md).
"""

from __future__ import annotations

from typing import Any, ClassVar

__all__ = [
    "AccessDenied",
    "Canceled",
    "ConnectionError_",
    "ControlFlowError",
    "DataFlowError",
    "DtserveError",
    "ExpressionError",
    "InternalError",
    "PackageError",
    "PackageNotFound",
    "StoreError",
    "TransientError",
    "UnsupportedError",
    "UsageError",
    "declared_errors",
    "hresult",
    "signed",
]


def hresult(code: int) -> str:
    """The code as SSIS prints it.

    >>> hresult(0xC0014037)
    '0xC0014037'
    >>> hresult(-1073659849)
    '0xC0014037'
    """
    return f"0x{code & 0xFFFFFFFF:08X}"


def signed(code: int) -> int:
    """The code as the signed 32-bit number that ``ErrorCode`` columns and variables hold.

    >>> signed(0xC0209077)
    -1071607689
    """
    code &= 0xFFFFFFFF
    return code - 0x1_0000_0000 if code & 0x8000_0000 else code


class DtserveError(Exception):
    """An error with a code, a symbol, a message that names the thing at fault, and a remedy.

    Subclasses set ``code``, ``symbol``, ``template`` and ``remedy``; an instance is
    made from the facts the template names: ``NoSuchVariable(name="User::x")``.
    Facts must never hold a secret: they are printed.
    """

    code: ClassVar[int] = 0xC0D50000
    symbol: ClassVar[str] = "DTSERVE_E_ERROR"
    template: ClassVar[str] = "{detail}"
    remedy: ClassVar[str] = ""
    exit_code: ClassVar[int] = 1

    def __init__(self, **facts: Any) -> None:
        self.facts = facts
        super().__init__(self.template.format_map(_Facts(facts)))

    @property
    def message(self) -> str:
        """The message without code: one or more sentences, naming the thing at fault."""
        return str(self.args[0])

    @property
    def hresult(self) -> str:
        """The code in the form ``0xC0014037``."""
        return hresult(self.code)

    def describe(self) -> str:
        """Symbol, code, message and remedy: what a command line prints."""
        tail = f" {self.remedy}" if self.remedy else ""
        return f"{self.symbol} ({self.hresult}): {self.message}{tail}"


class _Facts(dict[str, Any]):
    """Facts for a template; one that is missing shows as its own name in braces."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


class TransientError:
    """Mix-in: trying again later may succeed (a lost connection, a lock)."""


class PackageError(DtserveError):
    """The package document cannot be opened."""

    code = 0xC0011008
    symbol = "DTS_E_LOADFROMXML"
    exit_code = 5


class PackageNotFound(DtserveError):
    """No package stands under the given name."""

    code = 0xC0D50004
    symbol = "DTSERVE_E_PACKAGENOTFOUND"
    template = 'The package "{path}" was not found.'
    remedy = "Check the name and the store."
    exit_code = 4


class UsageError(DtserveError):
    """A command line or a request that makes no sense."""

    code = 0xC0D50006
    symbol = "DTSERVE_E_USAGE"
    exit_code = 6


class UnsupportedError(DtserveError):
    """A part that is recognised by name but cannot be run by dtserve."""

    code = 0xC0D50005
    symbol = "DTSERVE_E_UNSUPPORTED"
    template = '{kind} "{name}" ({part}) is not supported: {reason}'
    remedy = "Disable or replace that part; docs/coverage.md lists what runs."
    exit_code = 5


class ExpressionError(DtserveError):
    """An expression that cannot be parsed, typed or evaluated."""

    code = 0xC0047080
    symbol = "DTS_E_EXPREVALFAILED"


class ConnectionError_(DtserveError):
    """A connection that cannot be opened or used."""

    code = 0xC0202009
    symbol = "DTS_E_OLEDBERROR"


class ControlFlowError(DtserveError):
    """A task, container, constraint, variable or event handler at fault."""

    code = 0xC0012024
    symbol = "DTS_E_TASKFAILED"


class DataFlowError(DtserveError):
    """A data flow component, column or row at fault."""

    code = 0xC0047022
    symbol = "DTS_E_PROCESSINPUTFAILED"


class StoreError(DtserveError):
    """A package store that cannot do what was asked."""

    code = 0xC0D50007
    symbol = "DTSERVE_E_STORE"


class AccessDenied(DtserveError):
    """The caller has no right to do that; the message does not tell what exists."""

    code = 0x80070005
    symbol = "E_ACCESSDENIED"
    template = "Access is denied."
    remedy = "Ask an administrator of this server for the right."


class Canceled(DtserveError):
    """The run was stopped on request."""

    code = 0xC0047039
    symbol = "DTS_E_USERCANCELLED"
    template = "The execution was canceled by the user."
    exit_code = 3


class InternalError(DtserveError):
    """A defect of dtserve: an exception that no part declared."""

    code = 0xC0D5FFFF
    symbol = "DTSERVE_E_INTERNAL"
    template = "Internal error in {where}: {detail}"
    remedy = "Run again with --debug and report the trace."


def declared_errors() -> list[type[DtserveError]]:
    """Every error class imported so far, sorted by code and symbol (for docs and tests)."""
    found: dict[str, type[DtserveError]] = {}
    todo = [DtserveError]
    while todo:
        cls = todo.pop()
        found[f"{cls.__module__}.{cls.__qualname__}"] = cls
        todo.extend(cls.__subclasses__())
    return sorted(found.values(), key=lambda c: (c.code, c.symbol, c.__qualname__))
