"""What is wrong with tasks that are recognised but cannot be run, as far as their own validation would say it.

WMI, Message Queue, Analysis Services and Transfer tasks are refused by name; a connection that is not there or a property
that SSIS requires is told along with the refusal, so that a package is not carried to Windows only to fail there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from dtserve.controlflow.errors import ConnectionNotFound
from dtserve.controlflow.task import stored_texts

if TYPE_CHECKING:
    from dtserve.controlflow.connections import ConnectionSet

__all__ = ["REQUIRED", "Required", "findings"]


class Required(NamedTuple):
    """A property that must be set; ``connection``: the name or id of a connection manager."""

    name: str
    connection: bool = False


_TRANSFER = (Required("SourceConnection", True), Required("DestinationConnection", True))

REQUIRED: dict[str, tuple[Required, ...]] = {
    "ASExecuteDDLTask": (Required("ConnectionName", True), Required("Source")),
    "DMQueryTask": (
        Required("InputConnection", True),
        Required("OutputConnection", True),
        Required("ModelName"),
        Required("OutputTableName"),
    ),
    "DTSProcessingTask": (Required("ConnectionName", True), Required("ProcessingCommands")),
    "MessageQueueTask": (Required("QueuePath"),),
    "TransferDatabaseTask": (
        Required("SrcConn", True),
        Required("DestConn", True),
        Required("SrcDBName"),
        Required("DestDBName"),
    ),
    "TransferErrorMessagesTask": _TRANSFER,
    "TransferJobsTask": _TRANSFER,
    "TransferLoginsTask": _TRANSFER,
    "TransferSqlServerObjectsTask": (*_TRANSFER, Required("SourceDatabase"), Required("DestinationDatabase")),
    "TransferStoredProceduresTask": _TRANSFER,
    "WmiDataReaderTask": (Required("WMIConnectionName", True), Required("WQLQuerySource"), Required("Destination")),
    "WmiEventWatcherTask": (Required("WMIConnectionName", True), Required("WQLQuerySource")),
}
"""Task → what its validation in SSIS asks for."""


def findings(part: str, data: Any, connections: ConnectionSet, expressions: frozenset[str] = frozenset()) -> list[str]:
    """Sentences about a task's missing properties and connections; ``expressions`` are set at run time."""
    stored = {name.lower(): value for name, value in stored_texts(data).items()}
    found: list[str] = []
    for each in REQUIRED.get(part, ()):
        if each.name.lower() in expressions:
            continue
        value = stored.get(each.name.lower(), "").strip()
        if not value:
            found.append(f"Its {each.name} is not set.")
        elif each.connection:
            try:
                connections.model(value)
            except ConnectionNotFound:
                found.append(f'Its {each.name}, "{value}", is no connection manager of the package.')
    return found
