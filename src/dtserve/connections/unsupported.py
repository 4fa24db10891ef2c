"""Kinds of connection managers that are recognised, but cannot be opened here.

A package that only stores such a manager runs; one that uses it fails when the manager
is asked for a connection, with the kind's name and the reason.
"""

from __future__ import annotations

from typing import Any, ClassVar, NoReturn

from dtserve.connections.base import Connection
from dtserve.connections.errors import UnsupportedConnection

__all__ = ["REASONS", "UnsupportedManager"]

_WINDOWS = "it needs Windows"
_AZURE = "it belongs to the Azure Feature Pack"
_HADOOP = "it needs a Hadoop cluster's own client"
_VENDOR = "it is a third party's"

REASONS: dict[str, str] = {
    "ADO": "classic ADO exists on Windows only; use OLE DB or ADO.NET",
    "AzureDataLake": _AZURE,
    "AzureHDInsight": _AZURE,
    "AzureResourceManager": _AZURE,
    "AzureStorage": _AZURE,
    "DQS": "Data Quality Services is a Windows server",
    "DevartSalesforce": _VENDOR,
    "FTPS": _VENDOR,
    "Hadoop": _HADOOP,
    "MSMQ": f"Message Queuing: {_WINDOWS}",
    "MSOLAP": "Analysis Services speaks a protocol of its own",
    "SPCRED": "SharePoint lists are not supported",
    "SQLMOBILE": f"SQL Server Compact: {_WINDOWS}",
    "SSH": _VENDOR,
    "WMI": f"Windows Management Instrumentation: {_WINDOWS}",
    "ZS-SFTP": _VENDOR,
}
"""Kind → why it cannot be opened."""


class UnsupportedManager(Connection):
    """Stands for a manager of a kind in :data:`REASONS`: its properties can be read and set, nothing else."""

    kind: ClassVar[str] = "Unsupported"
    checked_early: ClassVar[bool] = True

    def __init__(self, model: Any, environment: Any, stored_kind: str = "") -> None:
        super().__init__(model, environment)
        self.stored_kind = stored_kind or model.creation_name

    def refuse(self) -> NoReturn:
        """Raise UnsupportedConnection, naming manager, kind and reason."""
        raise UnsupportedConnection(
            kind="Connection manager",
            name=self.name,
            part=self.stored_kind,
            reason=f"{REASONS.get(self.stored_kind, 'dtserve has no such kind')}.",
        )

    def validate(self) -> NoReturn:
        """A manager that is used is refused before anything runs."""
        self.refuse()

    def __getattr__(self, name: str) -> Any:
        """Whatever is asked of the manager (``session``, ``path`` …) is refused by name."""
        if name.startswith("_"):
            raise AttributeError(name)
        self.refuse()
