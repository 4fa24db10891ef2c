"""Errors of the client: no connection, a name that is none, and what a service told (SERVICE §4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dtserve.errors import AccessDenied, DtserveError, TransientError, UsageError

__all__ = ["ConnectFailed", "FingerprintDiffers", "InvalidServerName", "RemoteProblem", "UnknownServer", "problem_of"]


class ConnectFailed(DtserveError, TransientError):
    """The service does not answer, or its certificate is not trusted."""

    code = 0xC00160AA
    symbol = "DTS_E_CONNECTTOSERVERFAILED"
    template = 'Connect to SSIS Service on machine "{server}" failed: {reason}.'
    remedy = "Check the address, that the service runs, and its certificate; see dtserve servers list."


class InvalidServerName(UsageError):
    """A name with an instance: a machine has one service, whatever database instances it has."""

    code = 0xC00060AB
    symbol = "DTS_E_INVALIDSSISSERVERNAME"
    template = (
        'Invalid server name "{server}". SSIS service does not support multi-instance, '
        'use just server name instead of "server name\\instance".'
    )
    remedy = "Leave out the backslash and what follows it."


class UnknownServer(UsageError):
    """A name that was not added to the servers of this user."""

    code = 0xC0D518E0
    symbol = "DTSERVE_E_UNKNOWNSERVER"
    template = 'There is no server "{server}" in the list of servers.'
    remedy = "Add it with dtserve servers add, or give its address: https://NAME:8730."


class FingerprintDiffers(DtserveError):
    """The certificate at the address is another one than was expected."""

    code = 0xC0D518E1
    symbol = "DTSERVE_E_FINGERPRINT"
    template = 'The certificate of "{server}" has the fingerprint {found}, not the one given.'
    remedy = "Compare with what dtserve serve printed on that machine; if they differ, somebody stands between."


class RemoteProblem(DtserveError):
    """What the service told, with its own code, symbol and remedy."""

    code = 0xC0D518E2
    symbol = "DTSERVE_E_REMOTE"
    template = "{detail}"
    remedy = ""

    def __init__(self, **facts: Any) -> None:
        super().__init__(**facts)
        self.status = int(facts.get("status", 0))
        self.told_code = str(facts.get("code", ""))
        self.told_symbol = str(facts.get("symbol", ""))
        self.told_remedy = str(facts.get("remedy", ""))

    @property
    def hresult(self) -> str:
        """The code that the service told."""
        return self.told_code or super().hresult

    def describe(self) -> str:
        """As the service itself would print it."""
        tail = f" {self.told_remedy}" if self.told_remedy else ""
        return f"{self.told_symbol or self.symbol} ({self.hresult}): {self.message}{tail}"


class RemoteDenied(RemoteProblem, AccessDenied):
    """The service refused: 401 or 403."""

    code = 0x80070005
    symbol = "E_ACCESSDENIED"
    template = "{detail}"


def problem_of(status: int, body: Mapping[str, Any]) -> RemoteProblem:
    """The error for an answer in the form of RFC 9457."""
    facts = {key: body.get(key, "") for key in ("detail", "code", "symbol", "remedy")}
    facts["detail"] = facts["detail"] or f"The service answered with {status}."
    kind = RemoteDenied if status in (401, 403) else RemoteProblem
    return kind(status=status, **facts)
